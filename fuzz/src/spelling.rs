//! Bodies that are made up by chance. Mostly a call takes them, and now and then there is a fault or an unusual
//! spelling.

use crate::bodies::{Channel, Kind, Member};
use arbitrary::{Result, Unstructured};
use serde_json::json;

/// A body for a call that takes these members.
pub fn body(u: &mut Unstructured<'_>, members: &[Member]) -> Result<Vec<u8>> {
    let mut spelt = Vec::new();
    for (name, kind, _) in members {
        if u.ratio(7, 8)? {
            spelt.push(member(u, name, *kind)?);
        }
    }
    let extra = u.int_in_range(0..=15)?;
    match extra {
        0 => spelt.push(format!(r#""x":{}"#, nested(u)?)),
        1 => spelt.extend(spelt.first().cloned()),
        2 => spelt.push(r#""x":{"y":1,"y":2}"#.into()),
        3 => spelt.push(format!(r#""x":{}"#, u.choose(&["1e999", "-0", "1E5", "\"\\ud800\"", "nul", "01"])?)),
        4 => spelt.push(format!("{}:1", json!(u.arbitrary::<String>()?))),
        _ => {}
    }
    for at in 1..spelt.len() {
        let other = u.int_in_range(0..=at)?;
        spelt.swap(at, other);
    }
    let mut body =
        format!("{{{}}}", spelt.join(u.choose(&[",", " ,\n\t", ",,"][..if extra == 5 { 3 } else { 2 }])?))
            .into_bytes();
    match extra {
        6 => body.extend(u.bytes(1)?),
        7 => body.resize(u.int_in_range(16_380..=16_390)?, b' '),
        8 => {
            let at = u.int_in_range(0..=body.len() - 1)?;
            body[at] = u.arbitrary()?;
        }
        9 => return u.arbitrary(),
        _ => {}
    }
    Ok(body)
}

fn nested(u: &mut Unstructured<'_>) -> Result<String> {
    let depth = u.int_in_range(5..=9)?;
    let (open, close) = *u.choose(&[("[", "]"), ("{\"y\":", "}")])?;
    Ok(format!("{}1{}", open.repeat(depth), close.repeat(depth)))
}

fn member(u: &mut Unstructured<'_>, name: &str, kind: Kind) -> Result<String> {
    let name = match u.ratio(1, 32)? {
        true => name.replace('_', r"\u005F").replace('o', r"\u006f"),
        false => name.into(),
    };
    if u.ratio(1, 16)? {
        let value = u.choose(&["null", "7", "true", "[\"a\"]", "{}", "\"\\ud800\"", "\"a\u{1}b\""])?;
        return Ok(format!(r#""{name}":{value}"#));
    }
    let mut value: String = (*u.choose(usual(&name, kind))?).into();
    match u.int_in_range(0..=11)? {
        0 => value = u.arbitrary()?,
        1 => {
            let edges = [1, 64, 65, 254, 256, 257, 1024, 1025, 4096, 4097];
            value = u.choose(&["x", "é", "1"])?.repeat(*u.choose(&edges)?);
        }
        2 => value = format!("{}{value}{}", u.choose(&[" ", "\t", "\u{A0}", "\n"])?, u.choose(&["", " "])?),
        3 => value.insert(0, u.arbitrary()?),
        4 => value.push(u.arbitrary()?),
        5 => {
            let at = u.int_in_range(0..=value.len())?;
            value.insert_str(at, u.choose(&["-", " ", "@", "+", "0", "--"])?);
        }
        _ => {}
    }
    Ok(format!(r#""{name}":{}"#, json!(value)))
}

/// Values that are good for some account.
fn usual(name: &str, kind: Kind) -> &'static [&'static str] {
    match (kind, name) {
        (Kind::UserName, _) => &["mona", "Mona", "mona@example.com"],
        (Kind::Password, _) => &["Correct-Horse-7", "Battery-Staple-8"],
        (Kind::Mobile, _) | (_, "mobile") => {
            &["+86-13800000000", "+86 138 0000 0000", "+86-138****0000", "+86-13900000000"]
        }
        (Kind::Email, _) | (_, "email") => {
            &["mona@example.com", "Mona@Example.com", "m***@example.com", "erin@example.com"]
        }
        // One of them is the one-time password of the account at the moment of all these requests.
        (Kind::Code, _) => &["012345", "170372"],
        (Kind::Type(Channel::Sms), _) => &[
            "LOGIN_SMS",
            "MFA_AUTH_SMS",
            "OTP_REST_SMS",
            "CHANGE_PWD_SMS",
            "FORGET_PWD_SMS",
            "UPDATE_PWD_SMS",
            "BIND_MOBILE_SMS",
            "LOGIN_EMS",
        ],
        (Kind::Type(Channel::Email), _) => {
            &["LOGIN_EMS", "MFA_AUTH_EMS", "CHANGE_PWD_EMS", "FORGET_PWD_EMS", "UPDATE_PWD_EMS", "LOGIN_SMS"]
        }
        (Kind::Captcha, _) => &["03AGdBq24", ""],
        (Kind::Point, _) => &[r#"{"x":237.0,"y":5.0}"#, r#"{"x":237,"y":5}"#, "9KzWqGZ/0+4="],
        (Kind::Picture, _) => &["0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"],
        (Kind::Sender, _) => &["+86-13800000000", "mona@example.com", "13800000000"],
        (_, "session_token") => &["{session}", "LGT"],
        (_, "sso_ticket") => &["{ticket}", "ssoTicket-"],
        (_, "device_fingerprint") => &["156aysdna213sac", "156aysdna213sac50"],
        (_, "device_ip") => &["10.10.10.1", "::1", "", "localhost"],
        (Kind::Foreign, _) => &["a code", "weixin", " "],
        (Kind::Text, _) => &["Android 10", "fuzz"],
    }
}
