//! Two message texts, compared word by word for reading and line by line for pull requests.

use similar::{ChangeTag, TextDiff};

/// A stretch of a compared text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// In both.
    Same(String),
    /// Only in the old one.
    Old(String),
    /// Only in the new one.
    New(String),
    /// In both and left out: this many words, or characters where there are no spaces, and whether the
    /// stretch ended a line.
    Elided {
        /// `43 words`.
        what: String,
        /// It has a line break in it.
        lines: bool,
    },
}

/// Longer texts, in characters, are not compared, for that takes time with the square of the length: the API
/// takes 4,096, but a server may answer anything.
const LONGEST: usize = 5_000;
/// Characters of unchanged text kept on either side of a change.
const CONTEXT: usize = 40;
/// A shorter stretch is not worth leaving out.
const WORTH: usize = 60;
/// With less than this in common, in percent, two texts are easier to read one after the other.
const ALIKE: usize = 35;

/// Old and new, word by word; `None` where they have so little in common that both are better shown whole.
pub(super) fn words(old: &str, new: &str, elide: bool) -> Option<Vec<Piece>> {
    if too_long(old) || too_long(new) {
        return None;
    }
    let hunks = merge(hunks(old, new));
    let common: usize = hunks.iter().map(|h| if let Hunk::Same(s) = h { letters(s) } else { 0 }).sum();
    if common * 200 < ALIKE * (letters(old) + letters(new)) {
        return None;
    }
    let last = hunks.len().saturating_sub(1);
    let mut pieces = Vec::new();
    for (i, hunk) in hunks.into_iter().enumerate() {
        match hunk {
            Hunk::Same(text) if elide => shorten(&text, i > 0, i < last, &mut pieces),
            Hunk::Same(text) => pieces.push(Piece::Same(text)),
            Hunk::Change(old, new) => {
                pieces.extend((!old.is_empty()).then_some(Piece::Old(old)));
                pieces.extend((!new.is_empty()).then_some(Piece::New(new)));
            }
        }
    }
    Some(pieces)
}

/// Old and new as lines with `-`, `+` or a space before each, as in a patch; long unchanged stretches are
/// left out. `None` where the texts are too long to compare.
pub(super) fn lines(old: &str, new: &str) -> Option<Vec<(char, String)>> {
    if too_long(old) || too_long(new) {
        return None;
    }
    let diff = TextDiff::from_lines(old, new);
    let mut out = Vec::new();
    for group in diff.grouped_ops(2) {
        if !out.is_empty() {
            out.push((' ', "…".to_owned()));
        }
        for op in group {
            for change in diff.iter_changes(&op) {
                let sign = match change.tag() {
                    ChangeTag::Equal => ' ',
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                };
                out.push((sign, change.value().trim_end_matches('\n').to_owned()));
            }
        }
    }
    Some(out)
}

fn too_long(text: &str) -> bool {
    text.chars().nth(LONGEST).is_some()
}

enum Hunk {
    Same(String),
    Change(String, String),
}

fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let diff = TextDiff::from_unicode_words(old, new);
    let mut hunks: Vec<Hunk> = Vec::new();
    for change in diff.iter_all_changes() {
        let value = change.value();
        match (change.tag(), hunks.last_mut()) {
            (ChangeTag::Equal, Some(Hunk::Same(text))) => text.push_str(value),
            (ChangeTag::Equal, _) => hunks.push(Hunk::Same(value.to_owned())),
            (ChangeTag::Delete, Some(Hunk::Change(old, _))) => old.push_str(value),
            (ChangeTag::Delete, _) => hunks.push(Hunk::Change(value.to_owned(), String::new())),
            (ChangeTag::Insert, Some(Hunk::Change(_, new))) => new.push_str(value),
            (ChangeTag::Insert, _) => hunks.push(Hunk::Change(String::new(), value.to_owned())),
        }
    }
    hunks
}

/// Joins changes that only a space keeps apart: `[-a b-]{+c d+}` reads better than two pairs.
fn merge(hunks: Vec<Hunk>) -> Vec<Hunk> {
    let mut out: Vec<Hunk> = Vec::new();
    for hunk in hunks {
        let Hunk::Change(old, new) = &hunk else {
            out.push(hunk);
            continue;
        };
        let joined = match out.as_mut_slice() {
            [.., Hunk::Change(old_before, new_before), Hunk::Same(space)]
                if space.chars().all(|c| c == ' ')
                    && ![&*old_before, &*new_before, old, new].iter().any(|s| s.trim().is_empty()) =>
            {
                for (text, more) in [(old_before, old), (new_before, new)] {
                    text.push_str(space);
                    text.push_str(more);
                }
                true
            }
            _ => false,
        };
        if joined {
            out.pop();
        } else {
            out.push(hunk);
        }
    }
    out
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Keeps what stands next to a change and counts the rest.
fn shorten(text: &str, after_change: bool, before_change: bool, pieces: &mut Vec<Piece>) {
    let head = if after_change { head(text) } else { "" };
    let rest = text.get(head.len()..).unwrap_or("");
    let tail = if before_change { tail(rest) } else { "" };
    let middle = rest.get(..rest.len() - tail.len()).unwrap_or("");
    if middle.chars().count() < WORTH {
        pieces.push(Piece::Same(text.to_owned()));
        return;
    }
    let words = middle.split_whitespace().count();
    let what =
        if words > 3 { format!("{words} words") } else { format!("{} characters", middle.chars().count()) };
    pieces.extend((!head.is_empty()).then(|| Piece::Same(head.trim_end().to_owned())));
    pieces.push(Piece::Elided { what, lines: middle.contains('\n') });
    pieces.extend((!tail.is_empty()).then(|| Piece::Same(tail.trim_start().to_owned())));
}

/// About [`CONTEXT`] characters from the start, to the end of a word.
fn head(text: &str) -> &str {
    let Some((limit, _)) = text.char_indices().nth(CONTEXT) else { return text };
    let end = text.get(..limit).and_then(|t| t.rfind(char::is_whitespace)).filter(|end| *end > CONTEXT / 3);
    text.get(..end.unwrap_or(limit)).unwrap_or("")
}

/// About [`CONTEXT`] characters from the end, from the start of a word.
fn tail(text: &str) -> &str {
    let Some((limit, _)) = text.char_indices().rev().nth(CONTEXT) else { return text };
    let start = text
        .get(limit..)
        .and_then(|t| t.find(char::is_whitespace))
        .map(|i| limit + i)
        .filter(|start| text.len() - start > CONTEXT / 3);
    text.get(start.unwrap_or(limit)..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> Option<String> {
        Some(
            words(old, new, true)?
                .into_iter()
                .map(|piece| match piece {
                    Piece::Same(s) => s,
                    Piece::Old(s) => format!("[-{s}-]"),
                    Piece::New(s) => format!("{{+{s}+}}"),
                    Piece::Elided { what, .. } => format!("<{what}>"),
                })
                .collect(),
        )
    }

    #[test]
    fn words_are_compared_not_characters() {
        assert_eq!(
            shown("Weekly report is ready.", "Weekly report is out.").as_deref(),
            Some("Weekly report is [-ready-]{+out+}.")
        );
        assert_eq!(
            shown("Our big sale ends on Friday, come by", "Our big sale starts next Monday, come by")
                .as_deref(),
            Some("Our big sale [-ends on Friday-]{+starts next Monday+}, come by")
        );
    }

    #[test]
    fn different_texts_are_shown_whole() {
        assert_eq!(shown("Merry Christmas", "20% off all shoes"), None);
        assert_eq!(shown(&"a ".repeat(20_000), "b"), None);
        assert_eq!(shown("", "b"), None);
    }

    #[test]
    fn long_unchanged_stretches_are_left_out() {
        let same = "word ".repeat(60);
        let text = shown(&format!("{same}old {same}"), &format!("{same}new {same}")).unwrap();
        assert!(text.contains("[-old-]{+new+}") && text.contains(" words>"), "{text}");
        assert!(text.len() < 160, "{text}");
        // Texts without spaces, and cuts at every character: no panic, and characters are counted.
        let same = "é文".repeat(100);
        let text = shown(&format!("{same} x {same}"), &format!("{same} y {same}")).unwrap();
        assert!(text.contains("characters>"), "{text}");
    }

    #[test]
    fn the_longest_texts_that_have_nothing_in_common() {
        let (old, new) = ("語".repeat(LONGEST), "文".repeat(LONGEST));
        assert_eq!(words(&old, &new, true), None);
        assert!(lines(&format!("{old}x"), &new).is_none());
    }

    #[test]
    fn lines_have_context() {
        let diff = lines("a\nb\nc\nd\ne\nf", "a\nb\nc\nd\ne\nF").unwrap();
        assert_eq!(diff.first(), Some(&(' ', "d".to_owned())));
        assert_eq!(diff.last(), Some(&('+', "F".to_owned())));
    }
}
