//! Reading JSON as servers send it, not as the documentation has it: numbers as text and text as numbers, nulls for lists, and one bad
//! entry that must not spoil the rest.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

/// The most entries taken of any list in an answer.
const LIST_MAX: usize = 5000;

/// Text, or a number or yes/no written as text; `None` for nothing, empty text and anything else.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(s) if s.is_empty() => None,
        Value::String(s) => Some(s),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    })
}

/// An id: text or a number, and not empty; without one the whole entry is worth nothing.
pub fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from)?.ok_or_else(|| serde::de::Error::custom("an id is missing"))
}

/// A count: a number or one written as text; `None` where it is absent or below nothing.
pub fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(n) => n.as_u64().or_else(|| n.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64)),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    })
}

/// Yes or no, in any of the spellings met.
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(b) => b,
        Value::Number(n) => n.as_f64().is_some_and(|f| f != 0.0),
        Value::String(s) => matches!(s.as_str(), "true" | "1" | "on" | "yes"),
        _ => false,
    })
}

/// A list; what is no list is an empty one, and an entry that cannot be read is left out.
pub fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(entries(Value::deserialize(from)?))
}

/// Something that may be absent; also absent if it cannot be read.
pub fn maybe<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(from)?).ok())
}

/// Something whose every part has a fallback; all of them if it cannot be read.
pub fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    Ok(maybe(from)?.unwrap_or_default())
}

/// The readable entries of a value that should be a list.
pub fn entries<T: DeserializeOwned>(value: Value) -> Vec<T> {
    match value {
        Value::Array(all) => all.into_iter().take(LIST_MAX).filter_map(|v| serde_json::from_value(v).ok()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug, PartialEq)]
    struct All {
        #[serde(deserialize_with = "id")]
        id: String,
        #[serde(default, deserialize_with = "text")]
        text: Option<String>,
        #[serde(default, deserialize_with = "count")]
        count: Option<u64>,
        #[serde(default, deserialize_with = "flag")]
        flag: bool,
        #[serde(default, deserialize_with = "list")]
        list: Vec<u32>,
        #[serde(default, deserialize_with = "maybe")]
        maybe: Option<u32>,
    }

    type Told = (String, Option<String>, Option<u64>, bool, usize, Option<u32>);

    fn read(json: &str) -> Option<Told> {
        serde_json::from_str::<All>(json).ok().map(|a| (a.id, a.text, a.count, a.flag, a.list.len(), a.maybe))
    }

    #[test]
    fn takes_what_servers_send() {
        let some = |s: &str| Some(s.to_owned());
        assert_eq!(read(r#"{"id":"1"}"#), Some(("1".into(), None, None, false, 0, None)));
        assert_eq!(
            read(r#"{"id":7,"text":5,"count":"12","flag":1,"list":null,"maybe":"x"}"#),
            Some(("7".into(), some("5"), Some(12), true, 0, None))
        );
        assert_eq!(
            read(r#"{"id":"01H","text":null,"count":-1,"flag":"true","list":[1,"no",3],"maybe":4}"#),
            Some(("01H".into(), None, None, true, 2, Some(4)))
        );
        assert_eq!(read(r#"{"id":null}"#), None);
        assert_eq!(read(r#"{"id":"","list":{}}"#), None);
        assert_eq!(read(r#"{}"#), None);
        assert_eq!(read(r#"{"id":"a","list":{"x":1},"text":{"y":2}}"#), Some(("a".into(), None, None, false, 0, None)));
    }
}
