//! The table of the documentation.

use super::{played::OPERATIONS, stage::Way};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The circumstances in which an operation asks more, in the words of the documentation.
const WAYS: [(Way, &str); 7] = [
    (Way::ApplicationsAsked, "applications are [asked for](crate::Applications::Asked)"),
    (Way::SignedCalls, "calls are [signed](crate::signed_call)"),
    (Way::References, "session tokens are [references](crate::policy::SessionTokenForm::Reference)"),
    (Way::OutsideKeys, "id tokens are [signed outside](crate::token::IdTokenSigning::Outside)"),
    (Way::RetryGrace, "there is a [grace](crate::policy::Policy::retry_grace)"),
    (Way::Captcha, "a captcha of the host's own is [demanded](crate::policy::Policy::demands_captcha)"),
    (Way::WrongProof, "the proof is wrong, instead of what would follow"),
];

/// The questions of each module.
const ROOMS: &[(&str, &[&str])] = &[
    ("account", &["FindAccount", "JudgeProfile"]),
    ("captcha", &["IssueCaptcha", "JudgeCaptcha", "JudgeCaptchaPoint"]),
    ("code", &["Deliver", "LoadCode"]),
    ("guess", &["ReserveAttempt", "SettleAttempt"]),
    ("password", &["JudgePassword", "VerifyPassword"]),
    ("session", &["CheckSession", "FindSession"]),
    ("signed_call", &["OpenSealed"]),
    ("social", &["ExchangeMobileToken", "ExchangeSocialCode", "ListIdentities"]),
    (
        "step",
        &[
            "Commit",
            "DecideAccess",
            "FindApplication",
            "FindClaim",
            "SignBytes",
            "VerifyBytes",
            "VerifyClientSecret",
            "VerifyTenantCredential",
        ],
    ),
];

/// Every question, with its module.
pub(crate) fn questions() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROOMS.iter().flat_map(|(room, questions)| questions.iter().map(|question| (*room, *question)))
}

/// The definition of a link to a question.
fn defined(name: &str) -> String {
    let room = ROOMS.iter().find(|(_, questions)| questions.contains(&name));
    let (room, _) = room.unwrap_or_else(|| panic!("{name} stands in no room"));
    format!("[`{name}`]: crate::{room}::{name}\n")
}

fn listed<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    all.into_iter().map(|name| format!("[`{name}`]")).collect::<Vec<_>>().join(", ")
}

/// The questions that `more` has and `plain` lacks, each with the question that it follows.
fn besides(plain: &[&'static str], more: &[&'static str]) -> Vec<(&'static str, Option<&'static str>)> {
    let mut rest = plain.iter().peekable();
    let mut found = Vec::new();
    let mut last = None;
    for asked in more {
        if rest.peek() == Some(&asked) {
            rest.next();
        } else {
            found.push((*asked, last));
        }
        last = Some(*asked);
    }
    assert!(rest.next().is_none(), "{more:?} does not go on as {plain:?}");
    found
}

/// The difference that a wrong proof makes: the guess is settled, and no further question follows.
fn settled(plain: &[&'static str], wrong: &[&'static str]) -> Vec<(&'static str, Option<&'static str>)> {
    if !plain.contains(&"ReserveAttempt") {
        assert_eq!(plain, wrong);
        return Vec::new();
    }
    let (last, before) = wrong.split_last().unwrap();
    assert!(*last == "SettleAttempt" && plain.starts_with(before), "{wrong:?} after {plain:?}");
    Vec::from([(*last, before.last().copied())])
}

/// The operations that ask a question in addition, and the questions behind which it stands there.
#[derive(Default)]
struct Added {
    operations: BTreeSet<&'static str>,
    behind: BTreeSet<Option<&'static str>>,
}

impl Added {
    fn place(&self) -> String {
        let behind: Vec<_> = self.behind.iter().flatten().copied().collect();
        match (self.behind.contains(&None), behind.is_empty()) {
            (true, true) => "first".to_owned(),
            (true, false) => format!("first, or behind {}", listed(behind).replace(", ", " or ")),
            (false, _) => format!("behind {}", listed(behind).replace(", ", " or ")),
        }
    }

    fn operations(&self, all: &BTreeSet<&'static str>) -> String {
        let others: Vec<_> = all.difference(&self.operations).copied().collect();
        if others.len() < self.operations.len() {
            format!("every operation but {}", listed(others))
        } else {
            listed(self.operations.iter().copied())
        }
    }
}

pub(crate) fn table() -> String {
    let mut text = String::from("| operation | asks, in this order |\n|---|---|\n");
    let mut added = BTreeMap::<(usize, &str), Added>::new();
    let (mut operations, mut questions) = (BTreeSet::new(), BTreeSet::new());
    for it in OPERATIONS {
        let plain = it.asks(Way::Plain).expect("every operation has the plain way");
        let case = if it.case.is_empty() { String::new() } else { format!(", {}", it.case) };
        let asks = if plain.is_empty() { "nothing".to_owned() } else { listed(plain.iter().copied()) };
        writeln!(text, "| [`{}`]{case} | {asks} |", it.name).unwrap();
        operations.insert(it.name);
        questions.extend(plain.iter().copied());
        for (number, (way, _)) in WAYS.iter().enumerate() {
            let Some(asked) = it.asks(*way) else { continue };
            let is_wrong = *way == Way::WrongProof;
            for (question, behind) in if is_wrong { settled(&plain, &asked) } else { besides(&plain, &asked) }
            {
                let row = added.entry((number, question)).or_default();
                row.operations.insert(it.name);
                row.behind.insert(behind);
                questions.insert(question);
            }
        }
    }
    text += "\nMore is asked in some applications, and where a proof is wrong:\n\n| where | asks besides | in |\n|---|---|---|\n";
    let mut shown = None;
    for ((number, question), row) in &added {
        let way = if shown.replace(*number) == Some(*number) { "" } else { WAYS[*number].1 };
        let place = row.place();
        writeln!(text, "| {way} | [`{question}`], {place} | {} |", row.operations(&operations)).unwrap();
    }
    text.push('\n');
    for name in operations {
        writeln!(text, "[`{name}`]: crate::Engine::{name}").unwrap();
    }
    text.extend(questions.into_iter().map(defined));
    text
}
