//! A list as it comes (`api.md`, *Lists*): a bare array, or an object that holds it under one of several names,
//! perhaps one object deeper, perhaps with `total`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::Scalar;

/// The names under which a list is looked for; the first five are `api.md`'s own, the last ones of lists inside
/// of details.
const LIST_KEYS: [&str; 14] = [
    "groups",
    "jobs",
    "messages",
    "sessions",
    "contacts",
    "items",
    "data",
    "results",
    "wa_groups",
    "scheduled_messages",
    "executions",
    "history",
    "members",
    "recipients",
];

/// No list is read beyond this, in one page or in many.
pub(crate) const MOST_ITEMS: usize = 100_000;
/// What a longer one is called among the errors of serde.
pub(crate) const TOO_MANY: &str = "more than 100000 items";

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    /// Its items; `None` for one that is no object.
    pub(crate) items: Vec<Option<T>>,
    /// How many items the whole list has, where said.
    pub(crate) total: Option<u64>,
}

/// A value that is a list in some envelope, or is not.
#[derive(Default)]
pub(crate) enum Node<T> {
    List(Vec<Option<T>>),
    Object {
        lists: Vec<(String, Vec<Option<T>>)>,
        total: Option<u64>,
    },
    #[default]
    Other,
}

impl<T> Node<T> {
    /// The list, preferring the one under `key` where an object holds several.
    pub(crate) fn page(self, key: &str) -> Option<Page<T>> {
        match self {
            Self::List(items) => Some(Page { items, total: None }),
            Self::Object { mut lists, total } => {
                let at = lists.iter().position(|(name, _)| name == key).unwrap_or(0);
                (at < lists.len()).then(|| Page { items: lists.swap_remove(at).1, total })
            }
            Self::Other => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Node<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor(PhantomData))
    }
}

fn keep<T>(lists: &mut Vec<(String, Vec<T>)>, key: String, items: Vec<T>) {
    if lists.iter().all(|(name, _)| *name != key) {
        lists.push((key, items));
    }
}

struct NodeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NodeVisitor<T> {
    type Value = Node<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(Object(item)) = seq.next_element::<Object<T>>()? {
            if items.len() == MOST_ITEMS {
                // An empty item is two bytes of the answer and hundreds in memory.
                return Err(A::Error::custom(TOO_MANY));
            }
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<T>, A::Error> {
        let mut lists: Vec<(String, Vec<Option<T>>)> = Vec::new();
        let mut total = None;
        while let Some(key) = map.next_key::<String>()? {
            if LIST_KEYS.contains(&key.as_str()) {
                match map.next_value::<Node<T>>()? {
                    // The first of each name counts: names that repeat without end take no memory.
                    Node::List(items) => keep(&mut lists, key, items),
                    Node::Object { lists: inner, total: inner_total } => {
                        for (key, items) in inner {
                            keep(&mut lists, key, items);
                        }
                        total = total.or(inner_total);
                    }
                    Node::Other => {}
                }
            } else if key == "total" || key == "total_count" {
                total = map.next_value::<Scalar>()?.count().or(total);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Node::Object { lists, total })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node<T>, E> {
        Ok(Node::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node<T>, E> {
        Ok(Node::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node<T>, E> {
        Ok(Node::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node<T>, E> {
        Ok(Node::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node<T>, E> {
        Ok(Node::Other)
    }

    fn visit_unit<E>(self) -> Result<Node<T>, E> {
        Ok(Node::Other)
    }
}

/// A `T` where an object stands, nothing where anything else does.
pub(crate) struct Object<T>(pub(crate) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Item {
        id: u32,
    }

    fn read(json: &str, key: &str) -> Option<(Vec<Option<u32>>, Option<u64>)> {
        let node: Node<Item> = serde_json::from_str(json).unwrap();
        node.page(key).map(|page| (page.items.into_iter().map(|i| i.map(|i| i.id)).collect(), page.total))
    }

    #[test]
    fn every_envelope() {
        let both = vec![Some(1), Some(2)];
        let list = r#"[{"id": 1}, {"id": 2, "x": {"items": []}}]"#;
        assert_eq!(read(list, "groups"), Some((both.clone(), None)));
        for key in LIST_KEYS {
            let json = format!(r#"{{"limit": 50, "{key}": {list}, "total": 2}}"#);
            assert_eq!(read(&json, "groups"), Some((both.clone(), Some(2))), "{key}");
        }
        let nested = format!(r#"{{"data": {{"total": "7", "items": {list}}}, "success": true}}"#);
        assert_eq!(read(&nested, "groups"), Some((both.clone(), Some(7))));
        let two = format!(r#"{{"messages": ["note"], "groups": {list}}}"#);
        assert_eq!(read(&two, "groups"), Some((both, None)));
        assert_eq!(read("[1]", "groups"), Some((vec![None], None)));
    }

    #[test]
    fn a_list_is_bounded_however_small_its_items() {
        let list = |count: usize| format!("[{}{{}}]", "{},".repeat(count - 1));
        assert!(serde_json::from_str::<Node<Scalar>>(&list(MOST_ITEMS)).is_ok());
        let error = serde_json::from_str::<Node<Scalar>>(&list(MOST_ITEMS + 1)).err().unwrap();
        assert!(error.to_string().starts_with(TOO_MANY), "{error}");
        let again = format!("{{{}\"items\": []}}", "\"items\": [{\"id\": 1}],".repeat(1_000));
        assert_eq!(read(&again, "items"), Some((vec![Some(1)], None)), "the first of a name counts");
    }

    #[test]
    fn what_is_no_list_is_none() {
        for json in ["{}", "null", "\"x\"", "3", r#"{"data": null}"#, r#"{"items": 3}"#] {
            assert_eq!(read(json, "groups"), None, "{json}");
        }
    }
}
