//! Texts as the API counts them and as a terminal may show them.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// The length that the API's 4,096 limit counts, read the stricter way: the longer of code points and UTF-16
/// units (`product.md`, *Texts*).
pub fn text_length(text: &str) -> usize {
    text.encode_utf16().count().max(text.chars().count())
}

/// A name by which things are told apart, in the one form (NFC) of all that look the same: `é` may be written as one
/// character or as two.
pub fn normal(name: &str) -> Cow<'_, str> {
    if name.is_ascii() || is_nfc(name) { Cow::Borrowed(name) } else { Cow::Owned(name.nfc().collect()) }
}

/// A character that nobody can see, or a space that looks like another one: two names that differ in it only look the
/// same.
pub fn unseen(text: &str) -> Option<char> {
    text.chars().find(|c| {
        let is_other_space = c.is_whitespace() && *c != ' ';
        let is_format = matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        );
        c.is_control() || is_other_space || is_format
    })
}

/// The longest name of a member, in characters.
const LONGEST_MEMBER_NAME: usize = 255;

/// A member's name as it is written: trimmed, on one line. Spreadsheets leave line breaks and tabs in cells: each run of
/// them, with the spaces around it, is one space. Empty where there is nothing; `None` where it has more than 255
/// characters, or control characters that are no white space.
pub fn member_name(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let is_break = |c: char| c.is_whitespace() && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    let name = if text.contains(is_break) {
        let parts = text.split(is_break).map(str::trim).filter(|part| !part.is_empty());
        Cow::Owned(parts.collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(text)
    };
    (!name.contains(char::is_control) && name.chars().count() <= LONGEST_MEMBER_NAME).then_some(name)
}

/// Text from a server or a file with control characters escaped, so that it cannot steer a terminal. Line
/// feeds stay.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let bidi = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\n') || bidi {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// [`printable`] on one line of at most `max` characters, with an ellipsis where it was cut.
pub fn one_line(text: &str, max: usize) -> String {
    let flat = printable(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= max {
        return flat;
    }
    let mut cut: String = flat.chars().take(max.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// A number as people read it: `1,240`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_stricter_count() {
        assert_eq!(text_length("abc"), 3);
        assert_eq!(text_length("😀"), 2);
    }

    #[test]
    fn names_that_look_the_same_are_the_same_or_are_found_out() {
        assert_eq!(normal("cafe\u{301}"), "caf\u{e9}");
        assert_eq!(normal("\u{1112}\u{1161}\u{11ab}"), "\u{d55c}");
        assert!(matches!(normal("spring-1"), Cow::Borrowed(_)));
        for text in
            ["1\u{200b}", "\u{feff}1", "a\u{a0}b", "a\tb", "a\u{3164}", "a\u{ad}b", "1\u{202e}", "a\u{2028}b"]
        {
            assert!(unseen(text).is_some(), "{text:?}");
        }
        for text in ["1", "black friday", "2026-12", "חורף", "हिन्दी", "🎄", "a.b/c#d"] {
            assert_eq!(unseen(text), None, "{text:?}");
        }
    }

    #[test]
    fn names_of_members_are_on_one_line() {
        for (text, name) in [
            ("Jane Doe", "Jane Doe"),
            (" Jane  Doe\r\n", "Jane  Doe"),
            ("Jane\r\nDoe", "Jane Doe"),
            ("Jane \n\t Doe\u{2028}", "Jane Doe"),
            (" \n ", ""),
        ] {
            assert_eq!(member_name(text).as_deref(), Some(name), "{text:?}");
        }
        assert_eq!(member_name("Jane\u{1b}[31m"), None);
        assert_eq!(member_name(&"é".repeat(256)), None);
        assert!(matches!(member_name(&"é".repeat(255)), Some(Cow::Borrowed(_))));
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(printable("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb\nc");
        assert_eq!(one_line("a\n b   c", 10), "a b c");
        assert_eq!(one_line("abcdef", 4), "abc…");
    }
}
