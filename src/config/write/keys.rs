//! Keys out of names: `VIP Clients` → `vip-clients`.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::model::Address;

/// Longer ones are nobody's idea of a key.
const LONGEST: usize = 60;

/// The keys given so far.
#[derive(Debug, Default)]
pub struct Keys(BTreeSet<String>);

impl Keys {
    /// A key for `name` that no other has; `fallback` where no letter or digit is in it.
    pub fn take(&mut self, name: &str, fallback: &str) -> String {
        let base = key(name).unwrap_or_else(|| fallback.to_owned());
        let mut key = base.clone();
        let mut number = 1_u64;
        while !self.0.insert(key.clone()) {
            number += 1;
            key = format!("{base}-{number}");
        }
        key
    }
}

/// Letters of any script and digits, in lower case; everything between them is one `-`.
fn key(name: &str) -> Option<String> {
    let mut key = String::new();
    let mut length = 0;
    for c in name.nfc().flat_map(char::to_lowercase).nfc() {
        if length >= LONGEST {
            break;
        }
        if c.is_alphanumeric() {
            key.push(c);
            length += 1;
        } else if !is_combining_mark(c)
            && c != '\''
            && c != '\u{2019}'
            && !key.is_empty()
            && !key.ends_with('-')
        {
            key.push('-');
            length += 1;
        }
    }
    let key = key.trim_end_matches('-');
    Address::is_key(key).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_a_person_would_write() {
        for (name, wanted) in [
            ("VIP Clients", "vip-clients"),
            ("  Spring / Summer — 2026! ", "spring-summer-2026"),
            ("לקוחות קבועים", "לקוחות-קבועים"),
            ("Café Owner's", "café-owners"),
            ("under_score", "under-score"),
            ("İstanbul", "istanbul"),
            ("हिन्दी समूह", "हिनदी-समूह"),
            ("😀", "group"),
            ("", "group"),
            ("--a--", "a"),
        ] {
            let key = Keys::default().take(name, "group");
            assert_eq!(key, wanted, "{name}");
            assert!(Address::is_key(&key), "{key}");
        }
        let long = Keys::default().take(&"ab ".repeat(100), "group");
        assert!(long.chars().count() <= LONGEST && !long.ends_with('-'));
    }

    #[test]
    fn no_key_is_given_twice() {
        let mut keys = Keys::default();
        let all: Vec<String> =
            ["VIP", "vip", "vip-2", "Vip!"].iter().map(|name| keys.take(name, "x")).collect();
        assert_eq!(all, ["vip", "vip-2", "vip-2-2", "vip-3"]);
    }
}
