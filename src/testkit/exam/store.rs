//! The exam of a store alone.

use super::{HostExam, NeglectedDuty};
use crate::{
    Audience, ClientId, Host as _, Moment, TenantId, Timestamp,
    account::{Account, AccountKey, AccountStatus, FindAccount, Profile, UserName},
    administration::{Administer, DeletePerson},
    contact::{EmailAddress, Mobile},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm, TotpSecret},
    parts::{AllowAll, NoCourier, NoSigner, Parts, Store},
    password::{MustChange, Password, PasswordForm, Verifier},
    step::Question as _,
    testkit::{
        PlainHasher,
        demo::{self, good},
    },
};
use core::error::Error;
use std::eprintln;

/// An exam for a store: the [exam for hosts](HostExam), on accounts that this exam brings along.
///
/// The exam is taken on accounts with every column and on accounts with few, both in a tenant and in none. If the store is an [`Administer`], use
/// [`take_administered`](Self::take_administered), which also examines the tasks of an administrator. `make` must make the given account as an
/// administrator does. It keeps everything except the revision, which is drawn. The exam returns a wrong answer of the store. It writes the store's
/// errors to the standard error.
///
/// ```
/// use authflow::testkit::{Clock, MemoryHost, StoreExam, demo};
/// use std::sync::Mutex;
///
/// # fn block_on<F: core::future::Future>(future: F) -> F::Output {
/// #     let mut context = core::task::Context::from_waker(core::task::Waker::noop());
/// #     match core::pin::pin!(future).poll(&mut context) { core::task::Poll::Ready(it) => it, _ => panic!() }
/// # }
/// let clock = Mutex::new(Clock::at(demo::START));
/// let moments = || clock.lock().unwrap().moment(); // on a database: || Moment::now().unwrap()
/// // yours, on a database for tests, with the sealing keys of the demo
/// let store = Mutex::new(MemoryHost::default());
/// let make = async |store: &Mutex<MemoryHost>, account| {
///     store.lock().unwrap().create_account(account, &moments())
/// };
/// // in your runtime: .await
/// block_on(StoreExam::new(&moments).take_administered(store, make)).unwrap();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StoreExam<M> {
    moments: M,
    registration: bool,
}

/// A store among parts that do nothing.
type StoreAlone<S> = Parts<S, PlainHasher, AllowAll, NoCourier, NoSigner, fn(&'static str, &dyn Error)>;

impl<M: Fn() -> Moment> StoreExam<M> {
    /// An exam at these moments. Each moment must have its own entropy. If the store forgets records by a clock, the moments must come from that
    /// clock.
    pub const fn new(moments: M) -> Self {
        Self { moments, registration: true }
    }

    /// The same exam, for a store that makes no accounts because another program makes them in its table.
    #[must_use]
    pub fn without_registration(self) -> Self {
        Self { registration: false, ..self }
    }

    fn exam(&self, account: Account, locked: Account) -> HostExam {
        HostExam { registration: self.registration, ..exam(account, locked) }
    }

    /// Examines a store. The store must not have the exam's accounts, so this exam cannot be taken twice on the same database. See
    /// [`HostExam::take`].
    ///
    /// # Errors
    /// Returns the first duty that the store neglects.
    pub async fn take<S: Store>(
        &self,
        store: S,
        make: impl AsyncFn(&S, Account),
    ) -> Result<(), NeglectedDuty> {
        let host = alone(store);
        for tenant in TENANTS {
            let tenant = tenant();
            let [full, plain, locked] = self.accounts(tenant);
            let locked = made(&host, &make, locked).await?;
            for account in [full, plain] {
                let account = made(&host, &make, account).await?;
                self.exam(account, locked.clone()).take(&host, (self.moments)()).await?;
            }
        }
        Ok(())
    }

    /// Examines a store and the tasks of an administrator. Accounts of an earlier exam are deleted first, so this exam can be taken again. See
    /// [`HostExam::take_administered`].
    ///
    /// # Errors
    /// Returns the first duty that the store neglects.
    pub async fn take_administered<S: Store + Administer>(
        &self,
        store: S,
        make: impl AsyncFn(&S, Account),
    ) -> Result<(), NeglectedDuty> {
        let host = alone(store);
        let make_anew = async |account: Account| {
            let ask = DeletePerson { tenant: account.tenant, account: account.id };
            let deleted = host.delete_person(&ask).await;
            deleted.map_err(|_| NeglectedDuty::Unanswered("delete_person"))?;
            made(&host, &make, account).await
        };
        for tenant in TENANTS {
            let [full, plain, locked] = self.accounts(tenant());
            let locked = make_anew(locked).await?;
            for account in [full, plain] {
                let exam = self.exam(make_anew(account).await?, locked.clone());
                exam.take(&host, (self.moments)()).await?;
                let make = async |account| make(&host.store, account).await;
                exam.take_administered(&host, (self.moments)(), make).await?;
            }
        }
        Ok(())
    }

    /// An account with everything, one with only a password, and a locked one.
    fn accounts(&self, tenant: Option<TenantId>) -> [Account; 3] {
        let password = Password {
            verifier: Verifier::new("a verifier of the exam"),
            changed_at: Timestamp::from_unix(1_600_000_000),
            must_change: None,
            skips_used: 0,
            form: PasswordForm::AsTyped,
        };
        let named = |name| Account { tenant, password: Some(password.clone()), ..demo::account(name) };
        let full = named("Exam.Full");
        let secret = good(TotpSecret::new(*demo::TOTP_SECRET));
        let sealed = secret.seal(&demo::sealing_keys(), full.owner(), &(self.moments)());
        let full = Account {
            user_name: Some(good(UserName::new("Exam.Full"))),
            password: Some(Password {
                must_change: Some(MustChange::FirstLogin),
                skips_used: 2,
                ..password.clone()
            }),
            mobile: Some(good(Mobile::new("+86-13900000000"))),
            email: Some(good(EmailAddress::new("Exam.Full@example.com"))),
            totp: Some(good(Totp::new(sealed, TotpAlgorithm::Sha256, 8, Some(7))).with_steps_of_a_minute()),
            enrolled: FactorSet::EMPTY.with(Factor::Sms).with(Factor::Totp),
            factors_changed_at: Timestamp::from_unix(1_500_000_000),
            profile: good(Profile::from_json(r#"{"name":"Fay"}"#)),
            ..full
        };
        let locked = Account {
            status: AccountStatus::Locked,
            mobile: Some(good(Mobile::new("+86 139 0000 0001"))),
            email: Some(good(EmailAddress::new("Exam.Locked@example.com"))),
            ..named("exam.locked")
        };
        [full, named("exam.plain"), locked]
    }
}

const TENANTS: [fn() -> Option<TenantId>; 2] = [|| Some(demo::tenant()), || None];

#[expect(clippy::print_stderr, reason = "a test shows what it prints where it fails")]
fn alone<S>(store: S) -> StoreAlone<S> {
    Parts {
        store,
        hasher: PlainHasher,
        rules: AllowAll,
        courier: NoCourier,
        signer: NoSigner,
        log: |question, error| eprintln!("{question} went unanswered: {error}"),
    }
}

fn exam(account: Account, locked: Account) -> HostExam {
    let audience = Audience { client_id: good(ClientId::new(demo::ISV)), tenant: account.tenant };
    HostExam::on(audience, account, locked, good(ClientId::new(demo::ORDINARY)))
}

/// Makes an account. The exam takes only the revision from the account that is read back, because the revision is drawn.
async fn made<S: Store>(
    host: &StoreAlone<S>,
    make: &impl AsyncFn(&S, Account),
    account: Account,
) -> Result<Account, NeglectedDuty> {
    make(&host.store, account.clone()).await;
    let audience = exam(account.clone(), account.clone()).audience;
    let ask = FindAccount { audience, key: AccountKey::Id(account.id) };
    let found = host.find_account(&ask).await.map_err(|error| {
        host.failed(FindAccount::NAME, error);
        NeglectedDuty::Unanswered(FindAccount::NAME)
    })?;
    let revision = found.ok_or(NeglectedDuty::FindAccount)?.revision;
    if revision == account.revision {
        return Err(NeglectedDuty::DrawRevision);
    }
    Ok(Account { revision, ..account })
}
