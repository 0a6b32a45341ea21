"""The key set of an application's derived key, from the server's key file: `derive.py KEYS_TOML CLIENT_ID`.

Written from the documented derivation (HKDF-Expand of one block, label and lengths), not from the library.
"""

import base64
import hashlib
import hmac
import json
import re
import sys

secret = bytes.fromhex(re.search(r'secret = "([0-9a-f]+)"', open(sys.argv[1]).read()).group(1))
client_id = sys.argv[2].encode()
label = b"authflow/v1/id/" + bytes([len(client_id)]) + client_id + b"\0"
key = hmac.new(secret, label + b"\1", hashlib.sha256).digest()
print(json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "k": base64.urlsafe_b64encode(key).rstrip(b"=").decode()}]}))
