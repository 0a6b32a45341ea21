//! Assertions about captchas that are pictures, over the onlooker's notes: what must never happen with them.

use super::{
    calls::{Call, Human, Purpose},
    host::Host,
    ledger::{Ledger, Used},
    observed::Observed,
    rules::{RULES, SKEW, SOLVED},
};
use authflow::outcome::Event;

pub fn check(host: &Host, seen: &Observed) {
    let asks = |question| seen.asked.contains(&question);
    assert!(!(host.life.pictures && asks("JudgeCaptcha")), "a second kind of captcha");
    let of_pictures = asks("IssueCaptcha") || asks("JudgeCaptchaPoint");
    assert!(host.life.pictures || !of_pictures, "a picture where there are none");
    assert!(!of_pictures || seen.wrote.is_empty(), "written for a picture");
    a_picture_is_tried_once_where_it_was_shown(&host.ledger, seen);
    if host.life.pictures {
        no_stranger_is_sent_to_without_a_picture_of_their_own(&host.ledger, seen);
    }
}

fn a_picture_is_tried_once_where_it_was_shown(ledger: &Ledger, seen: &Observed) {
    let Call::Solve { picture, right, .. } = seen.request.call else { return };
    if seen.solved.is_some() {
        let (by, tried) = ledger.pictures.get(picture).expect("a picture that was shown");
        assert!(right, "solved by a wrong place");
        assert_eq!(*by, seen.request.caller, "shown to another one");
        assert!(!tried, "tried before");
    }
}

fn is_demanded(seen: &Observed) -> bool {
    RULES[seen.request.caller.app].captcha || seen.events.contains(&Event::CaptchaDemanded)
}

/// If a picture is demanded, it was solved for this recipient and here, not long ago, and has not been used.
fn no_stranger_is_sent_to_without_a_picture_of_their_own(ledger: &Ledger, seen: &Observed) {
    let Call::Send { token, purpose, by, to: Some(to), human } = seen.request.call else { return };
    if token.is_some() && purpose != Purpose::NewContact {
        return;
    }
    if seen.message.is_none() || !is_demanded(seen) {
        return;
    }
    let Human::Solved(number) = human else { panic!("sent without a picture") };
    let solution = ledger.solutions.get(number).expect("sent for a picture that nobody has solved");
    assert_eq!(solution.0, seen.request.caller, "solved elsewhere");
    assert_eq!((solution.1, solution.2), (by, to), "solved for another recipient");
    assert!(seen.now < solution.3 + SOLVED, "solved {} s ago", seen.now - solution.3);
    assert!(solution.3 <= seen.now + SKEW, "solved in a time to come");
    assert!(!ledger.used.contains(&Used::Captcha(number)), "solved once, and sent twice");
}

/// Notes the pictures that were shown, tried, solved and used.
pub fn note(ledger: &mut Ledger, seen: &Observed) {
    if seen.picture.is_some() {
        ledger.pictures.push((seen.request.caller, false));
    }
    match seen.request.call {
        Call::Solve { picture, by, to, .. } => {
            if let Some(shown) = ledger.pictures.get_mut(picture)
                && seen.asked.contains(&"JudgeCaptchaPoint")
                && seen.reply.0 != 500
            {
                shown.1 = true;
            }
            if seen.solved.is_some() {
                ledger.solutions.push((seen.request.caller, by, to, seen.now));
            }
        }
        // The picture was used if one was demanded, whatever happened to the message. A signed call claims its
        // signature too.
        Call::Send { human: Human::Solved(number), .. }
            if is_demanded(seen)
                && seen
                    .commits
                    .iter()
                    .any(|(commit, _)| commit.claim.is_some() && !commit.writes.is_empty()) =>
        {
            ledger.used.insert(Used::Captcha(number));
        }
        _ => {}
    }
}
