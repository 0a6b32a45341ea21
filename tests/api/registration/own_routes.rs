//! The same through the library's own routes: a browser registers, and each answer names the calls that may follow.

use super::*;
use authflow::testkit::HeaderList;
use authflow::{
    ClientId,
    facade::{Facade as _, Reply, Request},
    web::{Modes, Web},
};

struct Browser {
    world: World,
    web: Web,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn new(policy: Policy) -> Self {
        let world = World::with_policy(policy);
        let application = ClientId::new(demo::ISV).unwrap();
        let web = Web::new(world.api.engine().clone(), application, Modes::Cookie).for_tenant(demo::tenant());
        Self { world, web, cookies: Vec::new() }
    }

    fn send(&mut self, method: &str, path: &str, body: Value) -> (Reply, Value) {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = HeaderList::new()
            .with("Sec-Fetch-Site", "same-origin")
            .with("Content-Type", "application/json")
            .with("Cookie", cookies.join("; "));
        let body = body.to_string().into_bytes();
        let request = Request { method, path, headers: &headers, body: &body, peer: None };
        let (step, manner) = self.web.handle(&request, self.world.moment());
        let reply = self.web.reply(&self.world.run(step), manner);
        for (_, line) in reply.headers().filter(|(name, _)| *name == "set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.into(), value.into()));
            }
        }
        let read = serde_json::from_slice(reply.body()).unwrap();
        (reply, read)
    }

    fn post(&mut self, path: &str, body: Value) -> Value {
        self.send("POST", path, body).1
    }
}

fn names(answer: &Value) -> Vec<&str> {
    answer["next"].as_array().unwrap().iter().map(|call| call["name"].as_str().unwrap()).collect()
}

#[test]
fn a_browser_registers_and_is_signed_in() {
    let mut browser =
        Browser::new(Policy { registration: [Channel::Email].into_iter().collect(), ..demo::policy() });
    let begin = browser.send("GET", "/v1/sign-in", Value::Null).1;
    assert!(names(&begin).contains(&"register_by_email") && !names(&begin).contains(&"register_by_sms"));
    let register =
        begin["next"].as_array().unwrap().iter().find(|call| call["name"] == "register_by_email").unwrap();
    assert_eq!(register["takes"], json!(["email", "code"]));
    assert_eq!(register["may_take"], json!(["user_name", "new_password", "profile"]));

    let sent = browser.post("/v1/registration/by-email/send", json!({ "email": ZOES_MAIL }));
    assert_eq!(
        (&sent["state"], names(&sent)),
        (&json!("code_sent"), vec!["register_by_email", "send_registration_email"])
    );
    let body = json!({
        "email": ZOES_MAIL, "code": browser.world.code(), "user_name": "zoe", "new_password": "Correct-Horse-7",
        "profile": { "name": "Zoe", "attr_gender": "female" },
    });
    let signed_in = browser.post("/v1/registration/by-email", body);
    assert_eq!(signed_in["state"], "signed_in");
    let who = browser.send("GET", "/v1/session", Value::Null).1;
    assert_eq!(who["subject"]["user_name"], "zoe");
    assert_eq!((&who["subject"]["name"], &who["subject"]["email"]), (&json!("Zoe"), &json!(ZOES_MAIL)));
    assert_eq!(who["factors"], json!(["email"]));
}

#[test]
fn what_is_wrong_is_a_problem_and_says_what_may_follow() {
    let mut browser = Browser::new(policy());
    let problem = |answer: &Value| {
        (
            answer["type"].as_str().unwrap().to_owned(),
            answer["status"].as_u64().unwrap(),
            answer["reason"].clone(),
        )
    };
    browser.post("/v1/registration/by-sms/send", json!({ "mobile": demo::MOBILE }));
    let body = json!({ "mobile": demo::MOBILE, "code": browser.world.code() });
    let taken = browser.post("/v1/registration/by-sms", body);
    assert_eq!(problem(&taken), ("/v1/problems#contact-taken".into(), 409, Value::Null));
    assert!(names(&taken).contains(&"sign_in"));

    browser.post("/v1/registration/by-sms/send", json!({ "mobile": ZOE }));
    let code = browser.world.code();
    let unfit = json!({ "mobile": ZOE, "code": code, "user_name": "zoe z" });
    let unfit = browser.post("/v1/registration/by-sms", unfit);
    assert_eq!(problem(&unfit), ("/v1/problems#profile-refused".into(), 422, json!("malformed")));
    assert_eq!(unfit["member"], "user_name");
    assert_eq!(names(&unfit), ["send_registration_sms", "register_by_sms"]);

    let no_texts = json!({ "mobile": ZOE, "code": code, "profile": { "age": 18 } });
    let no_texts = browser.post("/v1/registration/by-sms", no_texts);
    assert_eq!(
        problem(&no_texts),
        ("/v1/problems#request-malformed".into(), 400, json!("not_an_object_of_texts"))
    );
    assert_eq!(no_texts["member"], "profile");

    let mut closed = Browser::new(demo::policy());
    let refused = closed.post("/v1/registration/by-sms", json!({ "mobile": ZOE, "code": code }));
    assert_eq!(problem(&refused), ("/v1/problems#code-invalid".into(), 403, Value::Null));
    let not_sent = closed.post("/v1/registration/by-sms/send", json!({ "mobile": ZOE }));
    assert_eq!(problem(&not_sent), ("/v1/problems#request-malformed".into(), 400, json!("not_offered")));
}
