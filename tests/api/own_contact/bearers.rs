//! A caller with a session and nothing else gains nothing that lasts: no password, no contact, no factor, and no other session.
//!
//! The search makes every call of the two OpenAPI documents, so that no new call is left out. A thief has the tokens and the
//! fingerprint of a fresh sign-in, and also a phone, a mailbox and a WeChat account. Before each call the thief asks for a code of each
//! kind. The search goes on from every call that succeeds.

use super::{SMS, asked_by, done, replace, send, signed_in, with_policy};
use authflow::testkit::{Answer, Call, HeaderList, Link, World, demo};
use authflow::{
    AccountId, ClientId, Dialect, Lifetime, Secret, SessionId,
    account::Account,
    code::SendPolicy,
    contact::{Channel, EmailAddress, Mobile},
    facade::{Facade as _, Request},
    factor::{Factor, FactorSet},
    flow::NoNewContact,
    outcome::Event,
    policy::{Policy, SecondFactor},
    social::{LinkProofs, LinkedBy, MobileSource, Provider, SocialIdentity, SocialSource, Unassociated},
    testkit::Setup,
    web::{Modes, Web},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const PHONE: &str = "+86-13900000007";
const MAILBOX: &str = "thief@example.com";
const CHOSEN: &str = "Chosen-By-A-Thief-1";

/// A call of one of the two faces: its method, path and the members of its body.
#[derive(Clone, Debug)]
struct Route {
    is_own: bool,
    method: String,
    path: String,
    members: Vec<String>,
    /// The type of code that is asked for, if the call's body says so.
    of_type: Option<String>,
}

impl Route {
    /// Whether the call has a code sent.
    fn sends(&self) -> bool {
        self.path.ends_with("/send")
    }

    fn takes_a_code(&self) -> bool {
        self.members.iter().any(|member| ["verify_code", "code"].contains(&member.as_str()))
    }
}

fn routes() -> Vec<Route> {
    let documents = [(false, authflow::sdk::openapi()), (true, authflow::web::openapi())];
    documents.iter().flat_map(|(is_own, document)| routes_of(*is_own, document)).collect()
}

fn routes_of(is_own: bool, document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let properties = schema["properties"].as_object().cloned().unwrap_or_default();
            let members = properties.keys().cloned().collect();
            let types = properties.get("type").and_then(|of| of["enum"].as_array()).cloned();
            let route =
                Route { is_own, method: method.to_uppercase(), path: path.clone(), members, of_type: None };
            match types {
                Some(types) => {
                    routes.extend(types.iter().map(|of_type| Route {
                        of_type: of_type.as_str().map(str::to_owned),
                        ..route.clone()
                    }))
                }
                None => routes.push(route),
            }
        }
    }
    routes
}

/// The holdings of a thief who has stolen a session.
#[derive(Clone)]
struct Thief {
    world: World,
    web: Web,
    id_token: String,
    session_token: String,
    state_token: Option<String>,
    /// The latest code that came to the thief's phone or mailbox.
    code: String,
}

impl Thief {
    fn of(world: World, stolen: &Answer) -> Self {
        let application = ClientId::new(demo::ISV).unwrap();
        let web = Web::new(world.api.engine().clone(), application, Modes::Bearer).for_tenant(demo::tenant());
        let (id_token, session_token) = (stolen.id_token().into(), stolen.text("session_token").into());
        Self { world, web, id_token, session_token, state_token: None, code: "000000".into() }
    }

    fn body(&self, route: &Route) -> Value {
        let said = |member: &str| {
            Some(match member {
                "mobile" => PHONE,
                "email" => MAILBOX,
                "user_name" | "identifier" => "alice",
                "verify_code" => &self.code,
                // On login routes, `code` is a social provider's code. Elsewhere it is the code that was sent.
                "code" if route.path.contains("/login/") => "thief",
                "code" => &self.code,
                "type" => route.of_type.as_deref()?,
                "old_password" => return None,
                "password" | "new_password" | "pwd" => CHOSEN,
                _ => "thief",
            })
        };
        let members = route.members.iter().filter_map(|member| Some((member.clone(), said(member)?.into())));
        Value::Object(members.collect::<Map<_, _>>())
    }

    /// Makes a call, and says whether it succeeded.
    fn call(&mut self, route: &Route) -> bool {
        self.world.clock.pass(1);
        let (identity, number) = (thiefs(), Mobile::new(PHONE).unwrap());
        let host = &mut self.world.host;
        host.social_codes = vec![(SocialSource::Wechat, Secret::new("thief"), identity)];
        host.mobile_tokens = [MobileSource::Carrier, MobileSource::Wechat, MobileSource::Alipay]
            .map(|source| (source, Secret::new("thief"), number.clone()))
            .into();
        let sent = host.outbox.len();
        let succeeded = if route.is_own { self.own(route) } else { self.family(route) };
        let mut theirs = self.world.host.outbox.iter().skip(sent).filter(|message| {
            let to = message.recipient.normalised().to_owned();
            !message.decoy && [Mobile::new(PHONE).unwrap().normalised(), MAILBOX].contains(&to.as_str())
        });
        if let Some(message) = theirs.next_back() {
            self.code = message.code.expose().into();
        }
        succeeded
    }

    fn family(&mut self, route: &Route) -> bool {
        let call = Call::new(&route.method, &route.path).with_body(self.body(route).to_string());
        let call = call.with_header("Content-Type", "application/json");
        let call = call.bearing(&self.id_token).in_session(&self.session_token);
        let pending = self.state_token.as_ref().map(|token| call.clone().pending(token));
        let mut succeeded = false;
        for call in [Some(call), pending].into_iter().flatten() {
            let answer = self.world.send(&call);
            succeeded |= answer.status == 200;
            if answer.status == 200 {
                let state_token = answer.find("state_token").map(str::to_owned);
                self.state_token = state_token.or(self.state_token.take());
            }
        }
        succeeded
    }

    fn own(&mut self, route: &Route) -> bool {
        let moment = self.world.moment();
        let headers = HeaderList::from_iter([
            ("Content-Type", "application/json"),
            ("User-Agent", "Mozilla/5.0"),
            ("X-Device-Fingerprint", "156aysdna213sac"),
        ]);
        let headers = headers.and("Authorization", format!("Bearer {}", self.session_token));
        let body = self.body(route).to_string().into_bytes();
        let (method, path) = (route.method.as_str(), route.path.as_str());
        let request = Request { method, path, headers: &headers, body: &body, peer: None };
        let (step, manner) = self.web.handle(&request, moment);
        let outcome = self.world.run(step);
        self.web.reply(&outcome, manner).status() == 200
    }
}

fn thiefs() -> SocialIdentity {
    SocialIdentity::new(Provider::new("weixin").unwrap(), "the thief").unwrap()
}

/// The parts of the account that must stay as they are.
struct Owned {
    account: Account,
    identities: Vec<SocialIdentity>,
    sessions: BTreeSet<SessionId>,
}

impl Owned {
    fn of(world: &World, id: AccountId) -> Self {
        let host = &world.host;
        let account = host.accounts.iter().find(|account| account.id == id).unwrap().clone();
        let theirs = host.identities.iter().filter(|(_, link)| link.account == id);
        let sessions = host.sessions.values().filter(|record| record.account == id);
        let sessions = sessions.map(|record| record.session).filter(|it| !host.ended.contains(it));
        let identities = theirs.map(|((_, identity), _)| identity.clone()).collect();
        Self { account, identities, sessions: sessions.collect() }
    }

    /// Whether the thief has gained nothing. To end a session, or to unlink an identity, does harm but is no gain.
    fn is_still(&self, now: &Self) -> bool {
        let what = |it: &Account| {
            let verifier = it.password.as_ref().map(|password| password.verifier.expose().to_owned());
            (verifier, it.mobile.clone(), it.email.clone(), it.enrolled, it.totp.is_some(), it.status)
        };
        what(&self.account) == what(&now.account)
            && now.sessions.is_subset(&self.sessions)
            && now.identities.iter().all(|identity| self.identities.contains(identity))
    }
}

/// Everything that an application can offer, except what a policy must expressly let a session do alone.
fn policy(second_factor: SecondFactor) -> Policy {
    let proofs: FactorSet = [Factor::Password, Factor::Sms, Factor::Email].into_iter().collect();
    Policy {
        first_factors: proofs.with(Factor::Federated),
        unassociated: Unassociated::BindOrRegister(LinkProofs::new(proofs).unwrap()),
        recovery: Channel::ALL.into_iter().collect(),
        registration: Channel::ALL.into_iter().collect(),
        session_sets_first_password: false,
        allows_unbound_codes: true,
        takes_vouched_mobiles: true,
        sending: SendPolicy::new(Lifetime::of::<1>(), 100).unwrap(),
        second_factor,
        ..demo::policy()
    }
}

/// A victim of each kind, with the stolen session, which is as good as one can be.
fn victims(world: &World) -> Vec<(&'static str, World, Answer)> {
    let (mut with_all, mut by_phone, mut by_wechat) = (world.clone(), world.clone(), world.clone());
    with_all.account("alice").mobile = Mobile::new(super::OLD).ok();
    with_all.account("alice").email = EmailAddress::new("alice@example.com").ok();
    let all = signed_in(&mut with_all, "alice");

    let number = "+86-13800000001";
    done(&by_phone.send(&Call::post(SMS, &json!({ "mobile": number, "type": "LOGIN_SMS" }))));
    let body = json!({ "mobile": number, "verify_code": by_phone.code() });
    let phone = by_phone.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &body));

    let own = SocialIdentity::new(Provider::new("weixin").unwrap(), "nora's").unwrap();
    let nora = by_wechat.account("nora");
    nora.mobile = None;
    let (id, tenant) = (nora.id, nora.tenant);
    let link = Link {
        account: id,
        linked_at: demo::START,
        linked_by: LinkedBy::unbound(FactorSet::EMPTY.with(Factor::Sms)),
    };
    by_wechat.host.identities.insert((tenant, own.clone()), link);
    by_wechat.host.social_codes.push((SocialSource::Wechat, Secret::new("hers"), own));
    let wechat = by_wechat.send(&Call::post("/api/v2/sdk/login/wechat", &json!({ "code": "hers" })));

    let mut with_factors = world.clone();
    let pending = with_factors.login("mona");
    let factors = if pending.text("status") == "SUCCESS" {
        pending
    } else {
        super::factors::mona(&mut with_factors, Channel::Sms)
    };
    for answer in [&all, &phone, &wechat, &factors] {
        assert_eq!(answer.text("status"), "SUCCESS", "{answer:?}");
    }
    vec![
        ("alice", with_all, all),
        ("nora", by_phone, phone),
        ("nora", by_wechat, wechat),
        ("mona", with_factors, factors),
    ]
}

/// Makes each call after each kind of code, each time in a separate world. The search goes on from every call that succeeds.
fn search(thief: &Thief, owned: &Owned, routes: &[Route], path: &str, depth: u32, tried: &mut usize) {
    let (id, mut gone_on) = (owned.account.id, BTreeSet::new());
    let senders = routes.iter().filter(|route| route.sends());
    let asked = senders.filter_map(|route| {
        let mut asking = thief.clone();
        asking.call(route).then_some((format!("{path} > {} {:?}", route.path, route.of_type), asking))
    });
    let bare = (path.to_owned(), thief.clone());
    for (at, (path, from)) in [bare].into_iter().chain(asked).enumerate() {
        let is_bare = at == 0;
        for route in routes.iter().filter(|route| !route.sends() && (is_bare || route.takes_a_code())) {
            let mut tries = from.clone();
            let succeeded = tries.call(route);
            *tried += 1;
            let path = format!("{path} > {}", route.path);
            assert!(owned.is_still(&Owned::of(&tries.world, id)), "the thief has it by {path}");
            let lives = !Owned::of(&tries.world, id).sessions.is_empty();
            // If a call takes no code, it leaves the same behind after every kind of code.
            let mut is_new = || gone_on.insert(route.path.clone());
            if succeeded && lives && depth > 0 && route.method != "GET" && is_new() {
                search(&tries, owned, routes, &path, depth - 1, tried);
            }
        }
    }
}

#[test]
fn whoever_has_a_session_alone_ends_with_nothing_of_their_own() {
    let routes = routes();
    assert!(routes.iter().any(|route| route.path == super::REPLACE) && routes.len() > 80, "{}", routes.len());
    let mut tried = 0;
    for dialect in [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess] {
        for second_factor in [SecondFactor::WhenEnrolled, SecondFactor::Off] {
            let world = World::with_setup(Setup { dialect, ..Setup::new(policy(second_factor)) });
            for (name, mut world, stolen) in victims(&world) {
                let id = world.account(name).id;
                let owned = Owned::of(&world, id);
                let depth = u32::from(dialect == Dialect::Ciam);
                search(&Thief::of(world, &stolen), &owned, &routes, name, depth, &mut tried);
            }
        }
    }
    assert!(tried > 10_000, "{tried}");
}

/// The control: with the one proof that a thief lacks, the same calls succeed.
#[test]
fn a_sign_in_since_is_what_it_takes() {
    let mut world = with_policy(policy(SecondFactor::WhenEnrolled));
    let asker = signed_in(&mut world, "alice");
    let before = signed_in(&mut world, "alice");
    world.clock.pass(31);
    done(&world.send(&send(PHONE, asker.id_token())));
    let code = world.code();
    for mine in [&asker, &before] {
        assert_eq!(world.send(&replace(PHONE, &code, mine.id_token())).parts(), super::sign_in_again());
        let since = NoNewContact::NotSignedInSince;
        assert!(matches!(super::events(&world), [Event::ContactRefused { reason, .. }] if *reason == since));
    }
    assert_eq!(world.account("alice").mobile, Mobile::new(super::OLD).ok());
    assert!(world.host.claims.is_empty(), "the code is not spent");
    let since = signed_in(&mut world, "alice");
    done(&world.send(&replace(PHONE, &code, since.id_token())));
    assert_eq!(world.account("alice").mobile, Mobile::new(PHONE).ok());
    // A code that was sent to bob proves nothing for alice.
    let (code, _) = asked_by(&mut world, "bob", "+86-13900000009");
    let alice = signed_in(&mut world, "alice");
    assert_eq!(world.send(&replace("+86-13900000009", &code, alice.id_token())).status, 400);
}
