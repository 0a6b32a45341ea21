//! A graph as a picture.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "every number comes from the places of this file, and none is near a bound"
)]

use super::{Action, Edge, Graph, State};
use crate::{
    factor::{Factor, FactorSet},
    token::Stage,
};
use core::fmt;

impl Graph {
    /// The graph as an SVG picture, for a page or a README. The picture takes the colour of the text around it. If it is opened
    /// as a separate file, it is dark on light, or light on dark if the reader prefers that.
    ///
    /// Each state is a group with the attribute `data-state` and the class `state`, so a page can highlight the present state.
    ///
    /// ```
    /// use authflow::{flow::graph, policy::Policy};
    ///
    /// let picture = graph(&Policy::default()).svg().to_string();
    /// assert!(picture.starts_with("<svg ") && picture.contains(r#"data-state="SessionIssued""#));
    /// ```
    pub fn svg(&self) -> impl fmt::Display + '_ {
        Picture(self)
    }
}

struct Picture<'a>(&'a Graph);

/// A place in the picture, from its upper left corner.
#[derive(Clone, Copy)]
struct Point(i32, i32);

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

/// Half the height of a state's box.
const HALF: i32 = 15;

/// The middle of a state.
fn place(state: State) -> Point {
    match state {
        State::Start => Point(24, 190),
        State::Denied => Point(200, 36),
        State::Pending(Stage::FactorRequired) => Point(210, 128),
        State::Pending(Stage::PasswordExpiring) => Point(470, 200),
        State::Pending(Stage::PasswordExpired) => Point(470, 284),
        State::Skipped => Point(775, 200),
        State::PasswordChanged => Point(775, 284),
        State::SessionIssued => Point(930, 128),
        State::PasswordReset => Point(210, 350),
        State::Registered => Point(470, 84),
        State::ContactReplaced => Point(930, 36),
        // No policy leads to both of these states.
        State::BindSocial | State::RegisterSocial => Point(470, 350),
    }
}

/// Half the width of a state's box.
fn half_width(state: State) -> i32 {
    match state {
        State::Start => 9,
        State::Skipped | State::Denied => 42,
        _ => 72,
    }
}

/// A cubic curve: where it begins, two points that pull it, and where it ends.
struct Curve([Point; 4]);

impl Curve {
    fn of(from: State, to: State) -> Self {
        let (begin, end) = (place(from), place(to));
        Self(match (from, to) {
            // This way goes over the boxes between them.
            (State::Start, State::SessionIssued) => {
                let over = end.1 - 140;
                [begin, Point(60, over), Point(760, over), Point(end.0, end.1 - HALF)]
            }
            (State::Start, State::Registered) => {
                let into = Point(end.0 - half_width(to), end.1);
                [begin, Point(70, end.1 - 10), Point(200, end.1 - 10), into]
            }
            // This way goes back, below the others.
            (State::SessionIssued, State::PasswordChanged) => {
                let (out, below) = (Point(begin.0 + 40, begin.1 + HALF), end.1 + 84);
                [out, Point(out.0 + 10, below), Point(end.0, below), Point(end.0, end.1 + HALF)]
            }
            // These two ways go up and down beside each other.
            (State::SessionIssued, State::ContactReplaced) => {
                let (out, into) = (Point(begin.0 + 20, begin.1 - HALF), Point(end.0 + 20, end.1 + HALF));
                [out, out, into, into]
            }
            (State::ContactReplaced, State::SessionIssued) => {
                let (out, into) = (Point(begin.0 + 50, begin.1 + HALF), Point(end.0 + 50, end.1 - HALF));
                [out, out, into, into]
            }
            // This way goes up, beside the boxes between them.
            (State::BindSocial | State::RegisterSocial, _) if end.0 <= begin.0 => {
                let (is_above, into) = (end.0 == begin.0, Point(end.0 + half_width(to), end.1));
                let (side, aside) = if is_above { (1, 78) } else { (-1, 60) };
                let out = Point(begin.0 + side * half_width(from), begin.1);
                [out, Point(out.0 + side * aside, out.1), Point(into.0 + aside, into.1), into]
            }
            _ if end.0 > begin.0 => {
                let (out, into) =
                    (Point(begin.0 + half_width(from), begin.1), Point(end.0 - half_width(to), end.1));
                let middle = (out.0 + into.0) / 2;
                [out, Point(middle, out.1), Point(middle, into.1), into]
            }
            _ => {
                let (out, into) = (Point(begin.0, begin.1 + HALF), Point(end.0, end.1 + HALF));
                let below = out.1.max(into.1) + 60;
                [out, Point(out.0, below), Point(into.0, below), into]
            }
        })
    }

    /// The place of the words beside the curve.
    fn middle(&self) -> Point {
        let [a, b, c, d] = self.0;
        let at = |a: i32, b: i32, c: i32, d: i32| (a + 3 * b + 3 * c + d) / 8;
        Point(at(a.0, b.0, c.0, d.0), at(a.1, b.1, c.1, d.1))
    }
}

const STYLE: &str = "<style>svg:root{color:#1f2328;background:#fff;stroke:#fff}\
svg:root text{fill:currentColor;stroke-width:4;paint-order:stroke}\
@media(prefers-color-scheme:dark){svg:root{color:#e6edf3;background:#0d1117;stroke:#0d1117}}</style>\n\
<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
<path d=\"M0 0L8 4L0 8z\" fill=\"currentColor\"/></marker></defs>\n";

impl fmt::Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1010 390\" role=\"img\" \
             aria-label=\"The states of a login\" font-family=\"system-ui,sans-serif\" font-size=\"13\" text-anchor=\"middle\">\n",
        )?;
        f.write_str(STYLE)?;

        for from in State::ALL {
            for to in State::ALL {
                self.way(f, *from, *to)?;
            }
        }
        let is_there = |state: State| self.0.edges().any(|edge| edge.from == state || edge.to == state);
        State::ALL.iter().filter(|state| is_there(**state)).try_for_each(|state| draw(f, *state))?;
        f.write_str("</svg>\n")
    }
}

impl Picture<'_> {
    /// Draws the way from one state to another, if there is one.
    fn way(&self, f: &mut fmt::Formatter<'_>, from: State, to: State) -> fmt::Result {
        let mut edges = self.0.edges().filter(|edge| (edge.from, edge.to) == (from, to)).peekable();
        if edges.peek().is_none() {
            return Ok(());
        }
        let curve = Curve::of(from, to);
        let [begin, one, other, end] = curve.0;
        write!(f, "<g class=\"edge\" data-from=\"{from}\" data-to=\"{to}\">")?;
        write!(
            f,
            "<path d=\"M{begin}C{one},{other},{end}\" fill=\"none\" stroke=\"currentColor\" opacity=\".6\" \
             marker-end=\"url(#arrow)\"/>"
        )?;
        let Point(x, mut y) = curve.middle();
        y -= 5;
        let actions = edges.filter(|edge| !self.is_written_before(*edge)).filter_map(|edge| edge.action);
        let mut actions = actions.map(words).peekable();
        while let Some((said, proof)) = actions.next() {
            // Actions of the same words follow each other, and are one line with all their proofs.
            let mut proofs: FactorSet = proof.into_iter().collect();
            while let Some((_, proof)) = actions.next_if(|(next, _)| *next == said) {
                proofs = proof.map_or(proofs, |proof| proofs.with(proof));
            }
            write!(f, "<text fill=\"currentColor\" x=\"{x}\" y=\"{y}\" font-size=\"12\">{said}</text>")?;
            y += 20;
            if !proofs.is_empty() {
                let proofs = Proofs(proofs);
                write!(
                    f,
                    "<text fill=\"currentColor\" x=\"{x}\" y=\"{y}\" font-size=\"11\">{proofs}</text>"
                )?;
                y += 14;
            }
        }
        f.write_str("</g>\n")
    }

    /// Whether the words of an edge stand at another edge already. An action that leads from one state to several is written once.
    fn is_written_before(&self, edge: Edge) -> bool {
        let said = |edge: Edge| edge.action.map(words).map(|(words, _)| words);
        self.0.edges().any(|other| {
            other.from == edge.from
                && other.to < edge.to
                && said(other).is_some_and(|words| said(edge) == Some(words))
        })
    }
}

fn draw(f: &mut fmt::Formatter<'_>, state: State) -> fmt::Result {
    let (Point(x, y), half) = (place(state), half_width(state));
    write!(f, "<g class=\"state\" data-state=\"{state}\">")?;
    if state == State::Start {
        return writeln!(f, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{half}\" fill=\"currentColor\"/></g>");
    }
    let (left, top, width, height) = (x - half, y - HALF, 2 * half, 2 * HALF);
    write!(
        f,
        "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"none\" stroke=\"currentColor\"/>"
    )?;
    writeln!(f, "<text fill=\"currentColor\" x=\"{x}\" y=\"{}\">{state}</text></g>", y + 5)
}

/// The words for an action, and the factor that proves it if there is a choice.
fn words(action: Action) -> (&'static str, Option<Factor>) {
    match action {
        Action::SignIn => ("sign in", None),
        Action::ProveFactor(factor) => ("prove a factor", Some(factor)),
        Action::Register(channel) => ("register", Some(Factor::of_channel(channel))),
        Action::LinkIdentity(proof) => ("link the identity", Some(proof)),
        Action::SkipPassword => ("skip", None),
        Action::ChangePassword(proof) => ("change the password", Some(proof)),
        Action::ResetPassword(channel) => ("code", Some(Factor::of_channel(channel))),
        Action::ChangeOwnPassword(proof) => ("change the password", Some(proof)),
        Action::SetFirstPassword => ("set a first password", None),
        Action::ReplaceContact(channel) => ("replace a contact", Some(Factor::of_channel(channel))),
    }
}

/// Factors in a row.
struct Proofs(FactorSet);

impl fmt::Display for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, factor) in self.0.iter().enumerate() {
            write!(f, "{}{}", if place == 0 { "" } else { ", " }, factor.amr())?;
        }
        Ok(())
    }
}
