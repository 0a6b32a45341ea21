use super::*;
use crate::{facade::MOST_OF_A_BODY, outcome::BodyFault};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use proptest::prelude::*;

fn read_as(content_type: &str, body: &[u8]) -> Result<(String, String), BodyFault> {
    let headers = [("Content-Type", content_type)];
    let read = credentials(&RequestHeaders::read(&headers), body, Identifier::of_user_name)?;
    let (_, name) = read.identifier.names().next().unwrap();
    Ok((name.to_string(), read.password.expose().to_string()))
}

fn read(body: &str) -> Result<(String, String), BodyFault> {
    read_as("application/json", body.as_bytes())
}

fn erin(password: &str) -> Result<(String, String), BodyFault> {
    Ok(("erin".to_string(), password.to_string()))
}

#[test]
fn a_name_is_trimmed_and_a_password_is_not() {
    assert_eq!(read(r#"{"user_name":" erin ","password":" p "}"#), erin(" p "));
    assert_eq!(read(" {\n\"password\":\"\\u0070\",\"user_name\":\"erin\"} "), erin("p"));
}

#[test]
fn unknown_members_pass_and_no_member_stands_twice() {
    assert_eq!(read(r#"{"x":[1,-2,3.5,null,true,{"y":"z"}],"user_name":"erin","password":"p"}"#), erin("p"));
    for body in [
        r#"{"user_name":"erin","password":"p","password":"p"}"#,
        r#"{"user_name":"erin","password":"p","\u0070assword":"q"}"#,
        r#"{"user_name":"erin","password":"p","x":1,"x":1}"#,
        r#"{"user_name":"erin","password":"p","x":{"y":1,"y":2}}"#,
    ] {
        assert!(read(body).is_err(), "{body}");
    }
}

#[test]
fn what_is_missing_mistyped_or_out_of_bounds_is_refused() {
    for body in [
        "",
        "null",
        "[]",
        "\"erin\"",
        "{}",
        r#"{"user_name":"erin"}"#,
        r#"{"password":"p"}"#,
        r#"{"user_name":"","password":"p"}"#,
        r#"{"user_name":"  ","password":"p"}"#,
        r#"{"user_name":"erin","password":""}"#,
        r#"{"user_name":"erin","password":null}"#,
        r#"{"user_name":"erin","password":7}"#,
        r#"{"user_name":["erin"],"password":"p"}"#,
        r#"{"user_name":"er\u0000in","password":"p"}"#,
        r#"{"user_name":"erin","password":"\ud800"}"#,
        r#"{"user_name":"erin","password":"p"}{}"#,
        r#"{"user_name":"erin","password":"p"},"#,
        r#"{"user_name":"erin","password":"p",}"#,
        "\u{FEFF}\u{FEFF}{\"user_name\":\"erin\",\"password\":\"p\"}",
    ] {
        assert!(read(body).is_err(), "{body}");
    }
    assert_eq!(read("\u{FEFF}{\"user_name\":\"erin\",\"password\":\"p\"}"), erin("p"));
    assert!(read_as("application/json", b"{\"user_name\":\"erin\",\"password\":\"\xFF\"}").is_err());
}

/// The log and the answer say which member is wrong and what must be there.
#[test]
fn what_is_refused_says_which_member_and_why() {
    use MemberProblem::{Malformed, Missing, NotText, Repeated, TooLong};
    let long = |name: usize, password: usize| {
        format!(r#"{{"user_name":"{}","password":"{}"}}"#, "n".repeat(name), "p".repeat(password))
    };
    let of = |name, problem: MemberProblem| problem.of(name);
    for (body, expected) in [
        ("", BodyFault::NotAnObject),
        ("[]", BodyFault::NotAnObject),
        (r#"{"user_name":"erin","password":"p"}{}"#, BodyFault::NotAnObject),
        (r#"{"user_name":"erin","password":"p","x":1,"x":1}"#, BodyFault::NotAnObject),
        (r#"{"user_name":"erin","password":"p","user":{"password":1,"password":1}}"#, BodyFault::NotAnObject),
        // A body that is cut off within a member is no fault of that member.
        (r#"{"user_name":"erin","password":"p"#, BodyFault::NotAnObject),
        (r#"{"user_name":"erin","password":tru}"#, BodyFault::NotAnObject),
        (r#"{"user_name":"erin","password":"\ud800"}"#, BodyFault::NotAnObject),
        ("{}", of("user_name", Missing)),
        (r#"{"user_name":null,"password":"p"}"#, of("user_name", Missing)),
        (r#"{"user_name":" ","password":"p"}"#, of("user_name", Missing)),
        (r#"{"user_name":"erin"}"#, of("password", Missing)),
        (r#"{"user_name":"erin","password":""}"#, of("password", Missing)),
        (r#"{"user_name":"erin","password":7}"#, of("password", NotText)),
        (r#"{"user_name":["erin"],"password":"p"}"#, of("user_name", NotText)),
        (r#"{"user_name":true,"password":7}"#, of("user_name", NotText)),
        (r#"{"password":"p","user_name":"erin","password":"p"}"#, of("password", Repeated)),
        (r#"{"user_name":"erin","password":"p","\u0070assword":1}"#, of("password", Repeated)),
        (r#"{"user_name":"er\u0000in","password":"p"}"#, of("user_name", Malformed)),
        (&long(257, 1), of("user_name", TooLong { most: 256 })),
        (&long(256, 1025), of("password", TooLong { most: 1024 })),
        (&" ".repeat(MOST_OF_A_BODY + 1), BodyFault::TooLong { most: MOST_OF_A_BODY }),
    ] {
        assert_eq!(read(body), Err(expected), "{}", &body[..body.len().min(80)]);
    }
    let body = br#"{"user_name":"erin","password":"p"}"#;
    assert_eq!(read_as("text/plain", body), Err(BodyFault::ContentType));
    // Bytes that are not UTF-8 go before every other fault.
    for body in [&b"{\"password\":\"\xFF\"}"[..], b"{\"user_name\":true,\"x\":\"\xFF\"}"] {
        assert_eq!(read_as("application/json", body), Err(BodyFault::NotAnObject));
    }
}

#[test]
fn each_call_names_the_member_that_it_takes() {
    use MemberProblem::{Missing, NotAMobile, NotAnEmail, NotTaken, TooLong};
    let headers = [("Content-Type", "application/json")];
    let headers = RequestHeaders::read(&headers);
    let of = |name, problem: MemberProblem| problem.of(name);
    fn fault<T>(read: Read<T>) -> Option<BodyFault> {
        read.err()
    }
    let sms = |body: &str| fault(code_credentials(&headers, body.as_bytes(), Channel::Sms));
    assert_eq!(sms("{}"), Some(of("mobile", Missing)));
    assert_eq!(sms(r#"{"mobile":"erin","verify_code":"1"}"#), Some(of("mobile", NotAMobile)));
    assert_eq!(sms(r#"{"mobile":"+86-13800000000"}"#), Some(of("verify_code", Missing)));
    let mail = fault(code_credentials(&headers, br#"{"email":"erin","verify_code":"1"}"#, Channel::Email));
    assert_eq!(mail, Some(of("email", NotAnEmail)));
    let change = |body: &str| fault(password_change(&headers, body.as_bytes()));
    assert_eq!(change(r#"{"new_password":"p"}"#), Some(of("old_password", Missing)));
    assert_eq!(change(r#"{"old_password":"p"}"#), Some(of("new_password", Missing)));
    // The new password of this call has another name.
    assert_eq!(fault(mobile_update(&headers, br#"{"verify_code":"1"}"#)), Some(of("password", Missing)));
    let ask = |body: &str| fault(code_request(&headers, body.as_bytes(), Channel::Sms));
    assert_eq!(ask(r#"{"mobile":"+86-13800000000"}"#), Some(of("type", Missing)));
    assert_eq!(ask(r#"{"type":"LOGIN_EMS"}"#), Some(of("type", NotTaken)));
    let long = format!(r#"{{"type":"LOGIN_SMS","captcha_token":"{}"}}"#, "x".repeat(4_097));
    assert_eq!(ask(&long), Some(of("captcha_token", TooLong { most: 4_096 })));
}

#[test]
fn bounds_to_the_byte() {
    let with = |name: usize, password: usize| {
        read(&format!(r#"{{"user_name":"{}","password":"{}"}}"#, "n".repeat(name), "p".repeat(password)))
            .is_ok()
    };
    assert!(with(256, 1024));
    assert!(!with(257, 1024));
    assert!(!with(256, 1025));
    let body = r#"{"user_name":"erin","password":"p"}"#;
    assert!(read(&format!("{body}{}", " ".repeat(MOST_OF_A_BODY - body.len()))).is_ok());
    assert!(read(&format!("{body}{}", " ".repeat(MOST_OF_A_BODY - body.len() + 1))).is_err());
}

#[test]
fn eight_levels_and_no_more() {
    let nested = |levels: usize, open: &str, close: &str| {
        let value = format!("{}1{}", open.repeat(levels), close.repeat(levels));
        read(&format!(r#"{{"user_name":"erin","password":"p","x":{value}}}"#)).is_ok()
    };
    for (open, close) in [("[", "]"), ("{\"y\":", "}")] {
        assert!(nested(7, open, close), "the object is the eighth");
        assert!(!nested(8, open, close));
        assert!(!nested(1000, open, close));
    }
}

#[test]
fn the_type_is_json_in_any_case_with_any_parameters() {
    let body = br#"{"user_name":"erin","password":"p"}"#;
    for content_type in [
        "application/json",
        "Application/JSON;charset=utf-8",
        "application/json ; charset=GBK; x=y",
        "application/json, application/json;charset=utf-8",
    ] {
        assert!(read_as(content_type, body).is_ok(), "{content_type}");
    }
    for content_type in [
        "",
        "text/plain",
        "application/jsonp",
        "application/x-www-form-urlencoded",
        "json",
        "application/json, text/plain",
    ] {
        assert!(read_as(content_type, body).is_err(), "{content_type}");
    }
    let twice = [("Content-Type", "application/json"), ("content-type", "application/json")];
    assert!(credentials(&RequestHeaders::read(&twice), body, Identifier::of_user_name).is_err());
}

proptest! {
    #[test]
    fn any_name_and_password_are_read_back(name in "[^\\s\\pC][^\\pC]{0,20}[^\\s\\pC]", password in "(?s).{1,40}") {
        let body = serde_json::json!({ "user_name": name, "password": password }).to_string();
        // A name without invisible marks has one spelling.
        let canonical = UserName::new(&name).map(|name| name.normalised().to_string());
        prop_assert_eq!(read(&body).ok(), canonical.ok().map(|name| (name, password)));
    }

    #[test]
    fn no_bytes_are_a_panic(body: Vec<u8>) {
        let _ = read_as("application/json", &body);
    }
}
