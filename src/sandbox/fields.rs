//! Reading a JSON body field by field, every mistake collected. Owns the checks that 422 is about; must not
//! look at the state of the world.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::phone::parse_phone;
use super::refusal::{FieldError, Refusal};

/// The most members or contacts one request carries (`api.md`, members/add).
pub const MOST_CONTACTS: usize = 1_000;
/// The longest message, in characters (`api.md`).
pub const MOST_CHARACTERS: usize = 4_096;
/// The longest name, in characters (`api.md`).
pub const LONGEST_NAME: usize = 255;

/// How many mistakes one answer lists.
const MOST_ERRORS: usize = 50;

/// A body being read.
#[derive(Debug)]
pub struct Fields {
    map: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// The body as an object. Not JSON is 400, another kind of JSON is 422.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let value: Value = if body.iter().all(u8::is_ascii_whitespace) {
            json!({})
        } else {
            serde_json::from_slice(body)
                .map_err(|_| Refusal::bad_request("the body is not JSON in UTF-8; send an object"))?
        };
        match value {
            Value::Object(map) => Ok(Self::new(map)),
            _ => Err(Refusal::invalid(vec![FieldError {
                loc: vec![json!("body")],
                message: "the body is not a JSON object".to_owned(),
                kind: "value_error",
            }])),
        }
    }

    /// Reads an object already taken apart.
    pub fn new(map: Map<String, Value>) -> Self {
        Self { map, errors: Vec::new() }
    }

    /// The names of the fields that are there.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.map.keys().map(String::as_str)
    }

    /// Whether the field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Adds a mistake found outside.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.push(vec![json!("body"), json!(name)], message.into(), "value_error");
    }

    /// Says that a required field is missing.
    pub fn missing(&mut self, name: &str) {
        self.push(vec![json!("body"), json!(name)], "field required".to_owned(), "missing");
    }

    /// `Ok` when nothing was wrong.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::invalid(self.errors)) }
    }

    /// A text that may be absent; at most `most` characters.
    pub fn text(&mut self, name: &str, most: usize) -> Option<String> {
        let Value::String(text) = self.get(name)?.clone() else {
            self.wrong(name, "must be a text");
            return None;
        };
        if text.chars().count() > most {
            self.wrong(name, format!("at most {most} characters"));
            return None;
        }
        Some(text)
    }

    /// A required name of 1 to 255 characters.
    pub fn name(&mut self) -> Option<String> {
        if !self.has("name") {
            self.missing("name");
            return None;
        }
        let name = self.text("name", LONGEST_NAME)?;
        if name.trim().is_empty() {
            self.wrong("name", format!("between 1 and {LONGEST_NAME} characters"));
            return None;
        }
        Some(name)
    }

    /// A required UUID.
    pub fn uuid(&mut self, name: &str) -> Option<Uuid> {
        let id = match self.get(name) {
            None => {
                self.missing(name);
                return None;
            }
            Some(value) => value.as_str().and_then(|text| Uuid::try_parse(text).ok()),
        };
        if id.is_none() {
            self.wrong(name, "must be a UUID");
        }
        id
    }

    /// One of a few words; absent is `None`.
    pub fn choice(&mut self, name: &str, allowed: &[&'static str]) -> Option<&'static str> {
        let found = {
            let value = self.get(name)?;
            allowed.iter().find(|word| value.as_str() == Some(word)).copied()
        };
        if found.is_none() {
            self.wrong(name, format!("must be one of {}", allowed.join(", ")));
        }
        found
    }

    /// An http or https URL; absent is `None`.
    pub fn web_url(&mut self, name: &str) -> Option<String> {
        let text = self.text(name, 2_048)?;
        match url::Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Some(text),
            _ => {
                self.wrong(name, "must be an http or https URL");
                None
            }
        }
    }

    /// `[{phone, name?}]`, at most 1,000; absent is `None`.
    pub fn contacts(&mut self, name: &str) -> Option<Vec<(u64, Option<String>)>> {
        let items = self.array(name, MOST_CONTACTS)?;
        let mut contacts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = |field: &str| vec![json!("body"), json!(name), json!(index), json!(field)];
            match item.get("phone") {
                None | Some(Value::Null) => self.push(at("phone"), "field required".to_owned(), "missing"),
                Some(value) => match value.as_str().and_then(parse_phone) {
                    None => self.push(at("phone"), "not a phone number".to_owned(), "value_error"),
                    Some(phone) => match item.get("name") {
                        None | Some(Value::Null) => contacts.push((phone, None)),
                        Some(Value::String(name)) if name.chars().count() <= LONGEST_NAME => {
                            contacts.push((phone, Some(name.clone()).filter(|name| !name.is_empty())));
                        }
                        Some(_) => {
                            let message = format!("must be a text of at most {LONGEST_NAME} characters");
                            self.push(at("name"), message, "value_error");
                        }
                    },
                },
            }
        }
        Some(contacts)
    }

    /// A list of texts, each read by `read`, at most 1,000; absent is `None`.
    pub fn texts<T>(&mut self, name: &str, what: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        let items = self.array(name, MOST_CONTACTS)?;
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_str().and_then(&read) {
                Some(value) => values.push(value),
                None => self.push(
                    vec![json!("body"), json!(name), json!(index)],
                    format!("not {what}"),
                    "value_error",
                ),
            }
        }
        Some(values)
    }

    /// A list of at most `most` items, taken out of the body; absent is `None`.
    pub fn array(&mut self, name: &str, most: usize) -> Option<Vec<Value>> {
        match self.map.remove(name)? {
            Value::Null => None,
            Value::Array(items) if items.len() > most => {
                self.wrong(name, format!("at most {most} items in one request"));
                None
            }
            Value::Array(items) => Some(items),
            _ => {
                self.wrong(name, "must be a list");
                None
            }
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Adds a mistake at a place; beyond the first fifty they are dropped.
    pub fn push(&mut self, loc: Vec<Value>, message: String, kind: &'static str) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(FieldError { loc, message, kind });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_come_at_once_and_never_with_the_value() {
        let body = json!({"name": "", "members": [{"phone": "12"}, {"name": "x"}, 5], "url": "ftp://x/y"});
        let mut fields = Fields::parse(body.to_string().as_bytes()).unwrap();
        fields.name();
        fields.contacts("members");
        fields.web_url("url");
        fields.uuid("session_id");
        let text = fields.finish().unwrap_err().text;
        for part in [
            "name:",
            "members.0.phone: not",
            "members.1.phone: field",
            "members.2.phone",
            "url:",
            "session_id",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("12"), "{text}");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert_eq!(Fields::parse(b"{").unwrap_err().status, 400);
        assert_eq!(Fields::parse(b"[]").unwrap_err().status, 422);
        assert!(Fields::parse(b"").is_ok());
        assert_eq!(Fields::parse("[".repeat(100_000).as_bytes()).unwrap_err().status, 400);
    }
}
