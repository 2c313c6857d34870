//! Texts that must not become markup.

use crate::model::{one_line, printable};
use crate::render::redact::{hidden, hidden_value};

/// Longest sentence, in characters.
const LONGEST: usize = 1_000;
/// Longest block of text, in bytes.
const LONGEST_BLOCK: usize = 8_000;

/// A sentence on one line, without phone numbers and without effect.
pub(super) fn sentence(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(&hidden(text), LONGEST).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => html_char(&mut out, c),
        }
    }
    out
}

/// The same where only HTML is read, as in `<summary>`.
pub(super) fn html(text: &str) -> String {
    let mut out = String::new();
    one_line(&hidden(text), LONGEST).chars().for_each(|c| html_char(&mut out, c));
    out
}

fn html_char(out: &mut String, c: char) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        // A zero-width space, so that nobody is notified and no issue is linked.
        '@' | '#' => {
            out.push(c);
            out.push('\u{200b}');
        }
        c => out.push(c),
    }
}

/// A value in a code span, whatever backticks it has, without phone numbers.
pub(super) fn code(value: &str) -> String {
    span(&hidden(value))
}

/// The same for a value of this field.
pub(super) fn field(name: &str, value: &str) -> String {
    span(&hidden_value(name, value))
}

fn span(value: &str) -> String {
    let value = one_line(value, 300);
    let ticks = "`".repeat(longest_run(&value) + 1);
    let pad = if value.starts_with('`') || value.ends_with('`') || value.is_empty() { " " } else { "" };
    format!("{ticks}{pad}{value}{pad}{ticks}")
}

/// A fenced block; the fence is longer than any run of backticks in it.
pub(super) fn fence(language: &str, lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let line = printable(line);
        if text.len() + line.len() > LONGEST_BLOCK {
            text.push_str("… (cut here; the plan's text has all of it)\n");
            break;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let ticks = "`".repeat(longest_run(&text).max(2) + 1);
    format!("\n{ticks}{language}\n{text}{ticks}\n")
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(sentence("*a* <b> @bob [x](y)"), "\\*a\\* &lt;b&gt; @\u{200b}bob \\[x\\](y)");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn fences_outlast_their_content() {
        let block = fence("diff", &["+```".to_owned(), " ````x".to_owned()]);
        assert!(block.starts_with("\n`````diff\n") && block.ends_with("\n`````\n"), "{block}");
        assert!(fence("text", &vec!["x".repeat(1_000); 50]).len() < 9_000);
    }
}
