"""A test double of the login server. It is started here on a free port, or it runs already. This file needs only the standard library."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import struct
import subprocess
import urllib.error
import urllib.parse
import urllib.request


class Answer:
    """A status, and the JSON that came with it."""

    def __init__(self, status, body):
        self.status = status
        self.body = json.loads(body) if body else None

    def __getitem__(self, member):
        return self.body[member]

    def __repr__(self):
        return f"{self.status} {self.body}"


def send(method, url, headers=(), body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = dict(headers) | ({} if data is None else {"Content-Type": "application/json"})
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.read())


class Double:
    """What a test tells the double, and asks it."""

    def __init__(self, base_url):
        self.base_url = base_url.rstrip("/")

    def call(self, method, path, body=None):
        answer = send(method, self.base_url + path, body=body)
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer}")
        return answer

    def account(self, **members):
        """Makes an account: user_name, mobile, email, password, password_age_days, second_factors, …"""
        return self.call("POST", "/dev/accounts", members)

    def code(self, to):
        """The last code that was sent to a number or an address."""
        return self.call("GET", "/dev/codes/last?" + urllib.parse.urlencode({"to": to}))["code"]

    def advance(self, seconds):
        """Moves the clock of the double forward by so many seconds."""
        return self.call("POST", "/dev/clock", {"advance": seconds})["now"]

    def unlock(self, user):
        self.call("DELETE", "/dev/attempts/" + urllib.parse.quote(user))

    def reset(self):
        self.call("POST", "/dev/reset")

    def one_time_password(self, totp_secret):
        """The password that an authenticator shows at the time of the double (RFC 6238: SHA-1, 30 seconds, six digits)."""
        secret = base64.b32decode(totp_secret + "=" * (-len(totp_secret) % 8))
        tag = hmac.digest(secret, struct.pack(">Q", self.advance(0) // 30), hashlib.sha1)
        number = struct.unpack_from(">I", tag, tag[-1] & 15)[0] & 0x7FFFFFFF
        return f"{number % 1_000_000:06}"


@contextlib.contextmanager
def running():
    """BASE_URL names a running double. SERVER names the program, which is started on a port that the system picks."""
    if base_url := os.environ.get("BASE_URL"):
        yield Double(base_url)
        return
    server = os.environ.get("SERVER")
    if not server:
        raise RuntimeError("give SERVER, the path of authflow-server, or BASE_URL, of one that was started with --dev")
    command = [server, "--dev", "--listen", "127.0.0.1:0"]
    quiet = os.environ | {"RUST_LOG": "warn"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet) as process:
        try:
            first = process.stdout.readline().strip()
            if not first.startswith("listening on "):
                raise RuntimeError(f"{server} did not start: {first}")
            yield Double(first.removeprefix("listening on "))
        finally:
            process.terminate()
