//! What the YAML parser says, in words for people who do not know YAML.

use granit_parser::{ErrorKind, ScanError};

/// A text such as `{{name}}, hello` or `[FNAME] hello` without quotes.
pub const BRACKET: &str = "a value that begins with a bracket is read as keys or as a list, not as a text";
/// What to do about it.
pub const BRACKET_HELP: &str = "put the whole text in quotes; placeholders such as {{name}} and [NAME] are not filled in, so leave them out";

/// Where to point, what is wrong, and what to do.
pub fn in_words(error: &ScanError, text: &str, at: usize) -> (usize, String, String) {
    let after = matches!(error.kind(), ErrorKind::TabInPlainScalar);
    if let Some(tab) = tab_in_indentation(text, at, after) {
        return (
            tab,
            "a tab is used to indent this line".to_owned(),
            "YAML indents with spaces only: replace each tab by two spaces".to_owned(),
        );
    }
    if let Some(start) = text_after_bracket(text, at) {
        return (start, BRACKET.to_owned(), BRACKET_HELP.to_owned());
    }
    if let Some(start) = unclosed_before(error.kind(), text, at) {
        return (
            start,
            "this quote is not closed on its line, so the text ends at a later quote, where something follows it".to_owned(),
            "close the quote at the end of its text; a quote inside a quoted text is written twice ('') or as \\\"".to_owned(),
        );
    }
    let (message, help) = match error.kind() {
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::UnexpectedEof => (
            "a quote is opened and not closed",
            "close the quote that begins on this line or shortly before it; a quote inside a quoted text is written twice ('') or as \\\"",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("something follows the closing quote", "put the whole value inside one pair of quotes")
        }
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => (
            "a backslash in double quotes begins an escape that YAML does not know",
            "use single quotes, or write the backslash twice",
        ),
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::InvalidMappingValueWhitespace => (
            "a colon where no key can be",
            "if the colon belongs to a text, put the text in quotes; if it ends a key, check the line's indentation",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "a line that is neither `key: value` nor `- item`",
            "add the missing `:` after the key, or indent the line to the text it continues",
        ),
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidBlockScalarIndent => (
            "this line is indented in a way that fits nothing above it",
            "indent it exactly as its neighbours, with spaces; each item of a list begins with `- `",
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidFlowScalarIndent => (
            "a bracket is opened and not closed, or a comma is missing between its items",
            "write [a, b] or {key: value, key: value}; put texts with commas or brackets in quotes",
        ),
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => (
            "a closing bracket without its opening one",
            "remove it, or put the text it belongs to in quotes",
        ),
        ErrorKind::UnknownAnchor => (
            "a value that begins with `*` refers to an anchor that this file does not have",
            "put the value in quotes if the `*` belongs to the text",
        ),
        ErrorKind::RecursionLimitExceeded => (
            "nested more than 64 deep",
            "campaign files need at most six levels: look for a bracket that was never closed",
        ),
        ErrorKind::UnexpectedCharacter { .. } => {
            ("YAML reserves this character at the beginning of a value", "put the value in quotes")
        }
        ErrorKind::DirectiveDisallowed => (
            "a line that begins with `%` is a YAML directive, which campaign files do not have",
            "remove the line, or indent it if it belongs to a text",
        ),
        ErrorKind::CommentNotSeparated => (
            "a `#` directly after a value",
            "write a space before a comment; put the value in quotes if the `#` belongs to it",
        ),
        _ => {
            return (
                at,
                format!("this is no YAML: {}", error.info().replace('\n', " ")),
                "compare the line with its neighbours: indentation, colons, quotes, brackets".to_owned(),
            );
        }
    };
    (at, message.to_owned(), help.to_owned())
}

/// The beginning of a value that opens a bracket, closes it before `at`, and goes on as a text.
fn text_after_bracket(text: &str, at: usize) -> Option<usize> {
    let line = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let start = line + text[line..at].rfind(": ")? + 2;
    let value = text[start..at].trim_end();
    let count = |signs: [char; 2]| value.matches(signs).count();
    let rest = text[at..].lines().next().unwrap_or_default().trim();
    (value.starts_with(['{', '[']) && count(['{', '[']) == count(['}', ']']) && !rest.is_empty())
        .then_some(start)
}

/// The quote that begins the text which ends at `at`, where it is on an earlier line: it was meant to end there.
fn unclosed_before(kind: &ErrorKind, text: &str, at: usize) -> Option<usize> {
    let quote = match kind {
        ErrorKind::InvalidTrailingDoubleQuotedScalar => '"',
        ErrorKind::InvalidTrailingSingleQuotedScalar => '\'',
        _ => return None,
    };
    let close = text[..at].rfind(quote)?;
    let open = text[..close].rfind(quote)?;
    text[open..close].contains('\n').then_some(open)
}

/// The first tab among the white space that begins the line of `at`, or the line before it; `after`: or the line after
/// it.
fn tab_in_indentation(text: &str, at: usize, after: bool) -> Option<usize> {
    let begin = |at: usize| text[..at].rfind('\n').map_or(0, |i| i + 1);
    let this = begin(at);
    let before = if this == 0 { 0 } else { begin(this - 1) };
    let next = text[at..].find('\n').map(|end| at + end + 1).filter(|_| after);
    [Some(this), Some(before), next].into_iter().flatten().find_map(|start| {
        let rest = &text[start..];
        let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
        indent.find('\t').map(|tab| start + tab)
    })
}
