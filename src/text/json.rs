//! JSON that is written into a buffer of the right size. The JSON may hold a token, and a buffer that grows leaves copies behind.

use alloc::{borrow::Cow, string::String, vec::Vec};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// The name of a member with the punctuation that JSON has around it: `,"name":`. [`name!`] makes one. None of our names needs an escape.
#[derive(Clone, Copy)]
pub(crate) struct Name(&'static str);

impl Name {
    pub(crate) const fn spelt(spelt: &'static str) -> Self {
        Self(spelt)
    }

    /// The name alone.
    fn plain(self) -> &'static str {
        self.0.strip_prefix(",\"").and_then(|name| name.strip_suffix("\":")).unwrap_or_default()
    }
}

/// The name as it is written.
macro_rules! name {
    ($name:literal) => {
        $crate::text::json::Name::spelt(concat!(",\"", $name, "\":"))
    };
}
pub(crate) use name;

/// A member of an object, under a name of ours. A member without a value is not written.
pub(crate) type Member<'a> = (Name, Option<Value<'a>>);

/// The value of a member.
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    /// Text of ours in which there is nothing to escape: a token, an id that was drawn, a word.
    Plain(&'a str),
    Number(u64),
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

/// For any serialiser. It finds the characters that it must escape itself.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Plain(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
        }
    }
}

/// The members as a struct of this name, for any serialiser.
pub(crate) fn serialize_members<S: Serializer>(
    name: &'static str,
    members: &[Member<'_>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let present = members.iter().filter(|(_, value)| value.is_some()).count();
    let mut object = serializer.serialize_struct(name, present)?;
    for (name, value) in members {
        match value {
            Some(value) => object.serialize_field(name.plain(), value)?,
            None => object.skip_field(name.plain())?,
        }
    }
    object.end()
}

/// An object, written member by member. serde_json looks for characters to escape byte by byte. This code looks at texts with vectors, and does
/// not look at the library's own texts at all. It leaves only the texts that have something to escape to serde_json.
pub(crate) struct Object(Vec<u8>);

impl Object {
    pub(crate) fn with_room(room: usize) -> Self {
        Self(Vec::with_capacity(room))
    }

    /// An object that has begun with these bytes, which must not be empty. The buffer has `room` for what follows.
    pub(crate) fn after(begun: &[u8], room: usize) -> Self {
        let mut json = Vec::with_capacity(room.saturating_add(begun.len()));
        json.extend_from_slice(begun);
        Self(json)
    }

    /// The object of these members.
    pub(crate) fn of(members: &[Member<'_>], room: usize) -> Vec<u8> {
        let mut object = Self::with_room(room);
        for (name, value) in members {
            match value {
                Some(Value::Text(text)) => object.text(*name, text),
                Some(Value::Plain(text)) => object.plain(*name, text),
                Some(Value::Number(number)) => object.number(*name, *number),
                None => {}
            }
        }
        object.end()
    }

    #[inline]
    pub(crate) fn text(&mut self, name: Name, text: &str) {
        self.name(name);
        if has_escape(text.as_bytes()) {
            write_to(&mut self.0, text);
        } else {
            self.push_quoted(text.as_bytes());
        }
    }

    /// A text in which there is nothing to escape.
    #[inline]
    pub(crate) fn plain(&mut self, name: Name, text: impl AsRef<[u8]>) {
        debug_assert!(!has_escape(text.as_ref()), "a text of ours needs no escape");
        self.name(name);
        self.push_quoted(text.as_ref());
    }

    #[inline]
    pub(crate) fn number(&mut self, name: Name, number: u64) {
        self.name(name);
        self.0.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    /// A list of texts in which there is nothing to escape.
    pub(crate) fn plain_list<'a>(&mut self, name: Name, texts: impl Iterator<Item = &'a str>) {
        self.name(name);
        self.0.push(b'[');
        for (at, text) in texts.enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            self.push_quoted(text.as_bytes());
        }
        self.0.push(b']');
    }

    /// Members that are JSON already, with the commas between them and without the braces around them.
    pub(crate) fn members(&mut self, members: &str) {
        if !members.is_empty() {
            self.0.push(self.before_member());
            self.0.extend_from_slice(members.as_bytes());
        }
    }

    /// The bytes so far, for an object that goes on [`after`](Self::after) it.
    pub(crate) fn unfinished(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.push(b'}');
        self.0
    }

    #[inline]
    fn name(&mut self, name: Name) {
        let before = self.before_member();
        let at = self.0.len();
        self.0.extend_from_slice(name.0.as_bytes());
        if let Some(comma) = self.0.get_mut(at) {
            *comma = before;
        }
    }

    /// The byte before a member. A name is stored with a comma before it, and the brace replaces that comma before the first member.
    #[inline]
    fn before_member(&self) -> u8 {
        if self.0.is_empty() { b'{' } else { b',' }
    }

    #[inline]
    fn push_quoted(&mut self, text: &[u8]) {
        self.0.push(b'"');
        self.0.extend_from_slice(text);
        self.0.push(b'"');
    }
}

/// Whether a JSON string cannot hold the text as it stands (RFC 8259 §7). The test has no branch, so that the compiler can use vectors.
fn has_escape(text: &[u8]) -> bool {
    text.iter().fold(false, |found, byte| found | matches!(byte, b'"' | b'\\' | ..b' '))
}

/// The JSON of a value, in a buffer of `room` bytes that grows where that is not enough.
pub(crate) fn written(value: &impl Serialize, room: usize) -> Vec<u8> {
    let mut json = Vec::with_capacity(room);
    write_to(&mut json, value);
    json
}

/// Appends the JSON of a value, or nothing if it does not serialise. Our values always do: they are texts, numbers and what a host has given as
/// JSON.
fn write_to(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    #[cfg(feature = "std")]
    {
        let before = json.len();
        if serde_json::to_writer(&mut *json, value).is_err() {
            json.truncate(before);
        }
    }
    // Without `std`, serde_json writes only into its own buffers.
    #[cfg(not(feature = "std"))]
    json.extend(serde_json::to_vec(value).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The JSON that serde_json makes of the same members.
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
            (|text: &'static str| Some(Value::Text(text.into())), |number: u64| Some(Value::from(number)));
        for (members, json) in [
            (&[][..], "{}"),
            (&[(name!("a"), None), (name!("b"), None)], "{}"),
            (
                &[(name!("a"), text("")), (name!("b"), None), (name!("c"), number(u64::MAX))],
                r#"{"a":"","c":18446744073709551615}"#,
            ),
            (
                &[(name!("a"), None), (name!("b"), text("租户")), (name!("c"), number(0))],
                r#"{"b":"租户","c":0}"#,
            ),
            (&[(name!("a"), Some(Value::Plain("LGTx-_.")))], r#"{"a":"LGTx-_."}"#),
        ] {
            assert_eq!(written(members), json);
            assert_eq!(expected(members), json);
        }
    }

    /// The character is placed both within the part that vectors look at and after it.
    #[test]
    fn every_character_that_needs_an_escape_has_one() {
        for character in ('\0'..='\u{FF}').chain(['\u{2028}', '\u{FFFF}', '\u{1F600}']) {
            for (before, after) in [(0, 0), (3, 5), (16, 0), (40, 40), (63, 1)] {
                let text =
                    [&"x".repeat(before), character.encode_utf8(&mut [0; 4]) as &str, &"y".repeat(after)]
                        .concat();
                let members = [(name!("a"), Some(Value::Text(text.as_str().into())))];
                assert_eq!(written(&members), expected(&members), "{character:?} after {before}");
            }
        }
    }

    #[test]
    fn what_is_json_already_and_a_list_stand_as_they_are() {
        let mut object = Object::with_room(0);
        object.members("");
        object.members(r#""a\"b":{"c":{}},"d":1"#);
        object.plain_list(name!("e"), ["f", "g"].into_iter());
        object.plain_list(name!("h"), core::iter::empty());
        assert_eq!(object.end(), br#"{"a\"b":{"c":{}},"d":1,"e":["f","g"],"h":[]}"#);
    }

    proptest! {
        #[test]
        fn any_text_is_spelt_as_serde_json_spells_it(text in "(?s).{0,80}") {
            let members = [(name!("a"), Some(Value::from(text)))];
            prop_assert_eq!(written(&members), expected(&members));
        }
    }
}
