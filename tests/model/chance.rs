//! Dice, and the people that a life begins with.

use super::{
    calls::{F, FIRST, PEOPLE},
    life::Life,
    machine::START,
    rules::DAY,
    state::{Known, Linked, Model, Must, Person, Sealed},
    trust::Brought,
};

/// Numbers that shrink to the first of every choice.
pub struct Dice<'a> {
    pub words: &'a [u16],
    pub at: usize,
}

impl Dice<'_> {
    /// A number below this.
    pub fn roll(&mut self, below: usize) -> usize {
        let word = self.words[self.at % self.words.len()];
        self.at += 1;
        (usize::from(word) * below) >> 16
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.roll(100) >= 100 - chance
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }
}

/// People whose passwords are about to reach one of the bounds.
pub fn beginning(dice: &mut Dice<'_>) -> Model {
    let people = (0..PEOPLE).map(|who| {
        let age = dice.of(&[85 * DAY, DAY, 76 * DAY - 60, 90 * DAY - 300, 90 * DAY - 1, 90 * DAY, 76 * DAY]);
        let must_change =
            if dice.percent(8) { Some(Must::Reset) } else { dice.percent(4).then_some(Must::Breached) };
        let known = Known { number: FIRST, set_at: START - age, must_change, skips: 0, outdated: false };
        let enrolled: &[F] = dice.of(&[&[], &[F::Sms], &[F::Sms, F::Email], &[F::Totp], &[F::Totp, F::Sms]]);
        Person {
            tenant: who / 2,
            name: Some(who),
            mobile: Some(who),
            email: Some(who),
            active: !dice.percent(4),
            revision: 1,
            password: (!dice.percent(8)).then_some(known),
            has_totp: enrolled.contains(&F::Totp),
            totp_used: 0,
            sealed: Sealed { of: who, under: 0 },
            enrolled: enrolled.iter().copied().collect(),
            factors_changed_at: 0,
        }
    });
    let people = people.collect();
    let mut model = Model::new(START, Life::drawn(dice), people);
    for who in 0..PEOPLE {
        if dice.percent(35) {
            // The model knows nothing of the sessions that made these earlier links.
            let proved: &[F] = dice.of(&[&[F::Password], &[F::Sms], &[F::Email], &[]]);
            let (is_bound, is_vouched) = (!dice.percent(40), dice.percent(30));
            let brought = Brought { identity: who, is_bound, is_vouched };
            let linked = Linked { who, made: brought.made_by(&proved.iter().copied().collect()) };
            model.linked.insert((model.people[who].tenant, who), linked);
            bare(&mut model.people[who], dice);
        }
    }
    model
}

/// Some people have nothing but their identity, or nothing beside it that they can do without.
fn bare(person: &mut Person, dice: &mut Dice<'_>) {
    let (nothing, mobile_alone) = (dice.percent(15), dice.percent(15));
    if nothing || mobile_alone {
        (person.password, person.email) = (None, None);
        person.mobile = person.mobile.filter(|_| mobile_alone);
    }
}
