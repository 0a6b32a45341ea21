//! The parameter sets that a verifier may have, and the padding that makes all of them cost the same.

use crate::{
    error::HasherError,
    parameters::ParameterSet,
    stored::{Stored, random},
    work::{Shape, Work},
};
use argon2::Block;
use authflow::password::PasswordMatch;
use std::{collections::BTreeMap, hint::black_box};
use zeroize::Zeroizing;

/// The length of a bcrypt hash. It is at most one block of pbkdf2's output.
const DECOY_OUTPUT: usize = 31;

pub(crate) struct Accepted {
    /// The parameters of new verifiers.
    todays: ParameterSet,
    shapes: BTreeMap<Shape, OfShape>,
    /// The decoy that is verified if there is no verifier.
    nobody: Stored,
    decoy_salt: [u8; 16],
}

/// The accepted sets of one shape.
struct OfShape {
    dearest: ParameterSet,
    sets: Vec<Padded>,
}

struct Padded {
    set: ParameterSet,
    padding: Vec<ParameterSet>,
}

/// The judgement of a verifier, and the work that it took.
pub(crate) struct Judged {
    pub(crate) answer: PasswordMatch,
    #[cfg_attr(not(test), allow(dead_code, reason = "what tests count"))]
    pub(crate) work: Vec<Work>,
}

impl Accepted {
    pub(crate) fn new(
        todays: ParameterSet,
        older: impl IntoIterator<Item = ParameterSet>,
    ) -> Result<Self, HasherError> {
        let mut by_shape = BTreeMap::<Shape, Vec<ParameterSet>>::new();
        for set in [todays].into_iter().chain(older) {
            let of_shape = by_shape.entry(set.shape()).or_default();
            if !of_shape.contains(&set) {
                of_shape.push(set);
            }
        }
        let shapes = by_shape.into_iter().filter_map(|(shape, sets)| Some((shape, OfShape::new(sets)?)));
        Ok(Self { todays, shapes: shapes.collect(), nobody: Stored::drawn(todays)?, decoy_salt: random()? })
    }

    pub(crate) fn sets(&self) -> impl Iterator<Item = ParameterSet> {
        self.shapes.values().flat_map(|of_shape| of_shape.sets.iter().map(|padded| padded.set))
    }

    /// The largest number of blocks that any computation fills.
    pub(crate) fn blocks(&self) -> usize {
        let blocks = self.sets().filter_map(ParameterSet::as_argon2).map(|set| set.blocks());
        blocks.max().unwrap_or(0)
    }

    /// Checks that a verifier's parameters are accepted.
    pub(crate) fn takes(&self, stored: &Stored) -> Result<(), HasherError> {
        self.padding_of(stored.set).map(drop)
    }

    /// Judges a password against a verifier, or against none. For each accepted shape, every call does as much work as the most expensive set of that
    /// shape takes, always in the same order. In the verifier's own shape, it computes the verifier's set and then padding. In every other shape, it
    /// computes the most expensive set.
    pub(crate) fn judge(
        &self,
        stored: Option<&Stored>,
        password: &[u8],
        blocks: &mut [Block],
    ) -> Result<Judged, HasherError> {
        let judged = stored.unwrap_or(&self.nobody);
        let padding = self.padding_of(judged.set)?;
        let mut output = judged.output();
        let mut work = Vec::new();
        for (shape, of_shape) in &self.shapes {
            if *shape == judged.set.shape() {
                work.push(judged.set.compute(password, &judged.salt, &mut output, blocks)?);
                for run in padding {
                    work.push(self.decoy(*run, password, blocks)?);
                }
            } else {
                work.push(self.decoy(of_shape.dearest, password, blocks)?);
            }
        }
        let matches = judged.has(&output) & stored.is_some();
        // A longer password matches by its beginning alone and may be wrong, so no new verifier is made of it.
        let is_whole = password.len() <= judged.set.longest_password();
        let answer = match matches {
            true if judged.is_made_with(self.todays) || !is_whole => PasswordMatch::Matches,
            true => PasswordMatch::MatchesOutdated,
            false => PasswordMatch::Differs,
        };
        Ok(Judged { answer, work })
    }

    /// A new verifier.
    pub(crate) fn make(&self, password: &[u8], blocks: &mut [Block]) -> Result<String, HasherError> {
        let compute =
            |salt: &[u8], hash: &mut [u8]| self.todays.compute(password, salt, hash, blocks).map(drop);
        Stored::new_verifier(self.todays, compute)
    }

    fn decoy(&self, set: ParameterSet, password: &[u8], blocks: &mut [Block]) -> Result<Work, HasherError> {
        let mut output = Zeroizing::new([0; DECOY_OUTPUT]);
        let work = set.compute(password, &self.decoy_salt, output.as_mut_slice(), blocks)?;
        black_box(output.as_slice());
        Ok(work)
    }

    fn padding_of(&self, set: ParameterSet) -> Result<&[ParameterSet], HasherError> {
        let of_shape = self.shapes.get(&set.shape());
        let padded = of_shape.and_then(|it| it.sets.iter().find(|padded| padded.set == set));
        padded.map(|padded| padded.padding.as_slice()).ok_or_else(|| HasherError::NotAccepted {
            given: set,
            accepted: self.sets().map(|set| set.to_string()).collect::<Vec<_>>().join(", "),
        })
    }
}

impl OfShape {
    /// `None` if there are no sets.
    fn new(sets: Vec<ParameterSet>) -> Option<Self> {
        let dearest = sets.iter().copied().max_by_key(|set| set.work().units)?;
        let padded = |set: ParameterSet| {
            let missing = dearest.work().units.saturating_sub(set.work().units);
            Padded { set, padding: dearest.padding(missing) }
        };
        Some(Self { dearest, sets: sets.into_iter().map(padded).collect() })
    }
}

#[cfg(test)]
#[path = "accepted_tests.rs"]
mod tests;
