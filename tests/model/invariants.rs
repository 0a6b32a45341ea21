//! The twelve things that must never happen in a login, as assertions over what an onlooker has seen.

use super::{
    calls::{Call, Caller, F, Proof, Purpose},
    cast::{factor, password},
    handed::Handed,
    host::Host,
    ledger::{Ledger, Sort},
    observed::{Message, Observed},
    rules::{RULES, SKEW},
};
use authflow::{
    Timestamp,
    account::AccountStatus,
    factor::FactorSet,
    outcome::{Event, ProofRefusal},
    password::MustChange,
    step::{Commit, Write},
};
use std::collections::BTreeSet;

/// Checks all twelve, for one request.
pub fn check(host: &Host, seen: &Observed) {
    let ledger = &host.ledger;
    invariant_1_no_session_without_every_factor(ledger, seen);
    invariant_2_nothing_is_used_twice(ledger, seen);
    invariant_2_what_is_answered_again_is_the_answer_of_before(host, seen);
    invariant_3_no_skip_but_of_a_warning_within_the_budget(ledger, seen);
    invariant_4_no_token_for_another_purpose_application_tenant_or_device(ledger, seen);
    invariant_5_no_token_out_of_its_time_or_under_a_retired_key(host, seen);
    invariant_6_failures_do_not_differ(ledger, seen);
    invariant_7_bounded_work(seen);
    invariant_8_no_secret_is_printed(host, seen);
    invariant_9_no_session_for_an_account_that_changed(ledger, seen);
    invariant_9_nor_the_answer_of_before(ledger, seen);
    invariant_10_every_guess_is_counted(ledger, seen);
    invariant_11_no_password_is_set_by_second_factors_or_by_a_breached_one(ledger, seen);
    invariant_12_a_lost_answer_costs_nobody_a_login(host, seen);
    rule_8_what_one_server_issues_is_good_at_the_other(host, seen);
    nothing_is_issued_without_a_signature(host, seen);
    rule_3_only_delivery_and_signing_follow_a_write(seen);
    what_the_host_denies_gets_nothing(host, seen);
    a_guard_lets_in_whose_session_it_is_and_writes_nothing(ledger, seen);
    only_a_right_password_that_stays_is_hashed_anew(seen);
    only_a_right_one_time_password_is_sealed_anew(host, seen);
    what_does_not_open_is_unavailable(seen);
    what_is_sent_to_strangers_is_bounded(host, seen);
}

/// The authenticator's secret is sealed again only under the present key, only if an earlier key had sealed it, and only in the commit that uses up
/// the step.
fn only_a_right_one_time_password_is_sealed_anew(host: &Host, seen: &Observed) {
    for (commit, _) in &seen.commits {
        for write in &commit.writes {
            let Write::Reseal { secret } = write else { continue };
            assert_eq!(seen.truth, Some(F::Totp), "sealed anew, and not right");
            let before = seen.sealed_under.as_deref().expect("an authenticator");
            assert_ne!(before, secret.key_id().as_str(), "sealed anew under the same key");
            assert_eq!(secret.key_id().as_str(), host.sealing_key(), "sealed anew under another key");
            let uses = commit.writes.iter().any(|write| matches!(write, Write::UseTotpStep { .. }));
            assert!(uses, "sealed anew, and not used up");
            assert_eq!(commit.revision_after(), commit.expected, "sealed anew, and sessions end");
        }
    }
}

/// If the secret does not open, the guess is answered neither as right, nor as wrong, nor as "not enrolled". Nothing is counted or written.
fn what_does_not_open_is_unavailable(seen: &Observed) {
    if seen.events.iter().any(|event| matches!(event, Event::SecretNotOpened { .. })) {
        assert_eq!(seen.reply.0, 500, "an answer without a secret");
        assert!(!seen.counted && seen.commits.is_empty(), "a guess without a secret");
    }
}

/// Each hour gives a fraction of one code back. So at most one more code than the sum is sent within an hour. Beyond half of the sum, no code is
/// sent without a captcha.
fn what_is_sent_to_strangers_is_bounded(host: &Host, seen: &Observed) {
    if !host.life.clocks_are_near() {
        return;
    }
    let by = caller_of(seen);
    let (
        Call::Send {
            purpose:
                Purpose::SignIn
                | Purpose::Update
                | Purpose::Forgotten
                | Purpose::Register
                | Purpose::Link
                | Purpose::NewContact,
            ..
        },
        Some(Message { decoy: false, .. }),
        Some(in_all),
    ) = (&seen.request.call, &seen.message, RULES[by.app].in_all)
    else {
        return;
    };
    let apart = host.life.ahead.unsigned_abs();
    let sent = host.ledger.sent_within_an_hour(by, seen.clock, apart) as u64;
    assert!(sent <= in_all, "more is sent than in all");
    // The library judges a picture without the host.
    let is_seen = host.life.pictures && seen.events.contains(&Event::CaptchaDemanded);
    let is_judged = is_seen || seen.asked.contains(&"JudgeCaptcha");
    assert!(is_judged || sent <= in_all / 2, "beyond half of what is sent in all without a captcha");
}

fn only_a_right_password_that_stays_is_hashed_anew(seen: &Observed) {
    for (commit, _) in &seen.commits {
        let is_rehash = |write: &Write| matches!(write, Write::Rehash { .. });
        let is_new = |write: &Write| matches!(write, Write::StorePassword { .. });
        if commit.writes.iter().any(is_rehash) {
            assert_eq!(seen.truth, Some(F::Password), "hashed anew, and not right");
            assert!(!commit.writes.iter().any(is_new), "hashed anew, and changed");
        }
    }
}

/// A denied request gets no token, no password and no subject of a ticket, whatever the call is about.
fn what_the_host_denies_gets_nothing(host: &Host, seen: &Observed) {
    let needs_no_access = matches!(
        seen.request.call,
        Call::Send { .. }
            | Call::SignOut { .. }
            | Call::IsSet { .. }
            | Call::Authenticate { .. }
            | Call::Identities { .. }
            | Call::Unlink { .. }
            | Call::TenantToken { .. }
            | Call::Picture
            | Call::Solve { .. }
            | Call::Social { .. }
    ) && !matches!(seen.request.call, Call::Send { purpose: Purpose::NewContact, .. });
    if !host.world.host.denied || needs_no_access {
        return;
    }
    let writes = seen.commits.iter().flat_map(|(commit, _)| &commit.writes);
    let is_spent = |write: &Write| {
        matches!(
            write,
            Write::UseTotpStep { .. } | Write::UseCode(_) | Write::ClearGuesses(_) | Write::EndSessions(_)
        )
    };
    assert!(writes.into_iter().all(is_spent), "a denial has written something");
    assert!(seen.minted.is_empty(), "a token for somebody who is denied");
    assert!(seen.reply.0 != 200 || seen.says("ACCESS_DENIED"), "done, though it was denied");
}

/// This is at a route of the host's own. The account must be as it was when the session was opened or renewed, the token the latest, and the factors
/// those that were proved.
fn a_guard_lets_in_whose_session_it_is_and_writes_nothing(ledger: &Ledger, seen: &Observed) {
    if !matches!(seen.request.call, Call::Authenticate { .. }) {
        return;
    }
    let uses = |(commit, _): &(Commit, _)| commit.writes.is_empty() && seen.request.seal.is_some();
    assert!(seen.commits.iter().all(uses) && seen.minted.is_empty(), "a guard has written something");
    let is_used = seen.request.seal.is_none() || !seen.commits.is_empty();
    assert!(seen.reply.0 != 200 || is_used, "a signature that lets in once more");
    let Some(who) = &seen.authenticated else {
        assert_ne!(seen.reply.0, 200, "let in as nobody");
        return;
    };
    let token = &ledger.tokens[seen.token.as_ref().expect("let in without a token")];
    let handed = seen.held.as_ref().expect("let in without a session");
    assert_eq!(token.session, Some(who.session), "another session");
    assert_eq!(seen.owner, Some((true, handed.revision)), "let in, though the account has changed");
    let is_latest = token.sort != Sort::Session || token.generation == handed.generation;
    assert!(is_latest, "let in by a token that was rotated away");
    let proved: FactorSet = token.proved.iter().map(|proved| factor(*proved)).collect();
    match handed.renewed {
        None => assert_eq!(who.factors, proved, "more or less than was proved"),
        // A code renewed the session's proof, and nothing else has been proved since.
        Some(Some(by)) => assert_eq!(who.factors, FactorSet::EMPTY.with(factor(by)), "proved, but earlier"),
        // The old password was proved. Or it was the first password, and the factors of the sign-in count.
        Some(None) => {
            let known = proved.with(factor(F::Password));
            assert!(who.factors.iter().all(|it| known.contains(it)), "more than was proved");
        }
    }
}

fn caller_of(seen: &Observed) -> Caller {
    seen.request.caller
}

fn invariant_1_no_session_without_every_factor(ledger: &Ledger, seen: &Observed) {
    let proves = matches!(
        seen.request.call,
        Call::SignIn { .. }
            | Call::SignInByCode { .. }
            | Call::Register { .. }
            | Call::Social { .. }
            | Call::Link { .. }
            | Call::RegisterLinked { .. }
            | Call::RegisterVouched { .. }
            | Call::Change { .. }
            | Call::Prove { .. }
    );
    assert!(!(proves && seen.goes_on()) || seen.truth.is_some(), "nothing was proved");
    assert!(
        !seen.says("SUCCESS")
            || seen.is_again()
            || seen.commits.iter().any(|(commit, _)| opens(&commit.writes)),
        "no record"
    );
    let proved = ledger.proved(seen);
    for (commit, account) in &seen.commits {
        for write in &commit.writes {
            let Write::OpenSession(record) = write else { continue };
            let needed = RULES[caller_of(seen).app].always_second
                || account.as_ref().is_some_and(|account| !account.enrolled.is_empty());
            assert!(!proved.is_empty(), "no first factor");
            assert!(proved.len() >= if needed { 2 } else { 1 }, "a factor is missing: {proved:?}");
            let proved: FactorSet = proved.iter().map(|proved| factor(*proved)).collect();
            assert_eq!(record.factors, proved, "the record says what was proved");
        }
    }
}

fn opens(writes: &[Write]) -> bool {
    writes.iter().any(|write| matches!(write, Write::OpenSession(_)))
}

fn invariant_2_nothing_is_used_twice(ledger: &Ledger, seen: &Observed) {
    for used in Ledger::used_up(seen).into_iter().filter(|_| !seen.is_again()) {
        assert!(!ledger.used.contains(&used), "used before: {used:?}");
    }
    // A session token can be used any number of times until another one replaces it.
    let before = ledger.led_to(&seen.request.call, seen.token.as_ref());
    let goes_on = seen.says("session") && !seen.is_again();
    assert!(!(goes_on && before.is_some()), "a token that was rotated away goes on");
}

/// A repeated skip is answered with the session that it opened, and a repeated refresh with the tokens that it gave. This happens only a moment
/// later, writes nothing, and happens only if no client has used the first answer.
fn invariant_2_what_is_answered_again_is_the_answer_of_before(host: &Host, seen: &Observed) {
    if !seen.is_again() {
        return;
    }
    let (session, handed) =
        host.ledger.led_to(&seen.request.call, seen.token.as_ref()).expect("no answer before");
    assert_eq!(seen.session, Some(session), "answered with another session");
    assert!(host.life.grace > 0, "answered again, though it never is");
    assert!(seen.commits.is_empty(), "answered again, and written");
    assert!(seen.now < handed.at + host.life.grace + SKEW, "answered {} s later", seen.now - handed.at);
    let token = &host.ledger.tokens[seen.token.as_ref().unwrap()];
    let behind = handed.generation - if token.sort == Sort::Session { token.generation } else { 0 };
    assert_eq!(behind, u32::from(token.sort == Sort::Session), "another generation than the next one");
    assert!(
        seen.before.as_ref().is_none_or(|it| it.lives && !it.used),
        "answered again, though it is in use or over"
    );
}

fn invariant_3_no_skip_but_of_a_warning_within_the_budget(ledger: &Ledger, seen: &Observed) {
    let rules = &RULES[caller_of(seen).app];
    let is_skip = matches!(seen.request.call, Call::Skip { .. });
    let counted = usize::from(!seen.is_again());
    assert!(
        !(is_skip && seen.says("SUCCESS")) || seen.commits.len() == counted,
        "a skip that is not counted once"
    );
    for (commit, account) in &seen.commits {
        let password = account.as_ref().and_then(|account| account.password.as_ref());
        let age = password.map(|password| Timestamp::from_unix(seen.now).seconds_since(password.changed_at));
        let must = password.is_some_and(|password| password.must_change.is_some());
        let skips = commit.writes.iter().any(|write| matches!(write, Write::RecordSkip { .. }));
        let changes = commit.writes.iter().any(|write| matches!(write, Write::StorePassword { .. }));
        // A denial spends the token and counts nothing, even if its answer is lost.
        let is_counted = is_skip && opens(&commit.writes);
        assert_eq!(skips, is_counted, "only a skip is counted as one, and every skip is");
        if opens(&commit.writes)
            && !changes
            && seen.made().is_none()
            && ledger.proved(seen).contains(&F::Password)
        {
            assert!(
                !must && age.is_some_and(|age| age < rules.expired_from),
                "signed in by an expired password"
            );
            assert!(skips || age.is_some_and(|age| age < rules.warned_from), "signed in without skipping");
        }
        if skips {
            assert!(age.is_some_and(|age| age >= rules.warned_from), "nothing to skip");
            assert!(password.is_some_and(|password| password.skips_used < rules.skips), "beyond the budget");
        }
    }
}

fn invariant_4_no_token_for_another_purpose_application_tenant_or_device(ledger: &Ledger, seen: &Observed) {
    let (Some(text), 200) = (&seen.token, seen.reply.0) else { return };
    let token = ledger.tokens.get(text).unwrap_or_else(|| panic!("nobody issued {text}"));
    let wanted = match &seen.request.call {
        // A client that signs its calls seals a session token.
        call if seen.request.seal.is_some() && call.is_of_a_session() => Sort::Session,
        Call::Authenticate { by_session, .. } => {
            if *by_session {
                Sort::Session
            } else {
                Sort::Id
            }
        }
        Call::IsSet { .. }
        | Call::OwnChange { .. }
        | Call::OwnChangeByCode { .. }
        | Call::NewContact { .. }
        | Call::Identities { .. }
        | Call::Unlink { .. }
        | Call::Send { purpose: Purpose::NewContact, .. } => Sort::Id,
        Call::Refresh { .. }
        | Call::SignOut { .. }
        | Call::IssueTicket { .. }
        | Call::TenantRefresh { .. } => Sort::Session,
        Call::Redeem { .. } => Sort::Ticket,
        Call::Link { .. } | Call::RegisterLinked { .. } | Call::RegisterVouched { .. } => Sort::Link,
        _ => Sort::State,
    };
    assert_eq!(token.sort, wanted, "a token of one purpose for another");
    let caller = caller_of(seen);
    match seen.request.call {
        Call::IssueTicket { credential, .. }
        | Call::Redeem { credential, .. }
        | Call::TenantRefresh { credential, .. } => {
            let tenant = match credential.checked_sub(3) {
                Some(number) => {
                    let (tenant, ends) = ledger.servers[number];
                    assert!(seen.now < ends, "a server's token after its end");
                    tenant
                }
                None => credential,
            };
            assert_eq!(token.by.tenant, tenant, "another tenant's server");
        }
        _ => assert_eq!((token.by.app, token.by.tenant), (caller.app, caller.tenant), "another audience"),
    }
    // A caller that shows nothing holds all tokens that were given to such callers.
    let gives_up = matches!(seen.request.call, Call::SignOut { .. });
    assert!(gives_up || token.by.device == caller.device, "another device");
    let stage = match &seen.request.call {
        Call::Skip { .. } => &["PASSWORD_WARN"][..],
        Call::Change { .. } | Call::Send { purpose: Purpose::Change, .. } => {
            &["PASSWORD_WARN", "PASSWORD_EXPIRED"]
        }
        Call::Send { purpose: Purpose::NewContact, .. } => return,
        Call::Prove { .. } | Call::Send { .. } => &["MFA_AUTH"],
        _ => return,
    };
    assert!(stage.contains(&token.stage.as_str()), "a token of another step: {}", token.stage);
}

fn invariant_5_no_token_out_of_its_time_or_under_a_retired_key(host: &Host, seen: &Observed) {
    let (Some(text), 200) = (&seen.token, seen.reply.0) else { return };
    let token = &host.ledger.tokens[text];
    // A token that refers to its session has no time of its own, so the time of the sign-in counts.
    let from = match seen.held.as_ref().filter(|_| host.life.refers && token.sort == Sort::Session) {
        Some(handed) => handed.auth_time,
        None => token.issued,
    };
    assert!(from <= seen.now + SKEW, "accepted {} s before its time", from - seen.now);
    assert!(seen.now < token.ends, "accepted {} s after its end", seen.now - token.ends);
    assert!(host.verifies(token.key, seen.now), "accepted under a retired key");
}

fn invariant_6_failures_do_not_differ(ledger: &Ledger, seen: &Observed) {
    if let Some((sort, told)) = Ledger::told(seen)
        && let Some(before) = ledger.told.get(&sort)
    {
        assert_eq!(before, &told, "two failures of {sort:?} differ");
    }
}

fn invariant_7_bounded_work(seen: &Observed) {
    assert!(seen.asked.len() <= 12, "{:?}", seen.asked);
    assert!(seen.bytes.len() <= 4096, "{} bytes", seen.bytes.len());
}

fn invariant_8_no_secret_is_printed(host: &Host, seen: &Observed) {
    let codes = host.codes.iter().flatten();
    for secret in seen.secrets.iter().chain(&seen.minted).chain(codes) {
        assert!(!is_printed(&seen.printed, secret), "{secret} in {}", seen.printed);
    }
}

/// A code's digits may appear in a time by chance. A printed code is not part of a longer number.
fn is_printed(printed: &str, secret: &str) -> bool {
    let is_digit = |neighbour: Option<char>| neighbour.is_some_and(|neighbour| neighbour.is_ascii_digit());
    printed.match_indices(secret).any(|(at, _)| {
        let (before, after) = (&printed[..at], &printed[at + secret.len()..]);
        !is_digit(before.chars().next_back()) && !is_digit(after.chars().next())
    })
}

fn invariant_9_no_session_for_an_account_that_changed(ledger: &Ledger, seen: &Observed) {
    let is_of_somebody = |commit: &Commit| opens(&commit.writes) && seen.made().is_none();
    for (commit, account) in seen.commits.iter().filter(|(commit, _)| is_of_somebody(commit)) {
        let account = account.as_ref().expect("a session is somebody's");
        assert_eq!(account.status, AccountStatus::Active, "a session of a disabled account");
        assert_eq!(Some(account.revision.as_u64()), ledger.revision(seen), "the account changed on the way");
        assert_eq!(commit.expected, Some(account.revision), "the host was not told to look");
    }
    let uses = matches!(
        seen.request.call,
        Call::Refresh { .. }
            | Call::IsSet { .. }
            | Call::Authenticate { .. }
            | Call::OwnChange { .. }
            | Call::OwnChangeByCode { .. }
            | Call::NewContact { .. }
            | Call::Identities { .. }
            | Call::Unlink { .. }
            | Call::Send { purpose: Purpose::NewContact, .. }
            | Call::IssueTicket { .. }
            | Call::Redeem { .. }
    );
    assert!(!uses || seen.reply.0 != 200 || seen.lives, "a session that was ended");
}

fn invariant_9_nor_the_answer_of_before(ledger: &Ledger, seen: &Observed) {
    let now = seen.session.and_then(|session| ledger.sessions.get(&session));
    // A simultaneous request may have changed it after this answer.
    if let Some(handed) = seen.before.as_ref().or(now).filter(|_| seen.is_again()) {
        assert_eq!(
            seen.owner,
            Some((true, handed.revision)),
            "answered again, though the account has changed"
        );
    }
}

/// The same client repeats a skip or a refresh within the grace. If no client has presented a token of the first answer, and nothing has changed, the
/// repetition is answered. No other call with an earlier token ends the session.
fn invariant_12_a_lost_answer_costs_nobody_a_login(host: &Host, seen: &Observed) {
    if host.life.grace == 0 {
        return;
    }
    let is_ticket = matches!(seen.request.call, Call::IssueTicket { .. });
    assert!(!is_ticket || seen.commits.is_empty(), "a call that renews nothing has ended a session");
    let ledger = &host.ledger;
    // By the other clock, the simultaneous request may have had nothing to skip.
    if seen.before.is_none() && host.life.ahead != 0 {
        return;
    }
    // A sealed call gets no session token.
    if seen.request.seal.is_some() || host.life.signed && seen.request.call.is_of_a_session() {
        return;
    }
    let Some((_, handed)) = ledger.led_to(&seen.request.call, seen.token.as_ref()) else { return };
    let token = &ledger.tokens[seen.token.as_ref().unwrap()];
    let is_next = token.sort != Sort::Session || token.generation + 1 == handed.generation;
    let first = token.sort == Sort::Session || handed.generation == 0;
    let is_held_back =
        seen.request.failing.is_some() || host.world.host.denied || !host.life.clocks_are_near();
    // A server of another tenant is refused, and so is a server whose token has expired.
    let is_its_server = match seen.request.call {
        Call::TenantRefresh { credential, .. } => credential == token.by.tenant,
        _ => true,
    };
    let is_his = is_its_server
        && token.by == seen.request.caller
        && host.verifies(token.key, seen.now)
        && seen.now < token.ends;
    let in_time = seen.now < (handed.at + host.life.grace).min(handed.ends);
    let is_unused = |it: &Handed| it.lives && !it.shown;
    let is_untouched = is_unused(handed) && seen.before.as_ref().is_none_or(is_unused);
    let is_same = seen.owner == Some((true, handed.revision));
    if is_next && first && !is_held_back && is_his && in_time && is_untouched && is_same {
        assert_eq!(seen.reply.0, 200, "a lost answer was not given again");
    }
}

/// Neither of a session's two tokens is issued. No token is rotated away if its replacement cannot be issued.
fn nothing_is_issued_without_a_signature(host: &Host, seen: &Observed) {
    let is_signed = seen.asked.contains(&"SignBytes");
    if seen.request.failing.is_some_and(|it| it.question == "SignBytes") && is_signed {
        assert_eq!((seen.reply.0, seen.minted.len()), (500, 0), "issued without a signature");
        let rotates = matches!(seen.request.call, Call::Refresh { .. });
        assert!(!rotates || seen.commits.is_empty(), "rotated without a signature");
    }
    let is_issued = matches!(seen.reply.1.as_str(), "SUCCESS" | "session" | "id token");
    assert!(!(host.life.signs_outside && is_issued) || is_signed, "issued, and not signed by the host");
}

/// The write that counts is the last step that can fail. A signature is used up before anything is guessed with it.
fn rule_3_only_delivery_and_signing_follow_a_write(seen: &Observed) {
    let asked = |question| seen.asked.iter().position(|asked| *asked == question);
    let guesses = seen.request.seal.is_some() && seen.request.call.is_of_a_session();
    let sends = matches!(seen.request.call, Call::Send { purpose: Purpose::NewContact, .. });
    let guesses = asked("ReserveAttempt").filter(|_| guesses);
    let is_used = guesses.is_some_and(|at| seen.asked[..at].contains(&"Commit"));
    assert!(guesses.is_none() || is_used, "a guess by what may be replayed");
    let is_claim = |(commit, _): &&(Commit, _)| (guesses.is_some() || sends) && commit.writes.is_empty();
    let claims = seen.commits.iter().take_while(is_claim).count();
    assert!(claims <= 1 && seen.commits.len() <= 1 + claims, "more than one write that counts");
    if seen.commits.len() > claims {
        let mut after = seen.asked.iter().rev().take_while(|asked| **asked != "Commit");
        assert!(
            after.all(|asked| ["Deliver", "SignBytes"].contains(asked)),
            "after the write: {:?}",
            seen.asked
        );
    }
}

/// Two clocks never agree. If they differ by no more than they may, a client with the latest token of a live session is let in.
fn rule_8_what_one_server_issues_is_good_at_the_other(host: &Host, seen: &Observed) {
    if host.life.signed || seen.request.seal.is_some() {
        return;
    }
    let wanted = match seen.request.call {
        Call::Authenticate { by_session: true, .. } => Sort::Session,
        Call::Authenticate { by_session: false, .. } | Call::IsSet { .. } => Sort::Id,
        Call::Refresh { .. } if !host.world.host.denied => Sort::Session,
        _ => return,
    };
    let Some(token) = seen.token.as_ref().and_then(|text| host.ledger.tokens.get(text)) else { return };
    let Some(handed) = token.session.and_then(|session| host.ledger.sessions.get(&session)) else { return };
    let is_held = token.sort == wanted && token.by == seen.request.caller && seen.request.failing.is_none();
    // A session is over if its device was written down under a key that is gone.
    let is_known = host.verifies(token.key, seen.now) && host.verifies(handed.key, seen.now);
    let is_in_time = seen.now < token.ends && is_known;
    let is_latest = token.sort != Sort::Session || token.generation == handed.generation;
    // Either clock may have noted the use. A clock that is behind ends the session earlier.
    let apart = 2 * host.life.ahead.unsigned_abs();
    let is_used = RULES[token.by.app].idle.is_none_or(|idle| seen.now + apart < handed.at + idle);
    let lives = handed.lives && seen.owner == Some((true, handed.revision));
    if host.life.clocks_are_near() && is_held && is_in_time && is_latest && is_used && lives {
        assert_eq!(seen.reply.0, 200, "a session of one server is refused by the other");
    }
}

fn invariant_10_every_guess_is_counted(ledger: &Ledger, seen: &Observed) {
    // This holds over any sequence: between two proofs of a slot that were carried out, there are no more wrong guesses than the highest ceiling.
    if let Some(slot) = seen.wrong_at() {
        let before = ledger.wrong.get(&slot).copied().unwrap_or_default();
        let highest = RULES.iter().map(|rules| rules.ceiling).max().unwrap();
        assert!(before < highest, "{} wrong guesses without a proof between", before + 1);
    }
    let without_guess = matches!(seen.request.call, Call::OwnChange { old: None, .. });
    for event in &seen.events {
        let Event::ProofRefused { reason, .. } = event else { continue };
        if matches!(reason, ProofRefusal::Wrong | ProofRefusal::NoCode) && !without_guess {
            assert!(seen.counted, "a judged guess that was not counted");
        }
    }
    let judges = ["VerifyPassword", "LoadCode", "ExchangeSocialCode", "ExchangeMobileToken"];
    let judged = seen.asked.iter().position(|asked| judges.contains(asked));
    let counted = seen.asked.iter().position(|asked| *asked == "ReserveAttempt");
    assert!(judged.is_none() || counted.is_some() && counted < judged, "judged before it was counted");
    let totp =
        matches!(&seen.request.call, Call::Prove { response: super::calls::Response::Totp { .. }, .. });
    assert!(!(totp && seen.goes_on()) || counted.is_some(), "a one-time password that was not counted");
}

/// A person who has not proved the present password, before the call or in it, sets a password by no second factor of the account. A breached
/// password does not change itself. (Everybody here has a mobile and an address to prove with.)
fn invariant_11_no_password_is_set_by_second_factors_or_by_a_breached_one(ledger: &Ledger, seen: &Observed) {
    for (commit, account) in &seen.commits {
        if !commit.writes.iter().any(|write| matches!(write, Write::StorePassword { .. })) {
            continue;
        }
        let account = account.as_ref().expect("a password is somebody's");
        let before = seen.token.as_ref().and_then(|token| ledger.tokens.get(token));
        let nothing = BTreeSet::new();
        let before = before.map_or(&nothing, |token| &token.proved);
        let is_second = |by: &F| matches!(by, F::Sms | F::Email) && account.enrolled.contains(factor(*by));
        let known = account.password.as_ref();
        // The verifier may or may not have the mark of an outdated one.
        let is_old =
            |typed: usize| known.is_some_and(|known| known.verifier.expose().ends_with(&password(typed)));
        let (by_old, code) = match &seen.request.call {
            Call::Change { proof: Proof::Old(typed), .. } => (is_old(*typed), None),
            Call::Change { proof: Proof::Code(by, _), .. } => {
                assert_eq!(seen.truth, Some(*by), "a code that was not sent");
                (before.contains(&F::Password), Some(*by))
            }
            Call::OwnChange { old, .. } => (old.is_some_and(is_old), None),
            Call::OwnChangeByCode { .. } => {
                assert_eq!(seen.truth, Some(F::Sms), "a code that was not sent to this device");
                (false, Some(F::Sms))
            }
            Call::Recover { .. } => {
                assert_eq!(seen.truth, Some(F::Sms), "a code that was not sent to this device");
                assert!(RULES[caller_of(seen).app].recovers, "a recovery that the policy does not have");
                assert!(!is_second(&F::Sms), "a second factor resets a password");
                continue;
            }
            other => panic!("{other:?} sets no password"),
        };
        assert!(!before.is_empty(), "whoever sets a password bears a token");
        if !by_old {
            assert!(code.is_some() || known.is_none(), "neither the old password nor a code");
            assert!(!code.as_ref().is_some_and(is_second), "by a second factor");
            assert!(!before.iter().all(is_second), "by nothing but second factors");
        }
        let breached = known.is_some_and(|known| known.must_change == Some(MustChange::Breached));
        let has_more = account.mobile.is_some() || account.email.is_some() || account.totp.is_some();
        let more = !has_more
            || code.is_some()
            || before.iter().any(|factor| !matches!(factor, F::Password | F::Fed));
        assert!(!breached || more, "a breached password changed itself");
    }
}
