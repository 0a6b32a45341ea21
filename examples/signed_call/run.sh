#!/usr/bin/env bash
# Runs SignedCall.java against a reference server that it starts itself, with the JDK's own provider and with BouncyCastle.
# Needs bash, openssl and a JDK of version 17. The server is built with cargo unless SERVER names one, and BCPROV names BouncyCastle's jar.
# Says SKIPPED, and exits with 77, if one of them is missing.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

BCPROV=${BCPROV:-/usr/share/java/bcprov.jar}
command -v java >/dev/null || { echo 'SKIPPED: no java (Debian: openjdk-17-jdk-headless)'; exit 77; }
if [[ -z ${SERVER:-} ]]; then
    cargo build -q --release -p authflow-server || exit 1
    SERVER="${CARGO_TARGET_DIR:-target}/release/authflow-server"
fi
folder=$(mktemp -d) server=
finish() {
    [[ -n $server ]] && kill "$server" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT

client=5sVnSmAr8Jx1Q0bGkz3cWdEh7uTyLpOa
(umask 077 && openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$folder/call.pem" 2>/dev/null ||
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$folder/call.pem" 2>/dev/null) || exit 1
chmod 600 "$folder/call.pem"
cat >"$folder/server.toml" <<TOML
issuer = "https://authflow.example"

[[applications]]
client_id = "$client"
dialect = "one_access"

[[call_keys]]
client_id = "$client"
id = "call-1"
private_key = "call.pem"
TOML
"$SERVER" --dev --dev-config "$folder/server.toml" --listen 127.0.0.1:0 >"$folder/out" 2>"$folder/log" &
server=$!
for _ in $(seq 100); do
    url=$(sed -n 's/^listening on //p' "$folder/out")
    [[ -n $url ]] && grep -q '^Try:' "$folder/out" && break
    sleep 0.1
done
[[ -n $url ]] || { echo 'the server did not start:'; cat "$folder/log"; exit 1; }

failed=0
java examples/signed_call/SignedCall.java "$url" "$client" jdk || failed=1
if [[ -f $BCPROV ]]; then
    java -cp "$BCPROV" examples/signed_call/SignedCall.java "$url" "$client" bc || failed=1
else
    echo "SKIPPED: BouncyCastle, no $BCPROV (Debian: libbcprov-java)"
    [[ $failed == 0 ]] && failed=77
fi
exit $failed
