//! A graph as a Mermaid state diagram.

use super::{Graph, State};
use core::fmt;

impl Graph {
    /// The graph as a [Mermaid](https://mermaid.js.org/syntax/stateDiagram.html) state diagram.
    ///
    /// ```
    /// use authflow::{flow::graph, policy::{Policy, SecondFactor}};
    ///
    /// let policy = Policy { second_factor: SecondFactor::Off, ..Policy::default() };
    /// assert!(graph(&policy).mermaid().to_string().contains("[*] --> SessionIssued: sign in\n"));
    /// ```
    pub fn mermaid(&self) -> impl fmt::Display + '_ {
        Mermaid(self)
    }
}

struct Mermaid<'a>(&'a Graph);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stateDiagram-v2\n")?;
        for edge in self.0.edges() {
            match edge.from {
                State::Start => f.write_str("    [*]")?,
                from => write!(f, "    {from}")?,
            }
            write!(f, " --> {}", edge.to)?;
            match edge.action {
                Some(action) => writeln!(f, ": {action}")?,
                None => f.write_str("\n")?,
            }
        }
        for end in [State::PasswordReset, State::SessionIssued, State::Denied] {
            if self.0.edges().any(|edge| edge.to == end) {
                writeln!(f, "    {end} --> [*]")?;
            }
        }
        Ok(())
    }
}
