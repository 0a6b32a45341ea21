//! Pictures, and the use of a solved one (decision 0033).

use super::{
    calls::{F, Human, Named, Reply},
    judge::{Asking, Plan},
    rules::{SKEW, SOLVED},
    state::{Model, Once, Picture, Solution},
};

impl Model {
    pub fn show_picture(&mut self, asking: &mut Asking) -> Result<Plan, Reply> {
        asking.ask("IssueCaptcha")?;
        self.pictures.push(Picture { by: asking.caller, key: self.key(), tried: false });
        Err(Reply::PICTURE)
    }

    /// Each picture has one try, by the device that it was shown to.
    pub fn solve(
        &mut self,
        asking: &mut Asking,
        picture: usize,
        right: bool,
        channel: F,
        to: Named,
    ) -> Result<Plan, Reply> {
        if !self.life.pictures {
            return Err(Reply::NO_PICTURE);
        }
        let answer = asking.ask("JudgeCaptchaPoint");
        if answer.is_err() && !asking.loses("JudgeCaptchaPoint") {
            return Err(Reply::BUSY);
        }
        let (by, key) = (asking.caller, self.key());
        let is_known = self.pictures.get(picture).is_some_and(|shown| self.verifies(shown.key));
        let shown = self.pictures.get_mut(picture);
        let is_right = shown.is_some_and(|shown| {
            let is_first = !std::mem::replace(&mut shown.tried, true);
            is_first && is_known && right && shown.by == by
        });
        answer?;
        if !is_right {
            return Err(Reply::UNSOLVED);
        }
        self.captchas.push(Solution { by, channel, to, key, issued: self.now });
        Err(Reply::SOLVED)
    }

    /// A person who asks for a code is no robot if the host says so, or if they have solved a picture for that recipient.
    pub fn judge_human(
        &self,
        asking: &mut Asking,
        human: Human,
        channel: F,
        to: Named,
    ) -> Result<Option<Once>, Reply> {
        if !self.life.pictures {
            asking.ask("JudgeCaptcha")?;
            return if human == Human::No { Err(Reply::ROBOT) } else { Ok(None) };
        }
        let Human::Solved(number) = human else { return Err(Reply::ROBOT) };
        let Some(solution) = self.captchas.get(number) else { return Err(Reply::ROBOT) };
        if !self.verifies(solution.key) {
            return Err(Reply::ROBOT);
        }
        if self.now >= solution.issued + SOLVED {
            return Err(Reply::TOO_LATE);
        }
        let is_of_now = solution.issued <= self.now + SKEW;
        let is_its = (solution.by, solution.channel, solution.to) == (asking.caller, channel, to);
        if is_of_now && is_its { Ok(Some(Once::Captcha(number))) } else { Err(Reply::ROBOT) }
    }
}
