//! A second reading of the form of a tenant's server.

use authflow::{
    ClientId, TenantClient,
    outcome::{BodyFault, Fault, MemberProblem, Verdict},
    step::Step,
    testkit::{Call, World},
};
use std::sync::LazyLock;

static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// Posts any body. The host is asked for exactly what a second reading finds, or the body is refused as the second
/// reading says.
pub fn posted(body: &[u8]) {
    let mut world = WORLD.clone();
    let read = read(body);
    match (world.begin(&Call::tenant_token("", "").with_body(body)), read) {
        (Step::VerifyClientSecret(asked), Ok(client)) => {
            assert_eq!(asked.client_id, client.client_id);
            assert_eq!(asked.client_secret.expose(), client.client_secret.expose());
        }
        (Step::Done(outcome), Err(fault)) => match outcome.verdict {
            Verdict::Refused(Fault::RequestMalformed(refused)) => assert_eq!(refused, fault),
            other => panic!("{other:?}"),
        },
        (step, read) => panic!("{step:?}, and not {read:?}"),
    }
}

fn read(body: &[u8]) -> Result<TenantClient, BodyFault> {
    const NAMES: [&str; 3] = ["grant_type", "client_id", "client_secret"];
    const MOST: usize = 16 * 1024;
    if body.len() > MOST {
        return Err(BodyFault::TooLong { most: MOST });
    }
    let mut values: [Option<String>; 3] = [const { None }; 3];
    for pair in body.split(|byte| *byte == b'&') {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let name = parts.next().and_then(unescaped);
        let Some(at) = NAMES.iter().position(|wanted| name.as_deref() == Some(wanted)) else { continue };
        let of = |problem| BodyFault::Member { name: NAMES[at], problem };
        if values[at].is_some() {
            return Err(of(MemberProblem::Repeated));
        }
        let value = unescaped(parts.next().unwrap_or_default());
        values[at] = Some(value.ok_or(of(MemberProblem::Malformed))?);
    }
    let [grant_type, client_id, client_secret] = values.map(Option::unwrap_or_default);
    let of = |name, problem| Err(BodyFault::Member { name, problem });
    if grant_type.trim().is_empty() {
        return of(NAMES[0], MemberProblem::Missing);
    }
    if grant_type != "client_credentials" {
        return of(NAMES[0], MemberProblem::NotClientCredentials);
    }
    if client_id.trim().is_empty() {
        return of(NAMES[1], MemberProblem::Missing);
    }
    let Ok(client_id) = ClientId::new(&client_id) else { return of(NAMES[1], MemberProblem::Malformed) };
    match client_secret.len() {
        0 => of(NAMES[2], MemberProblem::Missing),
        1..=1024 => Ok(TenantClient {
            client_id,
            client_secret: authflow::Secret::new(client_secret),
            language: None,
        }),
        _ => of(NAMES[2], MemberProblem::TooLong { most: 1024 }),
    }
}

/// Each part after a `%` begins with two digits.
fn unescaped(text: &[u8]) -> Option<String> {
    let mut pieces = text.split(|byte| *byte == b'%');
    let mut bytes = pieces.next().unwrap_or_default().to_vec();
    bytes.iter_mut().filter(|byte| **byte == b'+').for_each(|byte| *byte = b' ');
    for piece in pieces {
        let digits = str::from_utf8(piece.get(..2)?).ok()?;
        let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?);
        bytes.extend(piece[2..].iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }));
    }
    String::from_utf8(bytes).ok()
}
