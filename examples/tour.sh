#!/usr/bin/env bash
# Walks every call of the family against a reference server that it starts itself, and checks every answer.
# Needs bash, curl and openssl (for the one-time password); the server is built with cargo unless SERVER names one.
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

# start NAME [FLAG...]: a server with files of its own; its log has the codes.
start() {
    local name=$1
    shift
    [[ -n $server ]] && kill "$server" && wait "$server" 2>/dev/null
    LOG="$HOME_OF_TOUR/$name.log"
    "$SERVER" --listen 127.0.0.1:0 --database "sqlite:$HOME_OF_TOUR/$name.db" --keys "$HOME_OF_TOUR/$name.keys.toml" \
        --sealing-keys "$HOME_OF_TOUR/$name.sealing.toml" "$@" \
        >"$HOME_OF_TOUR/$name.out" 2>"$LOG" &
    server=$!
    for _ in $(seq 100); do
        URL=$(sed -n 's/^listening on //p' "$HOME_OF_TOUR/$name.out")
        [[ -n $URL ]] && grep -q '^Try:' "$HOME_OF_TOUR/$name.out" && return
        sleep 0.1
    done
    echo "the server did not start:" && cat "$LOG" && exit 1
}

# call METHOD PATH [curl argument...]: sets STATUS and BODY.
call() {
    local method=$1 path=$2 answer
    shift 2
    answer=$(curl -sS -X "$method" -w '\n%{http_code}' "$@" "$URL$path")
    STATUS=${answer##*$'\n'} BODY=${answer%$'\n'*}
}

# of_device METHOD PATH [curl argument...]: with the headers that a device sends.
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

# member NAME: a text member of BODY.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$BODY"; }
# code: the one that was sent last.
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
    return 0
}
nothing() {
    expect "$1" 200 ''
    [[ -z $BODY ]] || { failed=$((failed + 1)) && echo "     expected no body"; }
}

# totp SECRET: the password of now (RFC 6238: SHA-1, 30 seconds, 6 digits) for a secret in ASCII.
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
policy = { recovery = ["sms"] }
TOML
    start "$dialect" --config "$HOME_OF_TOUR/$dialect.toml" --demo
    login alice wrong && expect "$dialect: a wrong password, and what is left" 400 "$told"
    APPLICATION=(-H 'X-client-id: unknown')
    login alice && expect "$dialect: no such application" 400 "$unknown"
    APPLICATION=("${ORDINARY[@]}")
    post "$sdk/sms/send" '{"mobile":"+86-13800000003","type":"FORGET_PWD_SMS"}' && nothing "$dialect: a code for victor"
    post "$sdk/pwd/update-by-mobile" "{\"mobile\":\"+86-13800000003\",\"verify_code\":\"$(code)\",\"password\":\"$NEW\"}"
    nothing "$dialect: he sets a new one"
    login victor "$NEW" && expect "$dialect: and signs in with it" 200 '"status":"SUCCESS"'
done <<'DIALECTS'
eiam|SDK.LOGIN.1005","error_msg":"Invalid user name or password. Remaining login attempts: 4|SDK.COMMON.1012
one_access|LOGIN.0002","error_msg":"Invalid account name or password. Remaining attempts: 4.|APP.0001
DIALECTS

printf '\n%d passed, %d failed\n' "$((checked - failed))" "$failed"
[[ $failed == 0 ]]
