//! JSON written into room that was made for it: what is written may be a token, and a buffer that grows leaves copies behind.

use alloc::{borrow::Cow, string::String, vec::Vec};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// A member of an object, under a name of ours; `None` where it does not apply, and is absent then.
pub(crate) type Member<'a> = (&'static str, Option<Value<'a>>);

/// What a member says.
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Number(u64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
        }
    }
}

/// The members as a struct of this name, for whichever serialiser.
pub(crate) fn serialize_members<S: Serializer>(
    name: &'static str,
    members: &[Member<'_>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let present = members.iter().filter(|(_, value)| value.is_some()).count();
    let mut object = serializer.serialize_struct(name, present)?;
    for (name, value) in members {
        match value {
            Some(value) => object.serialize_field(name, value)?,
            None => object.skip_field(name)?,
        }
    }
    object.end()
}

/// An object, written member by member. serde_json looks at a text byte by byte for what must be escaped; here a text is looked
/// at with vectors, and serde_json spells those in which there is something.
pub(crate) struct Object(Vec<u8>);

impl Object {
    pub(crate) fn with_room(room: usize) -> Self {
        Self(Vec::with_capacity(room))
    }

    /// The object of these members.
    pub(crate) fn of(members: &[Member<'_>], room: usize) -> Vec<u8> {
        let mut object = Self::with_room(room);
        for (name, value) in members {
            match value {
                Some(Value::Text(text)) => object.text(name, text),
                Some(Value::Number(number)) => object.number(name, *number),
                None => {}
            }
        }
        object.end()
    }

    pub(crate) fn text(&mut self, name: &'static str, text: &str) {
        self.name(name);
        self.push_text(text);
    }

    pub(crate) fn number(&mut self, name: &'static str, number: u64) {
        self.name(name);
        write_to(&mut self.0, &number);
    }

    /// A member of any kind under any name.
    pub(crate) fn serialised(&mut self, name: &str, value: &impl Serialize) {
        self.separate();
        self.push_text(name);
        self.0.push(b':');
        write_to(&mut self.0, value);
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.push(b'}');
        self.0
    }

    /// Names of ours need no escape.
    fn name(&mut self, name: &'static str) {
        self.separate();
        self.push_quoted(name);
        self.0.push(b':');
    }

    fn separate(&mut self) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
    }

    fn push_text(&mut self, text: &str) {
        if has_escape(text) {
            write_to(&mut self.0, text);
        } else {
            self.push_quoted(text);
        }
    }

    fn push_quoted(&mut self, text: &str) {
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
    }
}

/// Whether a JSON string cannot hold the text as it stands (RFC 8259 §7). Without a branch, so that the compiler can use vectors.
fn has_escape(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | matches!(byte, b'"' | b'\\' | ..b' '))
}

/// The JSON of a value, in a buffer of `room` bytes that grows where that is not enough.
pub(crate) fn written(value: &impl Serialize, room: usize) -> Vec<u8> {
    let mut json = Vec::with_capacity(room);
    write_to(&mut json, value);
    json
}

/// Appends the JSON of a value: nothing where it does not serialise. Ours are texts, numbers and what a host has given as JSON, which
/// always do.
fn write_to(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    #[cfg(feature = "std")]
    {
        let before = json.len();
        if serde_json::to_writer(&mut *json, value).is_err() {
            json.truncate(before);
        }
    }
    // Without `std`, serde_json writes into buffers of its own alone.
    #[cfg(not(feature = "std"))]
    json.extend(serde_json::to_vec(value).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What serde_json makes of the same members.
    fn expected(members: &[Member<'_>]) -> String {
        struct AsStruct<'a>(&'a [Member<'a>]);
        impl Serialize for AsStruct<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize_members("Test", self.0, serializer)
            }
        }
        serde_json::to_string(&AsStruct(members)).unwrap()
    }

    fn written(members: &[Member<'_>]) -> String {
        String::from_utf8(Object::of(members, 0)).unwrap()
    }

    #[test]
    fn an_object_is_spelt_as_serde_json_spells_it() {
        let (text, number) =
            (|text: &'static str| Some(Value::from(text)), |number: u64| Some(Value::from(number)));
        for (members, json) in [
            (&[][..], "{}"),
            (&[("a", None), ("b", None)], "{}"),
            (
                &[("a", text("")), ("b", None), ("c", number(u64::MAX))],
                r#"{"a":"","c":18446744073709551615}"#,
            ),
            (&[("a", None), ("b", text("租户")), ("c", number(0))], r#"{"b":"租户","c":0}"#),
        ] {
            assert_eq!(written(members), json);
            assert_eq!(expected(members), json);
        }
    }

    /// Wherever it stands: in what vectors look at, and after it.
    #[test]
    fn every_character_that_needs_an_escape_has_one() {
        for character in ('\0'..='\u{FF}').chain(['\u{2028}', '\u{FFFF}', '\u{1F600}']) {
            for (before, after) in [(0, 0), (3, 5), (16, 0), (40, 40), (63, 1)] {
                let text =
                    [&"x".repeat(before), character.encode_utf8(&mut [0; 4]) as &str, &"y".repeat(after)]
                        .concat();
                let members = [("a", Some(Value::from(text.as_str())))];
                assert_eq!(written(&members), expected(&members), "{character:?} after {before}");
            }
        }
    }

    #[test]
    fn any_name_is_escaped_where_it_must_be() {
        let mut object = Object::with_room(0);
        object.serialised("a\"b\n", &["c", "d"]);
        object.text("e", "f");
        assert_eq!(object.end(), br#"{"a\"b\n":["c","d"],"e":"f"}"#);
    }

    proptest! {
        #[test]
        fn any_text_is_spelt_as_serde_json_spells_it(text in "(?s).{0,80}") {
            let members = [("a", Some(Value::from(text)))];
            prop_assert_eq!(written(&members), expected(&members));
        }
    }
}
