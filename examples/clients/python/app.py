"""The login of an app, as it calls the family. Put your app in its place."""

from double import send

SDK = "/api/v2/sdk"


class App:
    """One installation of the app: a device, and the token that it holds while a login is under way."""

    def __init__(self, base_url, client_id="nTo1eRIub60vPb54WeE6aojPwYwImtl4", device="pytest"):
        self.base_url = base_url
        self.headers = {
            "X-operating-sys-version": "Android 10",
            "X-device-fingerprint": device,
            "X-agent": "pytest",
            "X-client-id": client_id,
        }
        self.state_token = self.id_token = None

    def call(self, method, path, body=None, **tokens):
        given = {name.replace("_", "-"): token for name, token in tokens.items() if token}
        answer = send(method, self.base_url + SDK + path, self.headers | given, body)
        if answer.status == 200 and answer.body:
            self.state_token = answer.body.get("state_token", self.state_token)
            self.id_token = answer.body.get("id_token", self.id_token)
        return answer

    def pending(self, method, path, body=None):
        """A further step of a login."""
        return self.call(method, path, body, X_state_token=self.state_token)

    def sign_in(self, user_name, password):
        return self.call("POST", "/login", {"user_name": user_name, "password": password})

    def skip(self):
        return self.pending("POST", "/pwd/skip-update")

    def change_password(self, old, new):
        return self.pending("POST", "/pwd/update", {"old_password": old, "new_password": new})

    def send_second_factor(self):
        return self.pending("POST", "/sms/send", {"type": "MFA_AUTH_SMS"})

    def prove(self, factor, code):
        return self.pending("POST", f"/mfa/{factor}", {"verify_code": code})

    def send_code(self, mobile):
        return self.call("POST", "/sms/send", {"mobile": mobile, "type": "LOGIN_SMS"})

    def sign_in_with_code(self, mobile, code):
        return self.call("POST", "/login/mobile-verify-code", {"mobile": mobile, "verify_code": code})

    def protected(self):
        """A route that demands a session."""
        return self.call("GET", "/pwd/check-exist", Authorization=f"Bearer {self.id_token}")
