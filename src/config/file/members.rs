//! `members:` as written. Written by hand and not with `record!`: there may be a hundred thousand of them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::patterns::{PHONE, form};
use crate::config::read::{Cx, FromNode, Text, did_you_mean_word};
use crate::config::spans::{Node, Span, Style, Value};
use crate::model::{Phone, PhoneError, member_name};

/// One member.
#[derive(Clone)]
pub struct MemberFile {
    /// The number.
    pub phone: Phone,
    /// The name, if one is given.
    pub name: Option<Box<str>>,
    /// Where the number is.
    pub span: Span,
}

/// Names are people's; `Debug` goes to logs and panics.
impl std::fmt::Debug for MemberFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemberFile({})", self.phone)
    }
}

/// `members:`; what is wrong is reported and left out.
#[derive(Debug, Clone)]
pub struct Members {
    /// In file order.
    pub list: Vec<MemberFile>,
}

impl FromNode for Members {
    const NOTHING_IS_FINE: bool = true;

    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            cx.wrong_kind(node, "a list of members", "- \"+15550123456\", one a line");
            return None;
        };
        let before = std::mem::replace(&mut cx.secret, true);
        let list = items.iter().filter_map(|item| member(item, cx)).collect();
        cx.secret = before;
        Some(Self { list })
    }
}

fn member(item: &Node, cx: &mut Cx<'_>) -> Option<MemberFile> {
    let Value::Map(entries) = &item.value else {
        let phone = phone_of(item, cx)?;
        return Some(MemberFile { phone, name: None, span: item.span });
    };
    let (mut phone, mut name, mut wrong) = (None, None, false);
    for (key, value) in entries {
        match key.text() {
            Some("phone") => {
                phone = phone_of(value, cx).map(|phone| (phone, value.span));
                wrong |= phone.is_none();
            }
            Some("name") if value.is_null() => {}
            Some("name") => name = name_of(value, cx),
            other => {
                let help = did_you_mean_word(other.unwrap_or_default(), &["phone", "name"]);
                cx.report
                    .error("unknown-key", key.span, "a member has the keys `phone` and `name` only")
                    .help(if help.starts_with("did") {
                        help
                    } else {
                        "write {phone: \"+15550123456\", name: Jane Doe}".to_owned()
                    });
                wrong = true;
            }
        }
    }
    if phone.is_none() && !wrong {
        cx.report
            .error("missing-key", item.span, "this member has no `phone:`")
            .help("write {phone: \"+15550123456\", name: Jane Doe}");
    }
    let (phone, span) = phone?;
    Some(MemberFile { phone, name, span })
}

/// What a name of [`member_name`] has to be.
pub const WRONG_NAME: &str = "a name has at most 255 characters, and no control characters";

fn name_of(node: &Node, cx: &mut Cx<'_>) -> Option<Box<str>> {
    let Some(text) = node.text() else {
        cx.wrong_kind(node, "a name", "name: Jane Doe");
        return None;
    };
    let text = if text.contains("${") { cx.expand(node, text)?.0 } else { text.to_owned() };
    let Some(name) = member_name(&text) else {
        cx.report.error("bad-name", node.span, WRONG_NAME).help("shorten it, or leave it out");
        return None;
    };
    (!name.is_empty()).then(|| name.into())
}

/// A phone number; what YAML would have mangled is an error that says to quote it (`product.md`, *Phones*).
pub fn phone_of(node: &Node, cx: &mut Cx<'_>) -> Option<Phone> {
    let Value::Scalar(text, style) = &node.value else {
        cx.wrong_kind(node, "a phone number", "\"+15550123456\"");
        return None;
    };
    if *style == Style::Plain && is_mangled(text) {
        mangled(node.span, cx);
        return None;
    }
    let expanded;
    let text: &str = if text.contains("${") {
        expanded = cx.expand(node, text)?.0;
        &expanded
    } else {
        text
    };
    let span = if node.span.start == node.span.end { cx.owner } else { node.span };
    parsed(text, span, cx)
}

fn parsed(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<Phone> {
    match phone_of_cell(text) {
        Ok(phone) => Some(phone),
        Err((message, help)) => {
            cx.report.error("bad-phone", span, message).help(help);
            None
        }
    }
}

/// The phone number that a text holds, where a key is a number in one place and a column in another.
pub fn phone_of_text(text: &Text, cx: &mut Cx<'_>) -> Option<Phone> {
    let written = cx.files.slice(text.span);
    if written == text.value && is_mangled(written) {
        mangled(text.span, cx);
        return None;
    }
    parsed(&text.value, text.span, cx)
}

fn mangled(at: Span, cx: &mut Cx<'_>) {
    cx.report
        .error("mangled-phone", at, "without quotes, YAML reads this as another number than the one written")
        .help("put the number in quotes, with + and the country code: \"+15550123456\"");
}

/// Reads a number that is certainly a text; otherwise what is wrong with it and what to do, without the number.
pub fn phone_of_cell(text: &str) -> Result<Phone, (String, &'static str)> {
    // `="+15550123456"` is how a spreadsheet is made to keep a text.
    let text = text.trim().strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if is_error_value(text) {
        return Err((
            "a spreadsheet has an error here instead of a phone number".to_owned(),
            "a + in front makes a formula of it: format the column as text, enter the numbers again and export once \
             more",
        ));
    }
    if is_float(text) {
        return Err((
            "a program has written this phone number as a decimal number (with .0 at its end)".to_owned(),
            "format the column as text in the program that exports it, and export once more; or remove the .0",
        ));
    }
    Phone::parse(text).map_err(|error| phone_words(error, text))
}

/// What a spreadsheet shows where a formula fails: `#NAME?`, `#N/A`.
fn is_error_value(text: &str) -> bool {
    let known = ["#NAME?", "#VALUE!", "#REF!", "#NUM!", "#N/A", "#DIV/0!", "#NULL!"];
    known.iter().any(|error| text.trim().eq_ignore_ascii_case(error))
}

/// Digits and then `.0`: what spreadsheets and pandas make of a number in a column of numbers. Read without its dot,
/// it is another person's. Numbers with other separators, or with more after the dot, are written by people.
fn is_float(text: &str) -> bool {
    let text = text.trim();
    let number = text.strip_prefix('+').unwrap_or(text);
    number.split_once(['.', ',']).is_some_and(|(digits, rest)| {
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && matches!(rest, "0" | "00")
    })
}

/// `4.9e12`; in half of the world, `4,9e12`.
pub fn is_exponent(text: &str) -> bool {
    text.contains(['e', 'E']) && text.trim().replace(',', ".").parse::<f64>().is_ok()
}

fn phone_words(error: PhoneError, text: &str) -> (String, &'static str) {
    if is_exponent(text) {
        return (
            "a spreadsheet has shortened this phone number".to_owned(),
            "format the column as text in the spreadsheet, enter the numbers again and export once more",
        );
    }
    let write = "write it with + and its country code, in quotes: \"+15550123456\"";
    match error {
        PhoneError::Empty => ("there is no phone number here".to_owned(), write),
        PhoneError::Characters => {
            ("this is no phone number: it has letters or signs that no number has".to_owned(), write)
        }
        PhoneError::Short(digits) => (
            format!("this phone number is too short: {digits} digits, with the country code it has 7 to 15"),
            write,
        ),
        PhoneError::Long(digits) => (
            format!(
                "this phone number is too long: {digits} digits, with the country code it has at most 15"
            ),
            write,
        ),
        PhoneError::TrunkZero => (
            "this phone number has a 0 in brackets, which is dialled only inside a country".to_owned(),
            "leave it out: \"+49 151 12345678\" instead of \"+49 (0)151 12345678\"",
        ),
        PhoneError::LeadingZero if text.trim_start().starts_with("00") => (
            "this phone number begins with 00, which is only dialled before the country code".to_owned(),
            "write + in place of the 00: \"+4930123456\" instead of \"004930123456\"",
        ),
        PhoneError::LeadingZero => (
            "this phone number begins with 0, so its country code is missing".to_owned(),
            "put the country code in place of the 0: \"+972501234567\" instead of \"0501234567\"",
        ),
    }
}

/// Whether YAML reads a plain scalar as a number, and as another one than its digits say: octal, hexadecimal,
/// float, exponent, negative, with underscores, or as minutes and seconds.
fn is_mangled(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        // A leading zero is octal to some readers; `Phone::parse` has the better words for it.
        return false;
    }
    let lower = digits.to_ascii_lowercase();
    let number = lower.strip_prefix('-').unwrap_or(&lower);
    let some_digit = number.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    (number.len() < lower.len() && number.bytes().all(|b| b.is_ascii_digit()))
        || (some_digit && number.parse::<f64>().is_ok())
        || (some_digit
            && number.contains('_')
            && number.bytes().all(|b| b.is_ascii_digit() || b"_.".contains(&b)))
        || ["0x", "0o", "0b"].iter().any(|prefix| {
            number
                .strip_prefix(prefix)
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit()))
        })
        || (number.contains(':') && number.bytes().all(|b| b.is_ascii_digit() || b == b':'))
}

/// Numbers of 7 to 15 digits, without quotes.
const SMALLEST: u64 = 1_000_000;
const LARGEST: u64 = 999_999_999_999_999;

impl JsonSchema for Members {
    fn schema_name() -> Cow<'static, str> {
        "Members".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["array", "null"],
            "items": {
                "type": ["string", "integer", "object"],
                "minimum": SMALLEST,
                "maximum": LARGEST,
                "allOf": form(PHONE, None)["allOf"],
                "description": "A member: a phone number with its country code in quotes, or {phone, name}.",
                "x-order": ["phone", "name"],
                "examples": ["+15550123456", {"phone": "+15550987654", "name": "Jane Doe"}],
                "properties": {
                    "phone": {
                        "type": ["string", "integer"],
                        "minimum": SMALLEST,
                        "maximum": LARGEST,
                        "allOf": form(PHONE, None)["allOf"],
                        "title": "phone",
                        "description": "The phone number with its country code, in quotes. Refused: what is no phone number; one \
                                        without its country code; one that YAML reads as another number.",
                        "examples": ["+15550987654"],
                    },
                    "name": {
                        "type": ["string", "number", "null"],
                        "title": "name",
                        "description": "The person's name, which MoltFlow shows. It is written when the member is added (see \
                                        `sync_names`). Refused: several lines, and 256 characters or more.",
                        "examples": ["Jane Doe"],
                    },
                },
                "required": ["phone"],
                "additionalProperties": false,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_mangles_is_found() {
        for text in
            ["1.5550123456", "1.555e10", "0x1F", "0o17", "-15550123456", "1_555_012_3456", "15:55", "+1.5e3"]
        {
            assert!(is_mangled(text), "{text}");
        }
        for text in [
            "+15550123456",
            "15550123456",
            "+1.555.012.3456",
            "1-555-012-3456",
            "+1 555 012 3456",
            "0501234567",
            "Jane",
        ] {
            assert!(!is_mangled(text), "{text}");
        }
    }
}
