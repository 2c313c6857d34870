//! Keys out of names: `VIP Clients` → `vip-clients`.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::model::{Address, names_phone};

/// Longer ones are nobody's idea of a key.
const LONGEST: usize = 60;

/// A key for each name that no other has, in their order; `fallback` where no letter or digit is in it. What a person
/// would write comes first: no number is put to a key, and no fallback given out, that another name has a better right
/// to.
pub fn keys<'n>(names: impl IntoIterator<Item = &'n str>, fallback: &str) -> Vec<String> {
    let bases: Vec<Option<String>> = names.into_iter().map(key).collect();
    let mut taken = BTreeSet::new();
    let mut given: Vec<Option<String>> =
        bases.iter().map(|base| base.clone().filter(|key| taken.insert(key.clone()))).collect();
    for with_base in [true, false] {
        for (given, base) in given.iter_mut().zip(&bases) {
            if given.is_some() || base.is_some() != with_base {
                continue;
            }
            let base = base.as_deref().unwrap_or(fallback);
            let mut key = base.to_owned();
            let mut number = 1_u64;
            while !taken.insert(key.clone()) {
                number += 1;
                key = format!("{base}-{number}");
            }
            *given = Some(key);
        }
    }
    given.into_iter().flatten().collect()
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
    // An order's number may look like a phone's once its sign is gone.
    (Address::is_key(key) && !names_phone(key)).then(|| key.to_owned())
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
            ("#12125550131", "group"),
            ("--a--", "a"),
        ] {
            let key = keys([name], "group").remove(0);
            assert_eq!(key, wanted, "{name}");
            assert!(Address::is_key(&key), "{key}");
        }
        let long = keys(["ab ".repeat(100).as_str()], "group").remove(0);
        assert!(long.chars().count() <= LONGEST && !long.ends_with('-'));
    }

    #[test]
    fn no_key_is_given_twice() {
        assert_eq!(keys(["VIP", "vip", "vip-2", "Vip!"], "x"), ["vip", "vip-3", "vip-2", "vip-4"]);
    }

    #[test]
    fn what_has_no_name_takes_nobodys_key() {
        let names = ["😀😀", "group", "😀", "Group 2", "Group 3"];
        assert_eq!(keys(names, "group"), ["group-4", "group", "group-5", "group-2", "group-3"]);
    }
}
