//! Breaks coloured text into lines that fit.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::span::{Paint, Span};

/// What to do with a word that is wider than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LongWords {
    /// Break it.
    Break,
    /// Let ASCII words stand out, so that ids, links and commands can be copied. Words of other scripts, many
    /// of which have no spaces, are broken.
    Keep,
}

type Cell = (char, Paint);

/// `spans` as lines of at most `width` columns, of which the first line has `taken` already. Line feeds break;
/// spaces where a line is broken are dropped.
pub(super) fn wrap(spans: &[Span], width: usize, taken: usize, long: LongWords) -> Vec<Vec<Span>> {
    let cells: Vec<Cell> = spans.iter().flat_map(|s| s.text.chars().map(|c| (c, s.paint))).collect();
    let mut lines = Vec::new();
    for (i, paragraph) in cells.split(|(c, _)| *c == '\n').enumerate() {
        fill(paragraph, width.max(1), if i == 0 { taken } else { 0 }, long, &mut lines);
    }
    lines
}

fn fill(paragraph: &[Cell], width: usize, taken: usize, long: LongWords, lines: &mut Vec<Vec<Span>>) {
    let mut line: Vec<Cell> = Vec::new();
    let mut used = taken;
    for word in paragraph.chunk_by(|(a, _), (b, _)| (*a == ' ') == (*b == ' ')) {
        let space = word.first().is_some_and(|(c, _)| *c == ' ');
        let wide = columns(word);
        if space {
            // Kept for now: the next word decides whether the line ends here.
            line.extend_from_slice(word);
            used += wide;
            continue;
        }
        let something = line.iter().any(|(c, _)| *c != ' ') || (used > 0 && line.is_empty() && wide <= width);
        if used + wide > width && something {
            lines.push(spans(&line));
            line.clear();
            used = 0;
        }
        let breakable = long == LongWords::Break || word.iter().any(|(c, _)| !c.is_ascii());
        if used + wide > width && wide > width && breakable {
            for (i, cell) in word.iter().enumerate() {
                let more = cell.0.width().unwrap_or(0);
                // Never between a character and what is drawn on it.
                let glued = more == 0 || i > 0 && word.get(i - 1).is_some_and(|(c, _)| *c == '\u{200d}');
                if used + more > width && !line.is_empty() && !glued {
                    lines.push(spans(&line));
                    line.clear();
                    used = 0;
                }
                line.push(*cell);
                used += more;
            }
        } else {
            line.extend_from_slice(word);
            used += wide;
        }
    }
    lines.push(spans(&line));
}

fn columns(cells: &[Cell]) -> usize {
    cells.iter().map(|(c, _)| *c).collect::<String>().width()
}

/// The line as spans, without the spaces at its end.
fn spans(line: &[Cell]) -> Vec<Span> {
    let end = line.iter().rposition(|(c, _)| *c != ' ').map_or(0, |last| last + 1);
    line.get(..end)
        .unwrap_or(&[])
        .chunk_by(|(_, a), (_, b)| a == b)
        .filter_map(|run| {
            let (_, paint) = run.first()?;
            Some(Span::new(*paint, run.iter().map(|(c, _)| *c).collect::<String>()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: usize, long: LongWords) -> Vec<String> {
        wrap(&[Span::plain(text)], width, 0, long)
            .into_iter()
            .map(|line| line.into_iter().map(|s| s.text).collect())
            .collect()
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(wrapped("one two three", 7, LongWords::Keep), ["one two", "three"]);
        assert_eq!(wrapped("  indented\n\nlast ", 20, LongWords::Keep), ["  indented", "", "last"]);
        assert_eq!(wrapped("an abcdefghij id", 6, LongWords::Keep), ["an", "abcdefghij", "id"]);
        assert_eq!(wrapped("an abcdefghij id", 6, LongWords::Break), ["an", "abcdef", "ghij", "id"]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(wrapped("日本語日本語", 6, LongWords::Keep), ["日本語", "日本語"]);
        assert_eq!(wrapped("aé\u{301}\u{301}b", 2, LongWords::Break), ["aé\u{301}\u{301}", "b"]);
    }

    #[test]
    fn colours_survive_the_break() {
        let spans = [Span::new(Paint::Add, "one two"), Span::plain("x")];
        let lines = wrap(&spans, 4, 0, LongWords::Keep);
        assert_eq!(
            lines,
            [vec![Span::new(Paint::Add, "one")], vec![Span::new(Paint::Add, "two"), Span::plain("x")]]
        );
    }
}
