//! Pieces that the OpenAPI document of every façade is made of.

use super::member::{Member, Shape};
use alloc::{format, vec::Vec};
use serde_json::{Map, Value, json};

pub(crate) fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// An answer in JSON of this schema.
pub(crate) fn content(about: &str, schema: &str) -> Value {
    json!({ "description": about, "content": { "application/json": { "schema": reference(schema) } } })
}

pub(crate) fn text() -> Value {
    json!({ "type": "string" })
}

/// An object with one more member, where there is one.
pub(crate) fn with(object: Value, name: &str, member: Option<Value>) -> Value {
    match (object, member) {
        (Value::Object(mut members), Some(member)) => {
            members.insert(name.into(), member);
            Value::Object(members)
        }
        (object, _) => object,
    }
}

/// An object of members by name: each with its schema, and whether it must be there.
pub(crate) fn object<'a>(
    members: impl IntoIterator<Item = (&'a str, Value, bool)>,
    takes_others: bool,
) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, schema, is_required) in members {
        properties.insert(name.into(), schema);
        required.extend(is_required.then_some(name));
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": takes_others })
}

/// The schema of a member of a body.
pub(crate) fn member(it: &Member) -> Value {
    let schema = match it.shape {
        Shape::Text => json!({ "type": "string", "description": it.about }),
        Shape::Texts => {
            json!({ "type": "object", "additionalProperties": text(), "description": it.about })
        }
    };
    with(schema, "minLength", it.is_required.then(|| 1.into()))
}

/// The body of a call that takes these members, each described by `schema`. `None` if it takes none.
pub(crate) fn body(members: &[Member], schema: impl Fn(&Member) -> Value) -> Option<Value> {
    body_as("application/json", members, schema)
}

/// The same, for another media type.
pub(crate) fn body_as(media: &str, members: &[Member], schema: impl Fn(&Member) -> Value) -> Option<Value> {
    (!members.is_empty()).then(|| {
        let schema = object(members.iter().map(|it| (it.name, schema(it), it.is_required)), true);
        json!({ "required": true, "content": { media: { "schema": schema } } })
    })
}

/// Asserts that each reference of a document leads to a part of it.
#[cfg(test)]
pub(crate) fn every_reference_leads_somewhere(document: &Value) {
    use alloc::{collections::BTreeSet, string::String};

    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    found.insert(reference.clone());
                }
                members.values().for_each(|it| references(it, found));
            }
            Value::Array(items) => items.iter().for_each(|it| references(it, found)),
            _ => {}
        }
    }

    let mut found = BTreeSet::new();
    references(document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}
