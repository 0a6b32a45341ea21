use super::*;
use crate::{
    account::AccountStatus,
    contact::Mobile,
    flow::{Action, Edge, Finding, Next, Progress, State, Wait, graph, graph_of, next},
    policy::SecondFactor,
    social::LinkProofs,
    testkit::demo::{self, START},
};

const OWN: FactorSet = FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms);

fn linking(first_factors: FactorSet, proofs: FactorSet) -> Policy {
    let unassociated = Unassociated::Bind(LinkProofs::new(proofs).unwrap());
    Policy { first_factors, unassociated, ..Policy::default() }
}

/// For every policy and every set of proofs, each proof of a link is named by the policy and begins a login.
#[test]
fn a_proof_of_a_link_begins_a_login() {
    for first in (1..32).map(|bits| FactorSet::from_bits(bits).unwrap()) {
        for proofs in (1..8).map(|bits| FactorSet::from_bits(bits).unwrap()) {
            let policy = linking(first, proofs);
            let taken = link_proofs(&policy);
            assert!(taken.without(proofs).is_empty() && taken.without(first).is_empty());
            assert!(taken.is_empty() || first.contains(Factor::Federated));
            let in_vain = graph(&policy).check(FactorSet::EMPTY);
            for proof in proofs.iter() {
                let is_told = in_vain.contains(&Finding::LinksInVain(proof));
                assert_eq!(is_told, !taken.contains(proof), "{first:?} {proofs:?}");
            }
        }
    }
    assert!(link_proofs(&Policy::default()).is_empty());
}

/// The proof of a link is one factor, whatever else is there.
#[test]
fn the_login_of_a_link_goes_on_from_the_proof_alone() {
    let policy = linking(OWN.with(Factor::Federated), OWN);
    let mut erin = demo::account("erin");
    erin.password = Some(demo::password("…", START));
    demo::enrol(Factor::Totp, &mut erin);
    let graph = graph_of(&policy, &erin, START);
    let from = State::BindSocial;
    let linked: alloc::vec::Vec<_> = graph.edges().filter(|edge| edge.from == from).collect();
    let to = State::Pending(crate::token::Stage::FactorRequired);
    assert_eq!(linked, [Edge { from, action: Some(Action::LinkIdentity(Factor::Password)), to }]);
    let proved = Progress { factors: FactorSet::EMPTY.with(Factor::Password), ..Progress::default() };
    let choices = FactorSet::EMPTY.with(Factor::Totp);
    assert_eq!(next(&policy, &erin, proved, START), Next::Wait(Wait::FactorRequired { choices }));
}

/// A linked identity signs in for good, so one channel would be both factors.
#[test]
fn a_second_factor_links_nothing() {
    let policy = linking(OWN.with(Factor::Federated), FactorSet::EMPTY.with(Factor::Sms));
    let mut erin = demo::account("erin");
    demo::make_reachable(&mut erin);
    assert!(link_code(&policy, &erin, Channel::Sms).is_some());
    demo::enrol(Factor::Sms, &mut erin);
    for second_factor in [SecondFactor::Off, SecondFactor::WhenEnrolled, SecondFactor::Always] {
        let policy = Policy { second_factor, ..policy };
        assert_eq!(link_code(&policy, &erin, Channel::Sms), None);
        assert!(graph_of(&policy, &erin, START).edges().all(|edge| edge.from != State::BindSocial));
    }
}

/// An identity that is linked counts like any first factor.
#[test]
fn an_identity_is_one_factor() {
    let policy = linking(OWN.with(Factor::Federated), OWN);
    let federated = Progress { factors: FactorSet::EMPTY.with(Factor::Federated), ..Progress::default() };
    let mut erin = demo::account("erin");
    erin.password = Some(demo::password("…", START));
    assert_eq!(next(&policy, &erin, federated, START), Next::Issue);
    demo::enrol(Factor::Totp, &mut erin);
    assert!(matches!(next(&policy, &erin, federated, START), Next::Wait(Wait::FactorRequired { .. })));
    let always = Policy { second_factor: SecondFactor::Always, ..policy };
    assert!(matches!(next(&always, &demo::account("eve"), federated, START), Next::Deny(_)));
    let without = linking(OWN, OWN);
    assert!(matches!(next(&without, &erin, federated, START), Next::Deny(_)));
}

#[test]
fn whoever_registers_with_an_identity_needs_no_password() {
    let all = OWN.with(Factor::Federated);
    let or_register = |first_factors, registration: &[Channel]| Policy {
        unassociated: Unassociated::BindOrRegister(LinkProofs::new(OWN).unwrap()),
        registration: registration.iter().copied().collect(),
        ..linking(first_factors, OWN)
    };
    let policy = or_register(all, &[Channel::Sms, Channel::Email]);
    assert!(registers_linked(&policy, Channel::Sms));
    assert!(!registers_linked(&policy, Channel::Email), "nobody links by it");
    let allowed: alloc::vec::Vec<_> = graph(&policy).allowed(State::RegisterSocial).collect();
    assert!(allowed.contains(&Action::Register(Channel::Sms)));
    assert!(allowed.contains(&Action::LinkIdentity(Factor::Sms)));
    for other in [or_register(all, &[]), or_register(OWN, &[Channel::Sms]), linking(all, OWN)] {
        assert!(!registers_linked(&other, Channel::Sms));
        assert_eq!(graph(&other).allowed(State::RegisterSocial).count(), 0);
    }
}

#[test]
fn another_way_in_is_one_that_begins_a_login_here() {
    let policy = linking(OWN.with(Factor::Federated), OWN);
    let mut erin = demo::account("erin");
    assert!(!has_other_way_in(&policy, &erin));
    erin.email = crate::contact::EmailAddress::new("erin@example.com").ok();
    assert!(!has_other_way_in(&policy, &erin), "no code by e-mail begins a login here");
    erin.password = Some(demo::password("…", START));
    assert!(has_other_way_in(&policy, &erin));
}

#[test]
fn a_link_counts_where_what_it_was_proved_by_links_or_where_nothing_does_signs_in() {
    for bits in 0..32 {
        let proofs = FactorSet::from_bits(bits).unwrap();
        let by = |factor| LinkProofs::new(FactorSet::EMPTY.with(factor)).unwrap();
        let first_factors =
            [Factor::Password, Factor::Email, Factor::Federated].into_iter().collect::<FactorSet>();
        let with = |unassociated| Policy { first_factors, unassociated, ..Policy::default() };
        let linked_by = LinkedBy::bound(proofs);
        let by_email = by(Factor::Email);
        for unassociated in [Unassociated::Bind(by_email), Unassociated::BindOrRegister(by_email)] {
            assert_eq!(
                link_counts(&with(unassociated), linked_by),
                proofs.contains(Factor::Email),
                "{proofs:?}"
            );
        }
        // An identity does not prove its own link. A code by SMS begins no login here, so it links in vain.
        let is_of_first = proofs.contains(Factor::Password) || proofs.contains(Factor::Email);
        for links_none in [Unassociated::Refuse, Unassociated::Bind(by(Factor::Sms))] {
            assert_eq!(link_counts(&with(links_none), linked_by), is_of_first, "{links_none:?} {proofs:?}");
        }
    }
}

/// The way in which a link came about counts as much as its proof.
#[test]
fn a_link_counts_where_its_code_and_its_mobile_are_taken_as_they_came() {
    let sms = FactorSet::EMPTY.with(Factor::Sms);
    let by_sms = Unassociated::Bind(LinkProofs::new(sms).unwrap());
    for (unbound, vouched) in [(false, false), (false, true), (true, false), (true, true)] {
        let policy = Policy {
            first_factors: sms.with(Factor::Federated),
            unassociated: by_sms,
            allows_unbound_codes: unbound,
            takes_vouched_mobiles: vouched,
            ..Policy::default()
        };
        for (linked_by, counts) in [
            (LinkedBy::bound(sms), true),
            (LinkedBy::unbound(sms), unbound),
            (LinkedBy::bound(sms).vouched(), vouched),
            (LinkedBy::unbound(sms).vouched(), unbound && vouched),
            (LinkedBy::bound(sms).vouched().union(LinkedBy::unbound(sms)), unbound || vouched),
        ] {
            assert_eq!(link_counts(&policy, linked_by), counts, "{linked_by:?} {unbound} {vouched}");
        }
    }
}

/// A factor that lets nobody in is no way in, so the last identity stays.
#[test]
fn only_a_way_in_that_can_be_used_is_another_one() {
    let nora = || Account { mobile: Mobile::new("+86-13800000001").ok(), ..demo::account("nora") };
    let by = |first: &[Factor]| Policy {
        first_factors: first.iter().copied().collect::<FactorSet>().with(Factor::Federated),
        ..Policy::default()
    };
    let sms = by(&[Factor::Sms]);
    assert!(has_other_way_in(&sms, &nora()));
    assert!(!has_other_way_in(&by(&[Factor::Password, Factor::Email]), &nora()), "she has neither");
    let nowhere = Account { mobile: Mobile::new("13800000001").ok(), ..nora() };
    assert!(!has_other_way_in(&sms, &nowhere), "a number without a country reaches nobody");
    // Her only channel is her second factor. It counts as one factor, and there is no other to ask for.
    let enrolled = Account { enrolled: FactorSet::EMPTY.with(Factor::Sms), ..nora() };
    assert!(!has_other_way_in(&sms, &enrolled));
    let off = Policy { second_factor: SecondFactor::Off, ..sms };
    assert!(has_other_way_in(&off, &enrolled), "where none is asked for, it lets her in");
    let always = Policy { second_factor: SecondFactor::Always, ..sms };
    assert!(!has_other_way_in(&always, &nora()), "she has no second one");
    let disabled = Account { status: AccountStatus::Disabled, ..nora() };
    assert!(!has_other_way_in(&sms, &disabled));
    // An old password can be changed, so it is a way in.
    let password = Some(demo::password("Correct-Horse-7", demo::START.minus_seconds(1_000 * demo::DAY)));
    let ageing = crate::password::Ageing::new(90, 14, 3).ok();
    let old = Account { password, ..demo::account("victor") };
    assert!(has_other_way_in(&Policy { ageing, ..by(&[Factor::Password]) }, &old));
}
