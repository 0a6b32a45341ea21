//! A signed-in person replaces their own mobile or address (decision 0034).

use super::{
    calls::{F, Human, Named, Presented, Purpose, Reply, Typed},
    cast::is_of_the_family,
    judge::{Asking, Plan, Then, Write},
    rules::SKEW,
    sessions::sum,
    state::{Code, Model, Owner, Place, Standing, Tag},
    table::rests_on_second_factors,
};

impl Model {
    /// The session must rest on more than second factors. A second factor moves only with its own proof.
    fn may_replace(&mut self, asking: &mut Asking, token: Presented, by: F) -> Result<(usize, usize), Reply> {
        let (who, session) = self.may_change(asking, token)?;
        let (person, proved) = (&self.people[who], &self.sessions[session].proved);
        if rests_on_second_factors(person, proved) {
            return Err(Reply::NOT_RECENT);
        }
        if person.enrolled.contains(&by) && !proved.contains(&by) {
            return Err(Reply::UNPROVED);
        }
        Ok((who, session))
    }

    /// Sends to the contact that they name, whoever has it. The send counts against the contact as nobody's yet, against the person
    /// who asks, and against the strangers' sum.
    pub fn send_to_new_contact(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        by: F,
        to: Option<Named>,
        human: Human,
    ) -> Result<Plan, Reply> {
        let is_taken =
            asking.dialect().takes(Purpose::NewContact, by) || !is_of_the_family(asking.caller.device);
        let Some(to) = to.filter(|_| is_taken) else { return Err(Reply::MALFORMED) };
        let (who, session) = self.may_replace(asking, token, by)?;
        // A captcha may be used up too, and one write uses only one thing up.
        self.use_seal(asking)?;
        let once = if asking.rules().captcha { self.judge_human(asking, human, by, to)? } else { None };
        let place = Place::of_new_contact(who, asking.caller, by, to);
        let (owner, revision) = (Owner::Person(who), Some(self.people[who].revision));
        let code = Write::Code { place, owner, of: Some(who), asked: Some(session) };
        let mut writes = vec![code, Write::Spend { asker: who, by }];
        writes.extend(sum(asking, human, by, to, true));
        Ok(Plan {
            once,
            revision,
            writes,
            spent: Reply::ROBOT,
            ..Plan::of(who, Then::Deliver, Reply::NOT_SENT)
        })
    }

    pub fn new_contact(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        by: F,
        to: Named,
        code: Typed,
    ) -> Result<Plan, Reply> {
        let (who, session) = self.may_replace(asking, token, by)?;
        if !self.is_recent(session) {
            return Err(Reply::NOT_RECENT);
        }
        let slot = (asking.caller.tenant, Standing::NewContact, who, by);
        let place = Place::of_new_contact(who, asking.caller, by, to);
        let code = self.guess_code(asking, slot, Tag::Known, Owner::Person(who), &place, code)?;
        // A session alone proves nothing. Its subject must have signed in since the code was asked for, and in another session. The
        // code stays good.
        let Code { asked, made, .. } = self.codes[code];
        let surely_before = self.sessions[session].auth_time + SKEW < made;
        if asked == Some(session) || surely_before {
            return Err(Reply::NOT_RECENT);
        }
        let revision = Some(self.people[who].revision);
        let writes = vec![
            Write::UseCode(code),
            Write::Contact { by, to },
            Write::EndAllBut(session),
            Write::Keep(session),
        ];
        Ok(Plan { revision, writes, ..Plan::of(who, Then::Say(Reply::EMPTY), Reply::WRONG_CODE) })
    }
}
