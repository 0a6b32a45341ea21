//! Small changes to a text.

use arbitrary::Arbitrary;

/// One change, at a place that is counted from the front and wraps around.
#[derive(Arbitrary, Debug)]
pub enum Edit {
    Replace { at: u16, with: u8 },
    Insert { at: u16, byte: u8 },
    Remove { at: u16 },
    Truncate { at: u16 },
    Repeat { at: u16 },
}

impl Edit {
    /// The changed text, which is sometimes the same.
    pub fn apply(&self, text: &[u8]) -> Vec<u8> {
        let mut edited = text.to_vec();
        let place = |at: u16| usize::from(at) % text.len().max(1);
        match *self {
            Self::Replace { at, with } => {
                edited.iter_mut().skip(place(at)).take(1).for_each(|byte| *byte = with)
            }
            Self::Insert { at, byte } => edited.insert(place(at), byte),
            Self::Remove { at } => drop(edited.splice(place(at)..text.len().min(place(at) + 1), [])),
            Self::Truncate { at } => edited.truncate(place(at)),
            Self::Repeat { at } => edited.extend_from_slice(&text[place(at)..]),
        }
        edited
    }
}
