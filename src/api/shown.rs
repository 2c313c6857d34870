//! A server's words, made fit to be shown: on one line, printable, short, without the key and with phones masked.

use std::fmt;

use super::echo::Echo;
use crate::model::{Phone, one_line};

/// Text from the API for a person's eyes. `Debug` hides it: it may echo what we sent, and is never stored
/// (`send-safety.md`, *The ledger*).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Shown(String);

/// More than this is cut off.
const LONGEST: usize = 300;

impl Shown {
    /// Makes `text` fit to be shown; `secret` is taken out.
    pub fn new(text: &str, secret: &str) -> Self {
        Self::without(&Echo::nothing(), text, secret)
    }

    /// The same, without what the request carried that the text answers.
    pub fn without(echo: &Echo, text: &str, secret: &str) -> Self {
        // What is cut off anyway need not be looked at.
        let head: String = text.chars().take(20 * LONGEST).collect();
        let head = echo.taken_out(&head);
        // A key of a few letters, as for a sandbox, occurs in any text and protects nothing.
        let head = if secret.len() < 6 { head } else { head.replace(secret, "[your key]") };
        Self(one_line(&mask_phones(&head), LONGEST))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shown({} characters)", self.0.chars().count())
    }
}

/// A number that begins with `+`, as people write it: its length in bytes and its digits.
fn spelled(text: &str) -> Option<(usize, String)> {
    let rest = text.strip_prefix('+')?;
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')))
        .unwrap_or(rest.len());
    let last = rest.get(..end)?.rfind(|c: char| c.is_ascii_digit())? + 1;
    let digits: String = rest.get(..last)?.chars().filter(char::is_ascii_digit).collect();
    Some((1 + last, digits))
}

/// Runs of 7 to 15 digits that stand alone, and numbers that begin with `+` however they are written, masked as
/// phones are. Parts of ids, which letters or dashes adjoin, stay.
fn mask_phones(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let phone = spelled(rest).and_then(|(length, digits)| Some((length, Phone::parse(&digits).ok()?)));
        if let Some((length, phone)) = phone {
            out.push_str(&phone.masked().to_string());
            before = Some('0');
            rest = rest.get(length..).unwrap_or_default();
        } else if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, after) = rest.split_at(end);
            let alone = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_');
            let phone = (before.is_none_or(alone) && after.chars().next().is_none_or(alone))
                .then(|| Phone::parse(digits).ok())
                .flatten();
            match phone {
                Some(phone) => {
                    if out.ends_with('+') {
                        out.pop();
                    }
                    out.push_str(&phone.masked().to_string());
                }
                None => out.push_str(digits),
            }
            before = Some('0');
            rest = after;
        } else {
            out.push(c);
            before = Some(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_masked_and_ids_are_not() {
        for (text, kept) in [
            ("15550123456@c.us is blocked", false),
            ("to +15550123456.", false),
            ("(15550123456)", false),
            ("+1 555-012-3456 is blocked", false),
            ("+1 (555) 012.3456", false),
            ("1 + 1 is 2, +5 %", true),
            ("job 12345678-1234-1234-1234-123456789012", true),
            ("error 500 after 30000 ms", true),
        ] {
            let shown = Shown::new(text, "").to_string();
            assert_eq!(shown == text, kept, "{shown}");
            assert!(
                !shown.contains("5550123") && !shown.contains("012-3456") && !shown.contains("012.3"),
                "{shown}"
            );
        }
    }
}
