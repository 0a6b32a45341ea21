"""A whole login, from outside: SERVER=target/release/authflow-server python -m pytest"""

PASSWORD, NEW = "Correct-Horse-7", "Battery-Staple-8"
MOBILE = "+86-13900000009"
DAY = 86_400


def code_of(answer):
    return answer.status, answer["error_code"]


def test_an_expiring_password_is_skipped_and_a_route_opens(double, app):
    double.account(user_name="zoe", password=PASSWORD, password_age_days=85)
    assert app.sign_in("zoe", PASSWORD)["status"] == "PASSWORD_WARN"
    assert app.skip()["status"] == "SUCCESS"
    assert app.protected().status == 200
    assert code_of(app.skip()) == (400, "IDAAS.SDK.PARAM.0014"), "a token counts once"


def test_a_second_factor_is_proved_by_sms(double, app):
    double.account(user_name="zoe", mobile=MOBILE, password=PASSWORD, second_factors=["sms"])
    assert app.sign_in("zoe", PASSWORD)["status"] == "MFA_AUTH"
    assert app.send_second_factor().status == 200
    code = double.code(MOBILE)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert code_of(app.prove("sms", wrong)) == (400, "IDAAS.SDK.CAPTCHA.0007")
    assert app.prove("sms", code)["status"] == "SUCCESS"
    assert app.protected().status == 200


def test_a_second_factor_is_proved_by_an_authenticator(double, app):
    secret = double.account(user_name="zoe", password=PASSWORD, second_factors=["totp"])["totp_secret"]
    assert app.sign_in("zoe", PASSWORD)["status"] == "MFA_AUTH"
    assert app.prove("totp", double.one_time_password(secret))["status"] == "SUCCESS"


def test_a_login_expires_while_nobody_goes_on(double, app):
    double.account(user_name="zoe", password=PASSWORD, password_age_days=85)
    app.sign_in("zoe", PASSWORD)
    double.advance(601)
    assert code_of(app.skip()) == (400, "IDAAS.SDK.PARAM.0014")


def test_a_code_expires(double, app):
    double.account(mobile=MOBILE)
    assert app.send_code(MOBILE).status == 200
    code = double.code(MOBILE)
    double.advance(301)
    assert code_of(app.sign_in_with_code(MOBILE, code)) == (400, "IDAAS.SDK.CAPTCHA.0007")
    assert app.send_code(MOBILE).status == 200
    assert app.sign_in_with_code(MOBILE, double.code(MOBILE))["status"] == "SUCCESS"


def test_a_session_expires(double, app):
    double.account(user_name="zoe", password=PASSWORD)
    app.sign_in("zoe", PASSWORD)
    assert app.protected().status == 200
    double.advance(2 * 3_600 + 1)
    assert code_of(app.protected()) == (400, "IDAAS.SDK.PARAM.0016")


def test_a_password_expires_and_is_changed(double, app):
    double.account(user_name="zoe", password=PASSWORD)
    assert app.sign_in("zoe", PASSWORD)["status"] == "SUCCESS"
    double.advance(91 * DAY)
    assert app.sign_in("zoe", PASSWORD)["status"] == "PASSWORD_EXPIRED"
    assert app.skip().status == 400, "what has expired is not skipped"
    assert app.change_password(PASSWORD, NEW)["status"] == "SUCCESS"
    assert app.sign_in("zoe", NEW)["status"] == "SUCCESS"


def test_five_wrong_guesses_lock_until_guesses_are_given_back(double, app):
    double.account(user_name="zoe", password=PASSWORD)
    for _ in range(5):
        assert app.sign_in("zoe", "wrong").status == 400
    assert code_of(app.sign_in("zoe", PASSWORD)) == (400, "IDAAS.SDK.LOGIN.0002")
    double.unlock("zoe")
    assert app.sign_in("zoe", PASSWORD)["status"] == "SUCCESS"


def test_no_test_sees_what_another_one_has_made(double, app):
    assert app.sign_in("zoe", PASSWORD).status == 400
    assert double.account(user_name="zoe", password=PASSWORD).status == 201
