//! Bodies as JSON objects, read strictly.
//!
//! At most 16 KiB, no deeper than 8, no member twice on any level; unknown members pass. A number beyond what a
//! double can hold (`1e999`) is malformed, in an unknown member too.

use super::MOST_OF_A_BODY;
use crate::{
    Secret,
    device::{Header, RequestHeaders},
};
use alloc::{collections::BTreeSet, string::String};
use core::fmt;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

const MAX_DEPTH: u8 = 8;

/// A text member of a body; any of them may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) about: &'static str,
}

/// Reads these members of a body. That the required ones are there is the caller's to see.
pub(crate) fn members<const N: usize>(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    wanted: &[Member; N],
) -> Result<[Option<Secret>; N], &'static str> {
    let content_type =
        headers.get(Header::ContentType).map_err(|_| "the content type is missing or malformed")?;
    if !is_json(content_type) {
        return Err("the content type is not application/json");
    }
    if body.len() > MOST_OF_A_BODY {
        return Err("the body is too long");
    }
    // A byte order mark says nothing of UTF-8 (RFC 8259 §8.1 lets a reader pass over it).
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let mut json = serde_json::Deserializer::from_slice(body);
    let members = json.deserialize_map(Members(wanted)).map_err(|_| "the body is not such a JSON object")?;
    json.end().map_err(|_| "something follows the body's JSON object")?;
    Ok(members)
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a content type is that of JSON: once, or joined with itself, as proxies join a header that stood twice (RFC 9110 §5.3). A comma within
/// quotes is none of a type that is meant here.
fn is_json(content_type: &str) -> bool {
    content_type.split(',').all(|joined| {
        let media_type = joined.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/json")
    })
}

/// Reads the wanted text members of an object, and everything else for its shape alone.
struct Members<'a, const N: usize>(&'a [Member; N]);

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<Secret>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = [const { None }; N];
        let mut seen = BTreeSet::new();
        while let Some(name) = next_name(&mut map, &mut seen)? {
            let wanted = self.0.iter().zip(&mut members).find(|(wanted, _)| *wanted.name == *name);
            match wanted {
                Some((wanted, member)) => {
                    let text = map.next_value::<Option<String>>()?.map(Secret::new);
                    *member = text.filter(|text| wanted.is_required || !text.expose().is_empty());
                }
                None => map.next_value_seed(Shape { depth_left: MAX_DEPTH - 1 })?,
            }
        }
        Ok(members)
    }
}

/// The next member's name, unless the object has had it already.
fn next_name<'de, A: MapAccess<'de>>(
    map: &mut A,
    seen: &mut BTreeSet<String>,
) -> Result<Option<String>, A::Error> {
    let Some(name) = map.next_key::<String>()? else {
        return Ok(None);
    };
    if seen.insert(name.clone()) { Ok(Some(name)) } else { Err(de::Error::custom("a member stands twice")) }
}

/// Any value, of which only the depth and the names count.
#[derive(Clone, Copy)]
struct Shape {
    depth_left: u8,
}

impl Shape {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        let deeper = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { depth_left: deeper })
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        while seq.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (inner, mut seen) = (self.inner()?, BTreeSet::new());
        while next_name(&mut map, &mut seen)?.is_some() {
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}
