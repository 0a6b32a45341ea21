//! Bodies as JSON objects, read strictly.
//!
//! A body has at most 16 KiB, is no deeper than 8, and has no member twice on any level. Unknown members are ignored. A number that a double
//! cannot hold (`1e999`) is malformed, even in an unknown member.

use super::{
    MOST_OF_A_BODY,
    member::{Member, Shape},
};
use crate::{
    Secret,
    device::{Header, RequestHeaders},
    outcome::{BodyFault, MemberProblem},
};
use alloc::{collections::BTreeSet, string::String, vec::Vec};
use core::fmt;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

const MAX_DEPTH: u8 = 8;

/// Reads these members of a body. The caller checks that the required ones are there.
pub(crate) fn members<const N: usize>(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    wanted: &[Member; N],
) -> Result<[Option<Secret>; N], BodyFault> {
    with_texts(headers, body, wanted).map(|(members, _)| members)
}

/// Texts of an object within a body, by their names.
pub(crate) type Texts = Vec<(String, Secret)>;

/// Reads these members of a body, and the texts of the one among them that is an object.
pub(crate) fn with_texts<const N: usize>(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    wanted: &[Member; N],
) -> Result<([Option<Secret>; N], Texts), BodyFault> {
    let content_type = headers.get(Header::ContentType).map_err(|_| BodyFault::ContentType)?;
    if !is_json(content_type) {
        return Err(BodyFault::ContentType);
    }
    if body.len() > MOST_OF_A_BODY {
        return Err(BodyFault::TooLong { most: MOST_OF_A_BODY });
    }
    // A byte order mark says nothing about UTF-8, and RFC 8259 §8.1 lets a reader pass over it.
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    // Bytes that are not UTF-8 are no JSON (RFC 8259 §8.1), whatever else is wrong with them.
    let text = str::from_utf8(body).map_err(|_| BodyFault::NotAnObject)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let (mut reading, mut texts) = (None, Vec::new());
    let read = json.deserialize_map(Members { wanted, reading: &mut reading, texts: &mut texts });
    let members = read.map_err(|error| match reading {
        // If the body is not JSON, the fault is not that of the member that was being read.
        Some((name, problem)) if error.is_data() => BodyFault::Member { name, problem },
        _ => BodyFault::NotAnObject,
    })?;
    json.end().map_err(|_| BodyFault::NotAnObject)?;
    Ok((members, texts))
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a content type is that of JSON, once or joined with itself. Proxies join a header that occurs twice (RFC 9110 §5.3). A comma within
/// quotes belongs to no type that is accepted here.
fn is_json(content_type: &str) -> bool {
    content_type.split(',').all(|joined| {
        let media_type = joined.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/json")
    })
}

/// Reads the wanted members of an object, and everything else for its shape alone.
struct Members<'a, const N: usize> {
    wanted: &'a [Member; N],
    /// The member that is being read, and its problem if it cannot be read.
    reading: &'a mut Option<(&'static str, MemberProblem)>,
    /// The texts of the wanted object, if one is wanted and there.
    texts: &'a mut Texts,
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<Secret>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = [const { None }; N];
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let wanted = self.wanted.iter().zip(&mut members).find(|(wanted, _)| *wanted.name == *name);
            *self.reading = wanted.as_ref().map(|(wanted, _)| (wanted.name, MemberProblem::Repeated));
            see(&mut seen, name)?;
            match wanted {
                Some((Member { shape: Shape::Texts, name, .. }, _)) => {
                    *self.reading = Some((*name, MemberProblem::NotTexts));
                    *self.texts = map.next_value::<Option<TextsOfObject>>()?.unwrap_or_default().0;
                }
                Some((wanted, member)) => {
                    *self.reading = Some((wanted.name, MemberProblem::NotText));
                    let text = map.next_value::<Option<String>>()?.map(Secret::new);
                    *member = text.filter(|text| wanted.is_required || !text.expose().is_empty());
                }
                None => map.next_value_seed(AnyShape { depth_left: MAX_DEPTH - 1 })?,
            }
            *self.reading = None;
        }
        Ok(members)
    }
}

/// No object has a member twice.
fn see<E: de::Error>(seen: &mut BTreeSet<String>, name: String) -> Result<(), E> {
    if seen.insert(name) { Ok(()) } else { Err(E::custom("a member stands twice")) }
}

/// An object whose members are texts, none of them twice. A text that is null or empty counts as missing.
#[derive(Default)]
struct TextsOfObject(Texts);

impl<'de> Deserialize<'de> for TextsOfObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for TextsOfObject {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            see(&mut seen, name.clone())?;
            let text = map.next_value::<Option<String>>()?.map(Secret::new);
            self.0.extend(text.filter(|text| !text.expose().is_empty()).map(|text| (name, text)));
        }
        Ok(self)
    }
}

/// Any value, of which only the depth and the names count.
#[derive(Clone, Copy)]
struct AnyShape {
    depth_left: u8,
}

impl AnyShape {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        let deeper = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { depth_left: deeper })
    }
}

impl<'de> DeserializeSeed<'de> for AnyShape {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyShape {
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
        while let Some(name) = map.next_key::<String>()? {
            see(&mut seen, name)?;
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}
