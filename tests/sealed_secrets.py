"""Makes the vectors of src/sealing/tests.rs with other implementations: PyNaCl (libsodium) seals, the standard library derives.

pip install pynacl==1.6.2; python tests/sealed_secrets.py
"""

import base64
import hashlib
import hmac
import struct

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt


def derived(secret, label):
    """The first block of HKDF-Expand (RFC 5869)."""
    return hmac.new(secret, label + b"\x01", hashlib.sha256).digest()


def listed(*parts):
    """Each part behind its length."""
    return b"".join(struct.pack(">Q", len(part)) + part for part in parts)


def associated(tenant, account):
    return listed(b"authflow/v1/sealed/totp", tenant, account)


def sealed(secret, key_id, tenant, account, clear, nonce):
    body = nonce + encrypt(clear, associated(tenant, account), nonce, derived(secret, b"authflow/v1/sealing/cipher"))
    return f"1:{key_id}:" + base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def drawn(secret, entropy, now, tenant, account, clear):
    """The nonce as the library draws it."""
    parts = listed(entropy, struct.pack(">Q", now), associated(tenant, account), clear)
    return hmac.new(derived(secret, b"authflow/v1/sealing/nonce"), parts, hashlib.sha256).digest()[:24]


SECRET = hashlib.sha256(bytes([101])).digest()
TENANT, CLEAR, NONCE = b"08f770f51f80d2f40f38c00cb199fd21", b"12345678901234567890", bytes(range(24))
print(sealed(SECRET, "seal-1", TENANT, b"id-tom", CLEAR, NONCE))
print(sealed(SECRET, "seal-1", b"", b"4711", bytes(range(100, 228)), NONCE))
nonce = drawn(SECRET, bytes(32), 1_700_000_000, TENANT, b"id-tom", CLEAR)
print(sealed(SECRET, "seal-1", TENANT, b"id-tom", CLEAR, nonce))
