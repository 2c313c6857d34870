//! What an error's body says, whatever its form (`api.md`, *Auth, errors, limits*): `FastAPI`'s `detail` as a text
//! or a list, `error` and `message`, plain text, a proxy's HTML. Never fails.

use serde_json::Value;

use super::echo::Echo;
use super::page_title::is_common;
use super::shown::Shown;

/// The parts of an error's body that matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// What to show: the API's own words on one line. May be empty.
    pub text: Shown,
    /// Whether it is the API's own: a JSON object with `detail`, `error` or `message`.
    pub is_api: bool,
    /// Whether it is a page of HTML, which is a proxy's and never the API's.
    pub is_page: bool,
    /// The fields that a validation error names, such as `members.0.phone`.
    pub fields: Vec<String>,
}

/// More list entries than this are counted, not shown.
const MOST_DETAILS: usize = 5;
/// Of a text that is no JSON, so many characters are looked at.
const MOST_SEEN: usize = 20_000;

impl ErrorBody {
    /// Reads a body; `secret`, and what the request carried, are taken out of the text where a server echoes them.
    pub fn read(bytes: &[u8], secret: &str, echo: &Echo) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            let is_page = is_html(&text);
            return Self { text: Shown::without(echo, &plain(&text), secret), is_page, ..Self::default() };
        };
        let Value::Object(map) = &value else {
            return Self { text: Shown::without(echo, &as_it_is(&value), secret), ..Self::default() };
        };
        let mut fields = Vec::new();
        let mut parts: Vec<String> = Vec::new();
        for key in ["error", "message", "detail"] {
            let part = match map.get(key) {
                Some(value) => words(value, &mut fields),
                None => continue,
            };
            if !part.is_empty() && !parts.contains(&part) {
                parts.push(part);
            }
        }
        let is_api = ["detail", "error", "message"].iter().any(|key| map.contains_key(*key));
        if !is_api {
            parts.push(as_it_is(&value));
        }
        Self { text: Shown::without(echo, &parts.join(": "), secret), is_api, is_page: false, fields }
    }
}

/// JSON of no known form: shown as it came, which is better than nothing.
fn as_it_is(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) if items.is_empty() => String::new(),
        Value::Object(map) if map.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// One value of `detail`, `error` or `message` in words.
fn words(value: &Value, fields: &mut Vec<String>) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let mut out: Vec<String> =
                items.iter().take(MOST_DETAILS).map(|item| detail(item, fields)).collect();
            for item in items.iter().skip(MOST_DETAILS) {
                detail(item, fields);
            }
            if items.len() > MOST_DETAILS {
                out.push(format!("and {} more", items.len() - MOST_DETAILS));
            }
            out.retain(|part| !part.is_empty());
            out.join("; ")
        }
        Value::Object(_) => detail(value, fields),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) => String::new(),
    }
}

/// One entry of a validation error: `{"loc": ["body", "members", 0, "phone"], "msg": "field required"}`.
fn detail(item: &Value, fields: &mut Vec<String>) -> String {
    let Value::Object(map) = item else {
        return item.as_str().unwrap_or_default().to_owned();
    };
    let message = ["msg", "message", "detail", "error"]
        .iter()
        .find_map(|key| map.get(*key).and_then(Value::as_str))
        .unwrap_or_default();
    let place: Vec<String> = match map.get("loc").or_else(|| map.get("field")) {
        Some(Value::Array(steps)) => steps
            .iter()
            .enumerate()
            .filter(|(i, step)| !(*i == 0 && matches!(step.as_str(), Some("body" | "query" | "path"))))
            .filter_map(|(_, step)| match step {
                Value::String(name) => Some(name.clone()),
                Value::Number(index) => Some(index.to_string()),
                _ => None,
            })
            .collect(),
        Some(Value::String(name)) => vec![name.clone()],
        _ => Vec::new(),
    };
    let place = place.join(".");
    if place.is_empty() {
        return message.to_owned();
    }
    if !fields.contains(&place) && fields.len() < 100 {
        fields.push(place.clone());
    }
    if message.is_empty() { place } else { format!("{place}: {message}") }
}

/// Whether the text is a page of HTML, by how it begins.
fn is_html(text: &str) -> bool {
    let lower = text.chars().take(MOST_SEEN).collect::<String>().to_ascii_lowercase();
    lower.trim_start().starts_with('<') && (lower.contains("<html") || lower.contains("<!doctype"))
}

/// Text that is no JSON: HTML by its title, where that is a common one.
fn plain(text: &str) -> String {
    let head: String = text.chars().take(MOST_SEEN).collect();
    let lower = head.to_ascii_lowercase();
    if !is_html(text) {
        return head;
    }
    let title = lower.find("<title").and_then(|open| {
        let from = open + lower.get(open..)?.find('>')? + 1;
        let to = from + lower.get(from..)?.find("</title")?;
        // ASCII lower case keeps every byte where it was.
        head.get(from..to)
    });
    match title.map(str::trim).filter(|title| is_common(title)) {
        Some(title) => format!("a page of HTML: {title}"),
        None => "a page of HTML".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (String, bool) {
        let body = ErrorBody::read(body.as_bytes(), "key-123456", &Echo::nothing());
        (body.text.to_string(), body.is_api)
    }

    #[test]
    fn every_form_is_shown() {
        for (body, text, is_api) in [
            (r#"{"detail": "Group not found"}"#, "Group not found", true),
            (
                r#"{"detail": [{"loc": ["body", "members", 0, "phone"], "msg": "field required", "type": "x"}]}"#,
                "members.0.phone: field required",
                true,
            ),
            (r#"{"error": "quota", "message": "No messages left"}"#, "quota: No messages left", true),
            (r#"{"error": {"message": "deep"}}"#, "deep", true),
            ("Bad Gateway", "Bad Gateway", false),
            ("<html><head><title>502 Bad\nGateway</title></html>", "a page of HTML: 502 Bad Gateway", false),
            ("<!doctype html><p>x", "a page of HTML", false),
            ("<html><title>Just a moment...</title>", "a page of HTML: Just a moment...", false),
            ("<html><title>Cannot deliver: Summer sale!</title>", "a page of HTML", false),
            ("<html><title>no way to 15550123456</title>", "a page of HTML", false),
            (r#"{"status": "no"}"#, r#"{"status":"no"}"#, false),
            (r#"{"errors": [{"field": "phones"}]}"#, r#"{"errors":[{"field":"phones"}]}"#, false),
            ("[1,2]", "[1,2]", false),
            ("{}", "", false),
            ("\"gone\"", "gone", false),
            ("", "", false),
            (r#"{"detail": null}"#, "", true),
            ("{\"detail\": \"cut", "{\"detail\": \"cut", false),
        ] {
            assert_eq!(read(body), (text.to_owned(), is_api), "{body}");
        }
    }

    #[test]
    fn fields_are_named_and_long_lists_counted() {
        let many: Vec<_> = (0..8)
            .map(|i| serde_json::json!({"loc": ["body", "contacts", i, "phone"], "msg": "bad"}))
            .collect();
        let body =
            ErrorBody::read(serde_json::json!({"detail": many}).to_string().as_bytes(), "", &Echo::nothing());
        assert_eq!(body.fields.len(), 8);
        assert_eq!(body.fields[0], "contacts.0.phone");
        assert!(body.text.to_string().ends_with("and 3 more"));
    }

    #[test]
    fn terminals_keys_and_phones_are_safe() {
        let (text, _) =
            read(r#"{"detail": "\u001b[31m key-123456 cannot reach +15550123456 of 3fa85f64-5717"}"#);
        assert!(!text.contains('\u{1b}') && !text.contains("key-123456"), "{text}");
        assert!(!text.contains("5550123") && text.contains("3fa85f64-5717"), "{text}");
        assert!(read(&"x".repeat(9_999)).0.chars().count() <= 300);
    }
}
