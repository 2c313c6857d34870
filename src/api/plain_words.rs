//! A text as its letters and digits, however it was escaped on its way, so that a quote of it is found. Knows nothing
//! of what is looked for.

use unicode_normalization::UnicodeNormalization as _;

/// So often a quote may have been put into another: JSON in a text of JSON in a page of HTML.
const DEPTH: usize = 3;

/// One letter or digit, as it is compared: lower case, without its accents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) c: char,
    /// Its first byte in the text.
    pub(super) start: usize,
    /// The byte after it.
    pub(super) end: usize,
}

/// The letters and digits of a text that [`decoded`] gave.
pub(super) fn letters(plain: &str) -> Vec<Letter> {
    let mut out = Vec::new();
    for (start, c) in plain.char_indices() {
        let end = start + c.len_utf8();
        out.extend(compared(c).map(|c| Letter { c, start, end }));
    }
    out
}

/// The letters and digits of a text that was sent.
pub(super) fn only_letters(sent: &str) -> Vec<char> {
    decoded(sent).chars().flat_map(compared).collect()
}

fn compared(c: char) -> impl Iterator<Item = char> {
    c.nfkd().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric())
}

/// Whether words are not set apart by spaces in its script, so that each letter says much.
pub(super) fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1100..=0x11ff | 0x1780..=0x17ff | 0x2e80..)
}

/// Whether no letter or digit adjoins these letters of `plain`.
pub(super) fn stands_alone(plain: &str, there: &[Letter]) -> bool {
    let (Some(first), Some(last)) = (there.first(), there.last()) else { return false };
    let before = plain.get(..first.start).and_then(|text| text.chars().next_back());
    let after = plain.get(last.end..).and_then(|text| text.chars().next());
    let free = |own: char, other: Option<char>| {
        is_dense(own) || other.is_none_or(|other| !other.is_alphanumeric() || is_dense(other))
    };
    free(first.c, before) && free(last.c, after)
}

/// The text with escapes of JSON, of addresses and of HTML resolved, a few deep.
pub(super) fn decoded(text: &str) -> String {
    let mut plain = text.to_owned();
    for _ in 0..DEPTH {
        if !plain.contains(['\\', '%', '&']) {
            break;
        }
        plain = once(&plain);
    }
    plain
}

fn once(text: &str) -> String {
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = match c {
            '\\' => backslash(rest),
            '%' => hex(rest.get(1..3)).and_then(|n| u8::try_from(n).ok()).map(|byte| (vec![byte], 3)),
            '&' => entity(rest),
            _ => None,
        };
        let length = if let Some((decoded, length)) = found {
            bytes.extend(decoded);
            length
        } else {
            bytes.extend(rest.get(..c.len_utf8()).unwrap_or_default().bytes());
            c.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: Option<&str>) -> Option<u32> {
    digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit())).and_then(|d| u32::from_str_radix(d, 16).ok())
}

fn utf8(code: u32) -> Option<Vec<u8>> {
    char::from_u32(code).map(|c| c.to_string().into_bytes())
}

/// An escape of JSON, Python or JavaScript: what it means, and its length.
fn backslash(rest: &str) -> Option<(Vec<u8>, usize)> {
    match rest.as_bytes().get(1)? {
        b'n' | b'r' | b't' | b'b' | b'f' => Some((vec![b' '], 2)),
        c @ (b'"' | b'\'' | b'\\' | b'/') => Some((vec![*c], 2)),
        // Bytes, as Python shows them.
        b'x' => hex(rest.get(2..4)).and_then(|n| u8::try_from(n).ok()).map(|byte| (vec![byte], 4)),
        b'U' => hex(rest.get(2..10)).and_then(utf8).map(|c| (c, 10)),
        b'u' => {
            let high = hex(rest.get(2..6))?;
            if !(0xd800..0xdc00).contains(&high) {
                return utf8(high).map(|c| (c, 6));
            }
            let low = rest.get(6..8).filter(|u| *u == "\\u").and_then(|_| hex(rest.get(8..12)))?;
            let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            utf8(0x1_0000 + ((high - 0xd800) << 10) + low).map(|c| (c, 12))
        }
        _ => None,
    }
}

/// An entity of HTML that escaping makes.
fn entity(rest: &str) -> Option<(Vec<u8>, usize)> {
    // `&#x10ffff;` is the longest.
    let end = rest.bytes().take(10).position(|b| b == b';')?;
    let name = rest.get(1..end)?;
    let decoded = match name {
        "amp" => vec![b'&'],
        "lt" => vec![b'<'],
        "gt" => vec![b'>'],
        "quot" => vec![b'"'],
        "apos" => vec![b'\''],
        "nbsp" => vec![b' '],
        _ => {
            let number = name.strip_prefix('#')?;
            match number.strip_prefix(['x', 'X']) {
                Some(digits) => hex(Some(digits)).and_then(utf8)?,
                None => number.parse().ok().and_then(utf8)?,
            }
        }
    };
    Some((decoded, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_and_other_text_stays() {
        for (text, plain) in [
            (r"J\u00e4ne \ud83d\ude00 a\nb", "Jäne 😀 a b"),
            (r#"\\\"J\\u00e4ne\\\""#, r#""Jäne""#),
            ("&amp;quot;J&#228;n&#xe4;&quot;", "\"Jänä\""),
            ("J%C3%A4ne%20Doe", "Jäne Doe"),
            (r"b'J\xc3\xa4ne'", "b'Jäne'"),
            (
                "100 % & more \\ \\ud83d %zz &; &#99999999; &x",
                "100 % & more \\ \\ud83d %zz &; &#99999999; &x",
            ),
        ] {
            assert_eq!(decoded(text), plain, "{text}");
        }
    }

    #[test]
    fn letters_have_neither_case_nor_accent() {
        assert_eq!(only_letters("J\u{e4}ne-Ann"), only_letters("ja\u{308}neann"));
        assert_eq!(letters("é!x").iter().map(|l| (l.start, l.end)).collect::<Vec<_>>(), [(0, 2), (3, 4)]);
    }
}
