//! Texts as the API counts them and as a terminal may show them.

/// The length that the API's 4,096 limit counts, read the stricter way: the longer of code points and UTF-16
/// units (`product.md`, *Texts*).
pub fn text_length(text: &str) -> usize {
    text.encode_utf16().count().max(text.chars().count())
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
    fn control_characters_are_escaped() {
        assert_eq!(printable("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb\nc");
        assert_eq!(one_line("a\n b   c", 10), "a b c");
        assert_eq!(one_line("abcdef", 4), "abc…");
    }
}
