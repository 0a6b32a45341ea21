//! Accounts that a test makes.

use super::{
    problem::Problem,
    request,
    routes::{Answer, World},
};
use crate::{
    added_account::{AddedAccount, Names, draw_id},
    entropy::draw,
    new_password::{self, Owner, RefusedPassword},
    store::Created,
};
use authflow::{
    Secret, TenantId,
    account::{Account, AccountStatus, Identifier, Profile, Revision},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm, TotpSecret},
    password::{MustChange, Password, PasswordForm},
    sealing,
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use data_encoding::BASE32_NOPAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use zeroize::Zeroizing;

const DAY: u64 = 86_400;

/// An account, as a test gives it. It has no `Debug`, because it contains a password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    tenant: Option<TenantId>,
    user_name: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
    password: Option<Zeroizing<String>>,
    /// The age of the password in days.
    password_age_days: Option<u32>,
    must_change: Option<MustChange>,
    #[serde(default)]
    second_factors: Vec<Factor>,
    /// In base 32, as authenticators take it. Without it, a secret is drawn.
    totp_secret: Option<Zeroizing<String>>,
    status: Option<AccountStatus>,
    #[serde(default)]
    profile: Map<String, Value>,
}

/// `POST /dev/accounts`
pub(super) async fn make(State(world): State<Arc<World>>, request: Request) -> Result<Answer, Problem> {
    let new: NewAccount = request::json(request).await?;
    let names = Names::of(new.user_name.as_deref(), new.mobile.as_deref(), new.email.as_deref());
    let names = names.map_err(|error| Problem::bad_request(error.to_string()))?;
    if new_password::refuse_unserved(&world.config, new.tenant).is_err() {
        return Err(Problem::bad_request(match new.tenant {
            None => "tenant must be given: no application serves accounts without one".to_owned(),
            Some(tenant) => format!("tenant must be one that an application serves, not {tenant}"),
        }));
    }
    let enrolled = enrolled(&new, &names)?;
    let secret = totp_secret(&new, enrolled)?;
    let password = password(&world, &new, &names).await?;
    let moment = world.clock.clock().moment().map_err(|error| Problem::failed(&error))?;
    let profile = Profile::from_json(&Value::Object(new.profile).to_string());
    let added = AddedAccount {
        id: draw_id().map_err(|error| Problem::failed(&error))?,
        tenant: new.tenant,
        names: names.clone(),
        status: new.status.unwrap_or(AccountStatus::Active),
        password,
        profile: profile.map_err(|error| Problem::bad_request(format!("profile: {error}")))?,
    };
    let mut account = Account { enrolled, ..added.account(Revision::first(&moment)) };
    if let Some(secret) = &secret {
        let owner = sealing::Owner { tenant: account.tenant, account: account.id };
        let sealed = TotpSecret::new(secret.to_vec())
            .map_err(|error| Problem::bad_request(format!("totp_secret: {error}")))?
            .seal(&world.sealing_keys, owner, &moment);
        let totp = Totp::new(sealed, TotpAlgorithm::Sha1, 6, None);
        account.totp = Some(totp.map_err(|error| Problem::failed(&error))?);
    }
    let mut body = json!({ "id": account.id.as_str() });
    match world.store.create_account(account).await.map_err(|error| Problem::failed(&error))? {
        Created::Done => {}
        Created::IdTaken | Created::NameTaken => return Err(taken(&world, new.tenant, names).await),
    }
    if let (Some(secret), Some(members)) = (secret, body.as_object_mut()) {
        members.insert("totp_secret".to_owned(), BASE32_NOPAD.encode(&secret).into());
    }
    Ok(Answer(StatusCode::CREATED, body))
}

/// The factors beside the password. A code needs a contact to go to.
fn enrolled(new: &NewAccount, names: &Names) -> Result<FactorSet, Problem> {
    for factor in &new.second_factors {
        let lacking = match factor {
            Factor::Sms => names.mobile.is_none().then_some("mobile must be given for the second factor sms"),
            Factor::Email => {
                names.email.is_none().then_some("email must be given for the second factor email")
            }
            Factor::Totp => None,
            Factor::Password | Factor::Federated => Some("second_factors must be sms, email or totp"),
        };
        if let Some(lacking) = lacking {
            return Err(Problem::bad_request(lacking));
        }
    }
    Ok(new.second_factors.iter().copied().collect())
}

fn totp_secret(new: &NewAccount, enrolled: FactorSet) -> Result<Option<Zeroizing<Vec<u8>>>, Problem> {
    match (&new.totp_secret, enrolled.contains(Factor::Totp)) {
        (None, false) => Ok(None),
        (Some(_), false) => Err(Problem::bad_request("totp_secret must stand beside the second factor totp")),
        (Some(given), true) => {
            let read = BASE32_NOPAD.decode(given.trim_end_matches('=').as_bytes());
            let refused = |_| Problem::bad_request("totp_secret must be base 32, in capitals");
            read.map(|secret| Some(Zeroizing::new(secret))).map_err(refused)
        }
        (None, true) => {
            let drawn = draw::<20>().map_err(|error| Problem::failed(&error))?;
            Ok(Some(Zeroizing::new(drawn.to_vec())))
        }
    }
}

/// The password follows the rules that the subject's own choice would follow.
async fn password(world: &World, new: &NewAccount, names: &Names) -> Result<Option<Password>, Problem> {
    let Some(given) = &new.password else {
        let beside = [
            ("password_age_days", new.password_age_days.is_some()),
            ("must_change", new.must_change.is_some()),
        ];
        return match beside.into_iter().find(|(_, is_said)| *is_said) {
            Some((member, _)) => Err(Problem::bad_request(format!("{member} must stand beside password"))),
            None => Ok(None),
        };
    };
    let owner =
        Owner { tenant: new.tenant, user_name: names.user_name.as_ref(), email: names.email.as_ref() };
    let given = Secret::new(given.as_str());
    let verifier = new_password::verifier(&world.config, &world.hasher, owner, &given).await;
    let age = u64::from(new.password_age_days.unwrap_or(0)).saturating_mul(DAY);
    Ok(Some(Password {
        verifier: verifier.map_err(|error| match error {
            RefusedPassword::Hasher(error) => Problem::failed(&error),
            refused => Problem::bad_request(format!("password: {refused}")),
        })?,
        changed_at: world.clock.clock().now().minus_seconds(age),
        must_change: new.must_change,
        skips_used: 0,
        form: PasswordForm::Canonical,
    }))
}

/// Finds the name that is another account's.
async fn taken(world: &World, tenant: Option<TenantId>, names: Names) -> Problem {
    let Names { user_name, mobile, email } = names;
    let names = [
        ("user_name", user_name.map(Identifier::from)),
        ("mobile", mobile.map(Identifier::from)),
        ("email", email.map(Identifier::from)),
    ];
    for (member, name) in names {
        let Some(name) = name else { continue };
        match world.store.account_named(tenant, &name).await {
            Ok(Some(_)) => {
                return Problem::new(StatusCode::CONFLICT, format!("{member} must be no other account's"));
            }
            Ok(None) => {}
            Err(error) => return Problem::failed(&error),
        }
    }
    Problem::new(StatusCode::CONFLICT, "a name was another account's a moment ago: try again")
}
