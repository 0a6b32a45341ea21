"""Makes the vectors of src/token/reference_tests.rs with the standard library, which shares no code with the library.

python tests/session_references.py
"""

import base64
import hashlib
import hmac
import struct


def derived(secret, label):
    """The first block of HKDF-Expand (RFC 5869)."""
    return hmac.new(secret, label + b"\x01", hashlib.sha256).digest()


def digest(secret, label, *parts):
    """Half an HMAC over the parts, each behind its length."""
    listed = b"".join(struct.pack(">Q", len(part)) + part for part in parts)
    return hmac.new(derived(secret, label), listed, hashlib.sha256).digest()[:16]


def reference(secret, session, generation, expires_at, client_id, tenant, fingerprint):
    audience = digest(secret, b"authflow/v2/audience", client_id, tenant)
    device = digest(secret, b"authflow/v1/device", b"fingerprint", fingerprint)
    mark = derived(secret, b"authflow/v2/key")[:1]
    time = struct.pack(">Q", expires_at)[3:]
    signed = b"\x02" + mark + session + struct.pack(">I", generation) + time + audience + device
    tag = hmac.new(derived(secret, b"authflow/v2/session"), signed, hashlib.sha256).digest()
    text = "LGT" + base64.urlsafe_b64encode(signed + tag).rstrip(b"=").decode()
    assert len(text) == 125
    return text


for number, session, generation, expires_at, client_id, tenant, fingerprint in [
    (7, bytes([1] * 16), 0, 1_700_043_200, b"web", b"acme", b"156aysdna213sac"),
    (7, bytes(range(16)), 4_294_967_295, 253_402_300_799, b"app", b"", b"f"),
    (8, bytes(range(100, 116)), 65_538, 1_700_000_001, b"x" * 64, b"y" * 64, "Gerät".encode()),
]:
    secret = hashlib.sha256(bytes([number])).digest()
    print(reference(secret, session, generation, expires_at, client_id, tenant, fingerprint))
