"""Verifies an id token as a relying party would, with PyJWT: `verify.py JWKS ISSUER CLIENT_ID < token`."""

import json
import sys

import jwt

keys, issuer, client_id = json.load(open(sys.argv[1])), sys.argv[2], sys.argv[3]
token = sys.stdin.read().strip()
header = jwt.get_unverified_header(token)
[key] = [key for key in keys["keys"] if key.get("kid") == header.get("kid")]
verify = lambda token, **wanted: jwt.decode(
    token, jwt.PyJWK(key).key, algorithms=[key["alg"]], **{"issuer": issuer, "audience": client_id, **wanted}
)
claims = verify(token)
assert claims["sub"] and claims["sid"] and claims["auth_time"] <= claims["iat"] < claims["exp"], claims
assert claims["nbf"] == claims["iat"] - 120, claims
# The same library must refuse what is wrong.
signed, signature = token.rsplit(".", 1)
for wrong, wanted in [
    (token, {"audience": "another"}),
    (token, {"issuer": "https://another.example"}),
    (signed + "." + ("A" if signature[0] != "A" else "B") + signature[1:], {}),
]:
    try:
        verify(wrong, **wanted)
    except jwt.InvalidTokenError:
        continue
    sys.exit(f"PyJWT takes what it must not: {wanted}")
print("PyJWT", jwt.__version__, header["alg"], sorted(claims))
