#!/usr/bin/env bash
# Walks every call of the family against a reference server that it starts itself, and checks every answer.
# Needs bash, curl and openssl (for the one-time password). The server is built with cargo unless SERVER names one.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -z ${SERVER:-} ]]; then
    cargo build -q --release -p authflow-server || exit 1
    SERVER="${CARGO_TARGET_DIR:-target}/release/authflow-server"
fi
HOME_OF_TOUR=$(mktemp -d)
checked=0 failed=0 server=

finish() {
    [[ -n $server ]] && kill "$server" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$HOME_OF_TOUR"
}
trap finish EXIT

# start NAME [FLAG...]: starts a server with separate files, or a test double, which has such files anyway. Its log has the
# codes.
start() {
    local name=$1
    shift
    local files=(--database "sqlite:$HOME_OF_TOUR/$name.db" --keys "$HOME_OF_TOUR/$name.keys.toml"
        --sealing-keys "$HOME_OF_TOUR/$name.sealing.toml")
    [[ ${1:-} == --dev ]] && files=()
    [[ -n $server ]] && kill "$server" && wait "$server" 2>/dev/null
    LOG="$HOME_OF_TOUR/$name.log"
    RUST_LOG=debug "$SERVER" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --audit "$HOME_OF_TOUR/$name.audit" ${files[@]+"${files[@]}"} "$@" \
        >"$HOME_OF_TOUR/$name.out" 2>"$LOG" &
    server=$!
    for _ in $(seq 100); do
        URL=$(sed -n 's/^listening on //p' "$HOME_OF_TOUR/$name.out")
        MANAGEMENT=$(sed -n 's/^management on //p' "$HOME_OF_TOUR/$name.out")
        [[ -n $URL ]] && grep -q '^Try:' "$HOME_OF_TOUR/$name.out" && return
        sleep 0.1
    done
    echo "the server did not start:" && cat "$LOG" && exit 1
}

# call METHOD PATH [curl argument...]: makes a call, and sets STATUS and BODY.
call() {
    local method=$1 path=$2 answer
    shift 2
    answer=$(curl -sS -X "$method" -w '\n%{http_code}' "$@" "$URL$path")
    STATUS=${answer##*$'\n'} BODY=${answer%$'\n'*}
}

# of_device METHOD PATH [curl argument...]: makes a call with the headers that a device sends.
of_device() {
    local method=$1 path=$2
    shift 2
    call "$method" "$path" -H 'X-operating-sys-version: Android 10' -H 'X-device-fingerprint: 156aysdna213sac' \
        -H 'X-device-ip: 10.10.10.1' -H 'X-agent: tour' -H 'X-L: en' "${APPLICATION[@]}" "$@"
}

post() { of_device POST "$1" -H 'Content-Type: application/json' -d "$2" "${@:3}"; }
pending() { post "$1" "$2" -H "X-state-token: $STATE"; }
signed_in() { post "$1" "$2" -H "Authorization: Bearer $ID"; }
of_tenant() { call POST "$1" -H "Authorization: Bearer $CREDENTIAL" -H 'Content-Type: application/json' -d "$2"; }

# member NAME: prints a text member of BODY.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$BODY"; }
# code: prints the code that was sent last.
code() { sed -n 's/.*code for .*: \([0-9]\{6\}\)$/\1/p' "$LOG" | tail -n 1; }

# expect WHAT STATUS TEXT: checks the latest answer, and takes the tokens out of it.
expect() {
    checked=$((checked + 1))
    if [[ $STATUS == "$2" && $BODY == *"$3"* ]]; then
        printf 'ok   %-58s %s %s\n' "$1" "$STATUS" "${BODY:0:72}"
    else
        failed=$((failed + 1))
        printf 'FAIL %-58s %s %s\n     expected %s with %s\n' "$1" "$STATUS" "$BODY" "$2" "$3"
    fi
    local token
    token=$(member state_token) && [[ -n $token ]] && STATE=$token
    token=$(member id_token) && [[ -n $token ]] && ID=$token
    token=$(member session_token) && [[ -n $token ]] && SESSION=$token
    # No log may have these.
    for token in state_token id_token session_token link_token captcha_token ticket access_token; do
        member "$token"
    done >>"$HOME_OF_TOUR/secrets"
    return 0
}
nothing() {
    expect "$1" "${2:-200}" ''
    [[ -z $BODY ]] || { failed=$((failed + 1)) && echo "     expected no body"; }
}

# totp SECRET: prints the present one-time password (RFC 6238: SHA-1, 30 seconds, 6 digits) for a secret in ASCII.
totp() {
    local step tag offset
    step=$(printf '%016x' $(($(date +%s) / 30)))
    tag=$(printf "$(sed 's/../\\x&/g' <<<"$step")" | openssl dgst -sha1 -mac HMAC -macopt "key:$1" | sed 's/.*= *//')
    offset=$((16#${tag:39:1} * 2))
    printf '%06d' $(((16#${tag:offset:8} & 0x7fffffff) % 1000000))
}

ORDINARY=(-H 'X-client-id: nTo1eRIub60vPb54WeE6aojPwYwImtl4')
ISV=(-H 'X-client-id: DRrYIqauawN0I8myTMoDTPys6ezGZxnm' -H 'X-tenant-id: 08f770f51f80d2f40f38c00cb199fd21')
PASSWORD=Correct-Horse-7 NEW=Battery-Staple-8 sdk=/api/v2/sdk tenant=/api/v2/tenant
login() { post "$sdk/login" "{\"user_name\":\"$1\",\"password\":\"${2:-$PASSWORD}\"}"; }

echo '== the demonstration, in the dialect of CIAM'
start ciam
APPLICATION=("${ORDINARY[@]}")
call GET /healthz && expect 'health' 200 ok
call GET /openapi.json && expect 'the description of the calls' 200 '"openapi":"3.1.0"'

echo '-- signing in'
login alice && expect 'alice signs in' 200 '"status":"SUCCESS"'
login alice wrong && expect 'a wrong password' 400 IDAAS.SDK.LOGIN.0002
login nobody && expect 'nobody: the same answer' 400 IDAAS.SDK.LOGIN.0002
login dora && expect 'a disabled account: the same answer' 400 IDAAS.SDK.LOGIN.0002
post "$sdk/login" '{' && expect 'a malformed body' 400 IDAAS.SDK.PARAM.0101
post "$sdk/login" '{"user_name":"alice"}' && expect 'a body that lacks a member, which is named' 400 'malformed: password must be there'
post "$sdk/login/auth" "{\"user_name\":\"victor@example.com\",\"password\":\"$PASSWORD\"}"
expect 'victor signs in by e-mail address; his password has expired' 200 '"status":"PASSWORD_EXPIRED"'
post "$sdk/login/mobile-pwd" "{\"mobile\":\"+86 138 0000 0003\",\"password\":\"$PASSWORD\"}"
expect 'victor signs in by mobile' 200 '"status":"PASSWORD_EXPIRED"'

echo '-- a password that is about to expire'
login erin && expect 'erin is warned' 200 '"status":"PASSWORD_WARN"'
of_device GET "$sdk/pwd/skip-update" -H "X-state-token: $STATE" && expect 'she skips' 200 '"status":"SUCCESS"'
of_device GET "$sdk/pwd/skip-update" -H "X-state-token: $STATE" && expect 'a second time: the token is used' 400 IDAAS.SDK.PARAM.0014
login erin && expect 'erin is warned again' 200 '"status":"PASSWORD_WARN"'
pending "$sdk/pwd/update" "{\"old_password\":\"wrong\",\"new_password\":\"$NEW\"}" && expect 'a wrong old password' 400 IDAAS.SDK.PWD.0102
pending "$sdk/pwd/update" "{\"old_password\":\"$PASSWORD\",\"new_password\":\"short\"}" && expect 'a new one that is too short' 400 IDAAS.SDK.PWD.0007
pending "$sdk/pwd/update" "{\"old_password\":\"$PASSWORD\",\"new_password\":\"$NEW\"}" && expect 'she changes it' 200 '"status":"SUCCESS"'
login erin "$NEW" && expect 'and signs in with the new one' 200 '"status":"SUCCESS"'

echo '-- an expired password, changed by a code'
login victor && expect 'victor must change his' 200 '"status":"PASSWORD_EXPIRED"'
of_device GET "$sdk/mobile-by-token" -H "X-state-token: $STATE" && expect 'where the code will go' 200 '{"mobile":"+86-138****0003"}'
pending "$sdk/sms/send" '{"type":"CHANGE_PWD_SMS"}' && nothing 'a code is sent'
pending "$sdk/sms/send" '{"type":"CHANGE_PWD_SMS"}' && expect 'and no other one within a minute, which is said' 400 IDAAS.SDK.CAPTCHA.0101
pending "$sdk/after-login/pwd/update-by-mobile" "{\"verify_code\":\"000000x\",\"new_password\":\"$NEW\"}" && expect 'a wrong code' 400 IDAAS.SDK.CAPTCHA.0007
pending "$sdk/after-login/pwd/update-by-mobile" "{\"verify_code\":\"$(code)\",\"new_password\":\"$NEW\"}" && expect 'he changes it' 200 '"status":"SUCCESS"'

echo '-- a code instead of a password'
post "$sdk/sms/send" '{"mobile":"+86-13800000001","type":"LOGIN_SMS"}' && nothing 'a code for nora'
post "$sdk/sms/send" '{"mobile":"+86-19900000000","type":"LOGIN_SMS"}' && nothing 'for a number that nobody has: the same answer'
post "$sdk/login/mobile-verify-code" "{\"mobile\":\"+86-13800000001\",\"verify_code\":\"$(code)\"}" && expect 'nora signs in' 200 '"status":"SUCCESS"'
of_device GET "$sdk/pwd/check-exist" -H "Authorization: Bearer $ID" && expect 'she has no password' 200 '{"is_set_pwd":false}'
signed_in "$sdk/pwd/change" "{\"new_password\":\"$PASSWORD\"}" && nothing 'she sets a first one'
of_device GET "$sdk/pwd/check-exist" -H "Authorization: Bearer $ID" && expect 'she has a password' 200 '{"is_set_pwd":true}'
signed_in "$sdk/pwd/change" "{\"old_password\":\"$PASSWORD\",\"new_password\":\"$NEW\"}" && nothing 'and changes it'
post "$sdk/email/send" '{"email":"victor@example.com","type":"LOGIN_EMS"}' && nothing 'a code by e-mail for victor'
post "$sdk/login/email-verify-code" "{\"email\":\"victor@example.com\",\"verify_code\":\"$(code)\"}" && expect 'victor signs in by e-mail' 200 '"status":"SUCCESS"'

echo '-- a second factor'
login mona && expect 'mona needs a second factor' 200 '"status":"MFA_AUTH"'
pending "$sdk/sms/send" '{"type":"MFA_AUTH_SMS"}' && nothing 'a code by SMS'
login mona && expect 'she loads the page again' 200 '"status":"MFA_AUTH"'
pending "$sdk/sms/send" '{"type":"MFA_AUTH_SMS"}' && expect 'no other code yet, and for how long' 400 IDAAS.SDK.CAPTCHA.0101
pending "$sdk/mfa/sms" "{\"mobile\":\"+86-138****0000\",\"verify_code\":\"$(code)\"}" && expect 'the code in hand is good: she is in' 200 '"status":"SUCCESS"'
login mona && expect 'mona once more' 200 '"status":"MFA_AUTH"'
pending "$sdk/email/send" '{"type":"MFA_AUTH_EMS"}' && nothing 'a code by e-mail'
pending "$sdk/mfa/email" "{\"email\":\"mona@example.com\",\"verify_code\":\"$(code)\"}" && expect 'she is in' 200 '"status":"SUCCESS"'
login tom && expect 'tom needs his authenticator' 200 '"status":"MFA_AUTH"'
password=$(totp authflow-demo-secret)
pending "$sdk/mfa/totp" "{\"verify_code\":\"$password\"}" && expect 'he is in' 200 '"status":"SUCCESS"'
login tom && expect 'tom once more' 200 '"status":"MFA_AUTH"'
pending "$sdk/mfa/totp" "{\"verify_code\":\"$password\"}" && expect 'the same one-time password counts once' 400 IDAAS.SDK.CAPTCHA.0007
login eve && expect 'eve: the factor comes first' 200 '"status":"MFA_AUTH"'
of_device GET "$sdk/pwd/skip-update" -H "X-state-token: $STATE" && expect 'a skip is no way past it' 400 IDAAS.SDK.PARAM.0014
pending "$sdk/sms/send" '{"type":"MFA_AUTH_SMS"}' && nothing 'a code by SMS'
pending "$sdk/mfa/sms" "{\"verify_code\":\"$(code)\"}" && expect 'then the password is told of' 200 '"status":"PASSWORD_WARN"'
pending "$sdk/email/send" '{"type":"CHANGE_PWD_EMS"}' && nothing 'a code by e-mail'
pending "$sdk/after-login/pwd/update-by-email" "{\"verify_code\":\"$(code)\",\"new_password\":\"$NEW\"}" && expect 'she changes it' 200 '"status":"SUCCESS"'

echo '-- registration'
post "$sdk/sms/send" '{"mobile":"+86-19900000001","type":"REGISTER_SMS"}' && nothing 'a code for a number that nobody has'
post "$sdk/register/mobile-verify-code" '{"mobile":"+86-19900000001","verify_code":"000000x"}' && expect 'a wrong code' 400 IDAAS.SDK.CAPTCHA.0007
post "$sdk/register/mobile-verify-code" "{\"mobile\":\"+86-19900000001\",\"verify_code\":\"$(code)\",\"user_name\":\"zoe z\"}" && expect 'a user name that nobody new may have' 400 IDAAS.SDK.USER.0036
post "$sdk/register/mobile-verify-code" "{\"mobile\":\"+86-19900000001\",\"verify_code\":\"$(code)\",\"user_name\":\"alice\"}" && expect 'one that somebody has' 400 IDAAS.SDK.USER.0103
post "$sdk/register/mobile-verify-code" "{\"mobile\":\"+86-19900000001\",\"verify_code\":\"$(code)\",\"user_name\":\"zoe\",\"pwd\":\"$PASSWORD\",\"name\":\"Zoe\"}" && expect 'zoe registers, and is in' 200 '"status":"SUCCESS"'
login zoe && expect 'and signs in with her password' 200 '"status":"SUCCESS"'
post "$sdk/email/send" '{"email":"mona@example.com","type":"REGISTER_EMS"}' && nothing 'a code for an address that somebody has: the same answer'
post "$sdk/register/email-verify-code" "{\"email\":\"mona@example.com\",\"verify_code\":\"$(code)\"}" && expect 'who can read it is told that it is taken' 400 IDAAS.SDK.USER.0102
post "$sdk/email/send" '{"email":"max@example.com","type":"REGISTER_EMS"}' && nothing 'a code by e-mail'
post "$sdk/register/email-verify-code" "{\"email\":\"max@example.com\",\"verify_code\":\"$(code)\"}" && expect 'max registers without a password' 200 '"status":"SUCCESS"'

echo '-- sessions and tickets, in the application of an ISV'
APPLICATION=("${ISV[@]}") CREDENTIAL=demo-tenant-credential
device='"operating_sys_version":"Android 10","device_ip":"10.10.10.1","device_fingerprint":"156aysdna213sac","agent":"tour"'
login mona && expect 'mona in the tenant' 200 '"status":"MFA_AUTH"'
pending "$sdk/email/send" '{"type":"MFA_AUTH_EMS"}' && nothing 'a code by e-mail'
pending "$sdk/mfa/email" "{\"verify_code\":\"$(code)\"}" && expect 'she is in' 200 '"status":"SUCCESS"'
of_device POST "$sdk/sso/session-token/id-token" -H "X-session-token: $SESSION" && expect 'a new id token' 200 '"expire":43'
of_tenant "$tenant/sso/session-token/sso-ticket" "{\"session_token\":\"$SESSION\",$device}" && expect 'a ticket for the tenant'"'"'s server' 200 '"expire":300'
ticket=$(member sso_ticket)
of_tenant "$tenant/sso/sso-ticket/verify" "{\"sso_ticket\":\"$ticket\",$device}" && expect 'whose it is' 200 '"userName":"mona"'
of_tenant "$tenant/sso/sso-ticket/verify" "{\"sso_ticket\":\"$ticket\",$device}" && expect 'a ticket counts once' 400 IDAAS.SDK.PARAM.0032
CREDENTIAL=nonsense of_tenant "$tenant/sso/session-token/sso-ticket" "{\"session_token\":\"$SESSION\",$device}" && expect 'without the credential' 400 IDAAS.TENANT.COM.0101
signed_in "$sdk/pwd/update-by-mobile" "{\"verify_code\":\"123456\",\"password\":\"$NEW\"}" && expect 'her mobile is a second factor, and changes no password' 400 IDAAS.SDK.CAPTCHA.0007
signed_in "$sdk/pwd/change" "{\"old_password\":\"$PASSWORD\",\"new_password\":\"$NEW\"}" && nothing 'the old one does'
of_device POST "$sdk/sso/session-token/id-token" -H "X-session-token: $SESSION" && expect 'her session goes on' 200 '"id_token"'
of_device POST "$sdk/logout" -H "X-session-token: $SESSION" && nothing 'she signs out'
of_device POST "$sdk/sso/session-token/id-token" -H "X-session-token: $SESSION" && expect 'and the session has ended' 400 IDAAS.SDK.PARAM.0023
of_device GET "$sdk/pwd/check-exist" -H "Authorization: Bearer $ID" && expect 'so has its id token' 400 IDAAS.SDK.PARAM.0016

login victor && expect 'victor in the tenant' 200 '"status":"PASSWORD_EXPIRED"'
pending "$sdk/pwd/update" "{\"old_password\":\"$PASSWORD\",\"new_password\":\"$NEW\"}" && expect 'he changes it' 200 '"status":"SUCCESS"'
post "$sdk/sms/send" '{"mobile":"+86-13800000003","type":"FORGET_PWD_SMS"}' && expect 'a code that no call here takes' 400 IDAAS.SDK.PARAM.0101
post "$sdk/sms/send" '{"mobile":"+86-13800000003","type":"UPDATE_PWD_SMS"}' && nothing 'a code to change it again'
signed_in "$sdk/pwd/update-by-mobile" "{\"verify_code\":\"$(code)\",\"password\":\"Another-Staple-9\"}" && nothing 'signed in, he does: his mobile is no second factor'

echo '-- a new mobile, and the keys of id tokens'
signed_in "$sdk/sms/send" '{"mobile":"13900000007","type":"UPDATE_MOBILE_SMS"}' && expect 'a number that says no country is none here' 400 'mobile must be a mobile number'
signed_in "$sdk/sms/send" '{"mobile":"+86-13800000001","type":"UPDATE_MOBILE_SMS"}' && nothing 'a code to what is to be his mobile; that it is taken is not said'
post "$sdk/sms/send" '{"mobile":"+86-13900000007","type":"UPDATE_MOBILE_SMS"}' && expect 'nobody has one sent without a session' 400 IDAAS.SDK.PARAM.0015
signed_in "$sdk/profile/update-mobile" "{\"mobile\":\"+86-13800000001\",\"verify_code\":\"000000x\"}" && expect 'a wrong code says no more' 400 IDAAS.SDK.CAPTCHA.0007
NUMBER="{\"mobile\":\"+86-13800000001\",\"verify_code\":\"$(code)\"}"
signed_in "$sdk/profile/update-mobile" "$NUMBER" && expect 'the session that asked for it proves nothing' 400 IDAAS.SDK.PWD.0103
login victor Another-Staple-9 && expect 'so he signs in again' 200 '"status":"SUCCESS"'
signed_in "$sdk/profile/update-mobile" "$NUMBER" && expect 'whoever has it is told that it is another one'"'"'s' 400 IDAAS.SDK.USER.0102
signed_in "$sdk/sms/send" '{"mobile":"+86-13900000007","type":"UPDATE_MOBILE_SMS"}' && expect 'one code a minute, whomever it is for' 400 IDAAS.SDK.CAPTCHA.0101
call GET /api/v1/oauth2/keys && expect 'no public keys, where the library signs' 200 '{"keys":[]}'

echo '== social accounts, of the demonstration'"'"'s own provider'
start social
APPLICATION=("${ORDINARY[@]}")
# vouch JSON: makes a code of a social account, or a token of a mobile.
vouch() { curl -sS -d "$1" "$URL/demo/provider" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p'; }
wechat() { post "$sdk/login/wechat" "{\"code\":\"$(vouch "{\"source\":\"wechat\",\"uid\":\"$1\"}")\"}"; }
post "$sdk/login/wechat" '{"code":"nonsense"}' && expect 'a code that nobody vouches for' 400 IDAAS.SDK.SOCIAL.0101
wechat of-alice && expect 'a social account that is bound to nobody' 200 '"status":"USER_REGISTER"'
expect 'by what it is bound' 200 'VERIFY_PHONE'
unbound=$STATE
of_device GET "$sdk/pwd/skip-update" -H "X-state-token: $STATE" && expect 'its token carries no login on' 400 IDAAS.SDK.PARAM.0014
STATE=$unbound
pending "$sdk/social/username-password-bind" "{\"user_name\":\"alice\",\"password\":\"wrong\"}" && expect 'a wrong password binds nothing' 400 IDAAS.SDK.LOGIN.0002
pending "$sdk/social/username-password-bind" "{\"user_name\":\"nobody\",\"password\":\"wrong\"}" && expect 'nobody: the same answer' 400 IDAAS.SDK.LOGIN.0002
pending "$sdk/social/username-password-bind" "{\"user_name\":\"alice\",\"password\":\"$PASSWORD\"}" && expect 'alice binds it' 200 '"status":"SUCCESS"'
pending "$sdk/social/username-password-bind" "{\"user_name\":\"alice\",\"password\":\"$PASSWORD\"}" && expect 'the token is used' 400 IDAAS.SDK.COMMON.1007
wechat of-alice && expect 'and signs in by it' 200 '"status":"SUCCESS"'
of_device GET "$sdk/social" -H "Authorization: Bearer $ID" && expect 'she sees it' 200 '"socialUid":"of-alice"'
post "$sdk/login/wechat-miniprogram" "{\"code\":\"$(vouch '{"source":"wechat_mini_program","uid":"of-alice"}')\"}" && expect 'in a mini-program too' 200 '"status":"SUCCESS"'
signed_in "$sdk/social/unbind" '{"social_uid":"of-alice","social_type":"weixin"}' && nothing 'she takes it away'
wechat of-alice && expect 'and it is bound to nobody' 200 '"status":"USER_REGISTER"'
wechat of-nora && expect 'another one' 200 '"status":"USER_REGISTER"'
post "$sdk/sms/send" '{"mobile":"+86-13800000001","type":"BIND_MOBILE_SMS"}' && nothing 'a code for nora'
pending "$sdk/social/bind" "{\"mobile\":\"+86-13800000001\",\"verify_code\":\"$(code)\"}" && expect 'nora binds it by that' 200 '"status":"SUCCESS"'
wechat of-zelda && expect 'of somebody who has no account' 200 '"status":"USER_REGISTER"'
post "$sdk/sms/send" '{"mobile":"+86-13800000088","type":"REGISTER_SMS"}' && nothing 'a code to register with'
pending "$sdk/social/register-bind" "{\"mobile\":\"+86-13800000088\",\"verify_code\":\"$(code)\"}" && expect 'zelda registers, and it is bound' 200 '"status":"SUCCESS"'
wechat of-zelda && expect 'zelda signs in by it' 200 '"status":"SUCCESS"'
post "/api/v3/sdk/login/alipay" "{\"code\":\"$(vouch '{"source":"alipay","uid":"of-tom"}')\"}" && expect 'one of Alipay'"'"'s' 200 '"status":"USER_REGISTER"'
pending "$sdk/social/username-password-bind" "{\"user_name\":\"tom\",\"password\":\"$PASSWORD\"}" && expect 'tom binds it: his second factor still comes' 200 '"status":"MFA_AUTH"'
post "/api/v3/sdk/login/alipay" "{\"code\":\"$(vouch '{"source":"alipay","uid":"of-tom"}')\"}" && expect 'and without it nothing is bound' 200 '"status":"USER_REGISTER"'
pending "$sdk/social/wechat-mobile-bind" "{\"wechat_code\":\"$(vouch '{"source":"wechat","mobile":"+86-13800000001"}')\"}" && expect 'WeChat vouches for a mobile' 200 '"status":"SUCCESS"'
post "$sdk/login/aliyun-mobile-auth" "{\"access_token\":\"$(vouch '{"source":"carrier","mobile":"+86-13800000001"}')\"}" && expect 'so does the carrier' 200 '"status":"SUCCESS"'
post "$sdk/login/aliyun-mobile-auth" "{\"access_token\":\"$(vouch '{"source":"carrier","mobile":"+86-19900000000"}')\"}" && expect 'of a mobile that nobody has' 400 IDAAS.SDK.SOCIAL.0103

echo '-- what is none of the family'"'"'s'
of_device GET "$sdk/login" && expect 'another method' 405 IDAAS.SDK.PARAM.0103
of_device GET "$sdk/nothing" && expect 'another path' 404 IDAAS.SDK.PARAM.0102

echo '== the dialects of EIAM and OneAccess, whose path resets a forgotten password where the policy says so'
APPLICATION=("${ORDINARY[@]}")
while IFS='|' read -r dialect told unknown; do
    cat >"$HOME_OF_TOUR/$dialect.toml" <<TOML
issuer = "https://authflow.example"
dialect = "$dialect"

[[applications]]
client_id = "nTo1eRIub60vPb54WeE6aojPwYwImtl4"
dialect = "$dialect"
tells_attempts = true
policy = { recovery = ["sms"], replaces_contacts = ["sms"], captcha = "picture", sending = { daily_in_all = 1000 } }
TOML
    start "$dialect" --dev --dev-config "$HOME_OF_TOUR/$dialect.toml"
    login alice wrong && expect "$dialect: a wrong password, and what is left" 400 "$told"
    APPLICATION=(-H 'X-client-id: unknown')
    login alice && expect "$dialect: no such application" 400 "$unknown"
    APPLICATION=("${ORDINARY[@]}")
    if [[ $dialect == eiam ]]; then
        login alice && expect 'eiam: alice signs in' 200 '"status":"SUCCESS"'
        signed_in "$sdk/sms/send" '{"mobile":"+86-13900000007","type":"UPDATE_MOBILE_SMS"}' && nothing 'eiam: a code to what is to be her first mobile'
        NUMBER="{\"mobile\":\"+86-13900000007\",\"verify_code\":\"$(code)\"}"
        login alice && expect 'eiam: she signs in once more' 200 '"status":"SUCCESS"'
        signed_in "$sdk/profile/update-mobile" "$NUMBER" && nothing 'eiam: it is hers'
        of_device GET "$sdk/pwd/check-exist" -H "Authorization: Bearer $ID" && expect 'eiam: her session goes on' 200 '{"is_set_pwd":true}'
        login alice && expect 'eiam: she signs in again' 200 '"status":"SUCCESS"'
        post "$sdk/sms/send" '{"mobile":"+86-13900000007","type":"CHANGE_PWD_SMS"}' && nothing 'eiam: a code to change her password with'
        post "$sdk/sms/send" '{"mobile":"+86-13900000007","type":"FORGET_PWD_SMS"}' && expect 'eiam: a code a minute, of whatever type' 400 SDK.SMS.1102
        signed_in "$sdk/pwd/change-by-mobile" "{\"verify_code\":\"000000\",\"password\":\"$NEW\"}" && expect 'eiam: a wrong code, no change' 400 SDK.SMS.1005
        signed_in "$sdk/pwd/change-by-email" "{\"verify_code\":\"000000\",\"password\":\"$NEW\"}" && expect 'eiam: she has no address' 400 SDK.SMS.1006
    fi
    post "$sdk/sms/send" '{"mobile":"+86-13800000003","type":"FORGET_PWD_SMS"}' && nothing "$dialect: a code for victor"
    post "$sdk/pwd/update-by-mobile" "{\"mobile\":\"+86-13800000003\",\"verify_code\":\"$(code)\",\"password\":\"$NEW\"}"
    nothing "$dialect: he sets a new one"
    login victor "$NEW" && expect "$dialect: and signs in with it" 200 '"status":"SUCCESS"'
done <<'DIALECTS'
eiam|SDK.LOGIN.1005","error_msg":"Invalid user name or password. Remaining login attempts: 4|SDK.COMMON.1012
one_access|LOGIN.0002","error_msg":"Invalid account name or password. Remaining attempts: 4.|APP.0001
DIALECTS

echo '== signed calls, in the dialect of OneAccess'
SIGNING=5sVnSmAr8Jx1Q0bGkz3cWdEh7uTyLpOa
(umask 077 && openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$HOME_OF_TOUR/call.pem" 2>/dev/null)
cat >"$HOME_OF_TOUR/signed.toml" <<TOML
issuer = "https://authflow.example"

[[applications]]
client_id = "$SIGNING"
dialect = "one_access"

[[call_keys]]
client_id = "$SIGNING"
id = "call-1"
private_key = "call.pem"
TOML
start signed --dev --dev-config "$HOME_OF_TOUR/signed.toml"
APPLICATION=(-H "X-client-id: $SIGNING")

# sign NONCE: sets SIGNATURE, the X-signature for SESSION at the server's time.
sign() {
    local frame
    of_device GET "$sdk/server-date"
    frame="session_token=$SESSION&timestamp=$(member timestamp)&nonce=$1"
    SIGNATURE=$(printf %s "$frame" | openssl pkeyutl -encrypt -pubin -inkey "$HOME_OF_TOUR/call.pub.pem" -pkeyopt rsa_padding_mode:oaep \
        -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 | base64 -w 0)
}
signed() { of_device "$1" "$2" -H "X-signature: $SIGNATURE" "${@:3}"; }

login alice && expect 'alice signs in' 200 '"status":"SUCCESS"'
of_device GET "$sdk/server-date" && expect 'the time' 200 '{"timestamp":"1'
of_device GET "$sdk/public-key" && expect 'the key' 200 '{"public_key":"-----BEGIN PUBLIC KEY-----\n'
printf '%b\n' "$(member public_key)" >"$HOME_OF_TOUR/call.pub.pem"
of_device GET "$sdk/pwd/check-exist" -H "Authorization: Bearer $ID" && expect 'an id token is taken no more' 400 PARAM.0030
sign a && signed GET "$sdk/pwd/check-exist" && expect 'a signature is' 200 '{"is_set_pwd":true}'
signed POST "$sdk/session-token/refresh-id-token" && expect 'and once more, for what writes nothing: a new id token' 200 '{"id_token":"'
change="{\"old_password\":\"$PASSWORD\",\"new_password\":\"$NEW\"}"
signed POST "$sdk/pwd/change" -H 'Content-Type: application/json' -d "$change" && nothing 'she changes her password'
signed GET "$sdk/logout" && expect 'with a signature that has written something, nothing is written' 400 PARAM.0030
sign b && signed GET "$sdk/logout" && nothing 'with another one she signs out'
sign c && signed GET "$sdk/pwd/check-exist" && expect 'and the session has ended' 400 PARAM.0030

echo '-- a tenant'"'"'s server, which gets a token for its secret'
APPLICATION=("${ISV[@]}")
form() { call POST "$1" -H 'Content-Type: application/x-www-form-urlencoded' -d "$2"; }
client='grant_type=client_credentials&client_id=DRrYIqauawN0I8myTMoDTPys6ezGZxnm'
form "$tenant/token" "$client&client_secret=nonsense" && expect 'a wrong secret' 400 COM.0101
form "$tenant/token" "$client&client_secret=demo-tenant-credential" && expect 'its token' 200 '"token_type":"Bearer","expires_in":1800}'
CREDENTIAL=$(member access_token)
login alice && expect 'alice in the tenant' 200 '"status":"SUCCESS"'
of_tenant "$tenant/sso/session-token/refresh" "{\"session_token\":\"$SESSION\",$device}" && expect 'the server has her tokens made anew' 200 '"expire":43'
of_tenant "$tenant/sso/session-token/sso-ticket" "{\"session_token\":\"$SESSION\",$device}" && expect 'and gets a ticket with its token' 200 '"expire":300'

echo '== a captcha, which the policy demands'
cat >"$HOME_OF_TOUR/captcha.toml" <<TOML
issuer = "https://authflow.example"

[[applications]]
client_id = "nTo1eRIub60vPb54WeE6aojPwYwImtl4"
policy = { demands_captcha = true, captcha = "picture", first_factors = ["password", "sms"] }
TOML
start captcha --dev --dev-config "$HOME_OF_TOUR/captcha.toml"
APPLICATION=("${ORDINARY[@]}")
# picture: fetches a picture. The log of a demonstration says where its piece belongs, so nobody need look at it.
picture() {
    of_device GET "$sdk/captcha"
    PICTURE=$(member token)
    PLACE=$(sed -n "s/.*$PICTURE belongs at x = //p" "$LOG")
}
# solve X RECIPIENT: gives the place of the piece, and the recipient of a code.
solve() { post "$sdk/captcha/verify" "{\"point_json\":\"{\\\"x\\\":$1.0,\\\"y\\\":5.0}\",\"token\":\"$PICTURE\",\"sender\":\"$2\"}"; }
send_with() { post "$sdk/sms/send" "{\"mobile\":\"$1\",\"type\":\"LOGIN_SMS\",\"captcha_token\":\"$CAPTCHA\"}"; }
CAPTCHA=
send_with +86-13800000001 && expect 'no code without a captcha' 400 IDAAS.SDK.CAPTCHA.0004
picture && expect 'a picture, in 15 members' 200 '"secretKey":null,"originalImageBase64":"iVBORw0KGgo'
solve $(((PLACE + 100) % 264)) +86-13800000001 && expect 'a wrong place' 400 IDAAS.SDK.CAPTCHA.0002
solve "$PLACE" +86-13800000001 && expect 'and no second try' 400 IDAAS.SDK.CAPTCHA.0002
picture && solve "$((PLACE + 3))" +86-13800000001 && expect 'another picture, three pixels off' 200 '"captcha_token":"captcha-'
CAPTCHA=$(member captcha_token)
send_with +86-13800000003 && expect 'its token is not for another number' 400 IDAAS.SDK.CAPTCHA.0004
send_with '+86 138 0000 0001' && nothing 'a code for nora, in whatever spelling'
send_with +86-13800000001 && expect 'the token counts once' 400 IDAAS.SDK.CAPTCHA.0004
post "$sdk/login/mobile-verify-code" "{\"mobile\":\"+86-13800000001\",\"verify_code\":\"$(code)\"}" && expect 'nora signs in' 200 '"status":"SUCCESS"'
picture && solve "$PLACE" +86-19900000000 && CAPTCHA=$(member captcha_token) && send_with +86-19900000000 && nothing 'for a number that nobody has: the same answers'

echo '== a test double, which tests of an app talk to'
start double --dev
APPLICATION=("${ORDINARY[@]}")
say() { call POST "$1" -H 'Content-Type: application/json' -d "$2"; }
call GET /openapi.json && expect 'its routes are described' 200 '"/dev/codes/last"'
say /dev/accounts "{\"user_name\":\"zoe\",\"mobile\":\"+86-13900000009\",\"password\":\"$PASSWORD\",\"password_age_days\":85,\"second_factors\":[\"sms\"]}"
expect 'zoe is made' 201 '{"id":"'
say /dev/accounts '{"user_name":"ZOE"}' && expect 'and nobody else is called so' 409 'user_name must be no other account'
login zoe && expect 'she signs in, and a second factor is asked for' 200 '"status":"MFA_AUTH"'
call GET '/dev/codes/last?to=+86-13900000009' && expect 'no code was sent' 404 '"title":"Not Found"'
pending "$sdk/sms/send" '{"type":"MFA_AUTH_SMS"}' && nothing 'a code is sent'
call GET '/dev/codes/last?to=+86-13900000009' && expect 'and told' 200 '"purpose":"second_factor"'
pending "$sdk/mfa/sms" "{\"verify_code\":\"$(member code)\"}" && expect 'she proves it, and is warned of her password' 200 '"status":"PASSWORD_WARN"'
say /dev/clock '{"advance":601}' && expect 'ten minutes later' 200 '"offset":601'
of_device GET "$sdk/pwd/skip-update" -H "X-state-token: $STATE" && expect 'her login has expired' 400 IDAAS.SDK.PARAM.0014
say /dev/clock '{}' && expect 'the clock takes a time' 400 'either set or advance'
for _ in 1 2 3 4 5; do login zoe wrong; done
login zoe && expect 'five wrong guesses lock her out' 400 IDAAS.SDK.LOGIN.0002
call DELETE /dev/attempts/zoe && nothing 'she gets her guesses back' 204
call DELETE /dev/attempts/nobody && expect 'nobody has none' 404 'nobody is called'
login zoe && expect 'and signs in' 200 '"status":"MFA_AUTH"'
call POST /dev/reset && nothing 'it is as it was at the start' 204
login zoe && expect 'and there is no zoe' 400 IDAAS.SDK.LOGIN.0002
"$SERVER" --dev --keys authflow-keys.toml 2>"$HOME_OF_TOUR/refused"
STATUS=$? BODY=$(head -n 1 "$HOME_OF_TOUR/refused")
expect 'no double has the keys of a service' 2 --keys

echo '== accounts, beside a running server'
start accounts
APPLICATION=("${ORDINARY[@]}") GIVEN=Violet-Anchor-29
# operate INPUT COMMAND...: runs a command with INPUT on standard input, and sets BODY and STATUS.
operate() {
    BODY=$("$SERVER" --database "sqlite:$HOME_OF_TOUR/accounts.db" --keys "$HOME_OF_TOUR/accounts.keys.toml" \
        --sealing-keys "$HOME_OF_TOUR/accounts.sealing.toml" "${@:2}" 2>&1 <<<"$1")
    STATUS=$?
}
operate "$GIVEN" account add zoe --email zoe@example.com --password --json && expect 'zoe is added' 0 '"user_name":"zoe"'
login zoe "$GIVEN" && expect 'she signs in, and must change it' 200 '"status":"PASSWORD_EXPIRED"'
pending "$sdk/pwd/update" "{\"old_password\":\"$GIVEN\",\"new_password\":\"$NEW\"}" && expect 'she does' 200 '"status":"SUCCESS"'
operate '' sessions list zoe --json && expect 'her session' 0 '"factors":["pwd"]'
operate '' account disable zoe --json && expect 'she is disabled' 0 '"status":"disabled"'
login zoe "$NEW" && expect 'and is not let in' 400 IDAAS.SDK.LOGIN.0002
of_device GET "$sdk/pwd/check-exist" -H "Authorization: Bearer $ID" && expect 'her session is over' 400 IDAAS.SDK.PARAM.0016
operate '' account enable zoe --json && expect 'she is enabled' 0 '"status":"active"'
login zoe "$NEW" && expect 'and signs in' 200 '"status":"SUCCESS"'
for _ in 1 2 3 4 5; do login zoe wrong; done
login zoe "$NEW" && expect 'five wrong guesses lock her out' 400 IDAAS.SDK.LOGIN.0002
operate '' account unlock zoe --json && expect 'she is unlocked' 0 '"user_name":"zoe"'
login zoe "$NEW" && expect 'and signs in' 200 '"status":"SUCCESS"'
operate '' account enrol-totp zoe --issuer Tour && expect 'she gets an authenticator' 0 'otpauth://totp/Tour:zoe?secret='
login zoe "$NEW" && expect 'which is asked for' 200 '"status":"MFA_AUTH"'
printf 'user_name,email\nyan,yan@example.com\nZOE,\n' >"$HOME_OF_TOUR/people.csv"
operate '' account import "$HOME_OF_TOUR/people.csv"; expect 'an import with a name that is taken' 1 'line 3: the user name'
operate '' account show yan; expect 'nothing of it is imported' 3 'no account of that name'
operate '' keys rotate --sealing && expect 'the sealing key is rotated' 0 'is used'
operate '' keys list --json && expect 'secrets need the one before' 0 '"does":"opens","secrets":3'
operate '' check --json && expect 'what falls short' 0 'ASVS 6.2.10'

echo '== what was counted, recorded and logged'
BODY=$(curl -sS "$MANAGEMENT/readyz") STATUS=$?
expect 'the server is ready' 0 ready
BODY=$(curl -sS "$MANAGEMENT/metrics") STATUS=$?
for series in 'authflow_locks_total{factor="password"} 1' 'authflow_guesses_refused_total{factor="password",reason="wrong"} 5' \
    'authflow_guesses_refused_total{factor="password",reason="locked"} 1' 'authflow_sessions_total{change="issued"} 3' \
    'authflow_requests_total{route="/api/v2/sdk/pwd/update",status="200"} 1' 'authflow_calls{state="in_progress"} 0'; do
    expect "$series" 0 "$series"
done
call GET /metrics && expect 'the public listener has no such path' 404 IDAAS.SDK.PARAM.0102
BODY=$(cat "$HOME_OF_TOUR"/*.audit) STATUS=$?
expect 'a lock, recorded' 0 '"reason":"locked","factor":"password"'
# A short text may stand in a line by chance. Codes stand in a demonstration's log, and nowhere else.
printf '%s\n' "$PASSWORD" "$NEW" "$GIVEN" demo-tenant-credential demo-application-credential >>"$HOME_OF_TOUR/secrets"
sort -u "$HOME_OF_TOUR/secrets" | grep -E '.{12,}' >"$HOME_OF_TOUR/secrets.once"
BODY=$(grep -hF -f "$HOME_OF_TOUR/secrets.once" "$HOME_OF_TOUR"/*.log "$HOME_OF_TOUR"/*.audit | head -n 1) STATUS=200
nothing "none of $(wc -l <"$HOME_OF_TOUR/secrets.once") passwords and tokens in a log of level debug"
BODY=$(sed -n 's/.*code for .*: \([0-9]\{6\}\)$/\1/p' "$HOME_OF_TOUR"/*.log | sort -u | sed 's/.*/[^0-9a-f]&[^0-9a-f]/' |
    grep -f - <(sed 's/^[^ ]*Z //' "$HOME_OF_TOUR"/*.log "$HOME_OF_TOUR"/*.audit) | grep -v 'code for ' | head -n 1)
nothing 'and no code but where the demonstration tells it'

printf '\n%d passed, %d failed\n' "$((checked - failed))" "$failed"
[[ $failed == 0 ]]
