//! Texts that must not become markup.

use crate::model::{one_line, printable};
use crate::render::redact::{hidden, hidden_value};

/// Longest sentence, in characters.
const LONGEST: usize = 1_000;
/// Longest value, in characters.
const LONGEST_VALUE: usize = 300;
/// Longest block of text, in bytes: a message is at most 4,096 characters, but a server may answer anything.
const LONGEST_BLOCK: usize = 20_000;

/// A sentence on one line, without phone numbers.
pub(super) fn sentence(text: &str) -> String {
    escaped(&one_line(&hidden(text), LONGEST))
}

/// A value on one line, without phone numbers.
pub(super) fn value(text: &str) -> String {
    escaped(&one_line(&hidden(text), LONGEST_VALUE))
}

/// The value of this field in code type.
pub(super) fn field(name: &str, text: &str) -> String {
    format!("<code>{}</code>", escaped(&one_line(&hidden_value(name, text), LONGEST_VALUE)))
}

/// A value in code type.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", value(text))
}

/// Text with its lines.
pub(super) fn block(text: &str) -> String {
    let text = printable(text);
    let mut end = text.len().min(LONGEST_BLOCK);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = if end < text.len() { " … (cut here; the plan's text has all of it)" } else { "" };
    format!("{}{cut}", escaped(text.get(..end).unwrap_or("")))
}

/// For text and for attributes in quotation marks. What no page may have becomes a replacement character.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_forbidden(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Controls but the line feed, and code points that are no characters.
fn is_forbidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(u32::from(c), 0xfdd0..=0xfdef)
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(sentence("<b> \"a\" & 'b'\n<i>"), "&lt;b&gt; &quot;a&quot; &amp; &#39;b&#39; &lt;i&gt;");
        assert_eq!(code("</code><script>"), "<code>&lt;/code&gt;&lt;script&gt;</code>");
        assert_eq!(sentence("ask 15550123456"), "ask (number hidden)");
    }

    #[test]
    fn what_no_page_may_have_is_replaced() {
        assert_eq!(escaped("a\u{0}b\u{fffe}c\u{1ffff}\u{fdd0}"), "a\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}");
        assert_eq!(block("a\u{1b}[31m\nb"), "a\\u{1b}[31m\nb");
    }

    #[test]
    fn blocks_end_in_time_between_characters() {
        let text = block(&"é".repeat(LONGEST_BLOCK));
        assert!(text.len() < LONGEST_BLOCK + 100 && text.contains("(cut here;"), "{}", text.len());
    }
}
