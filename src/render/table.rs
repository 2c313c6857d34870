//! Simple aligned columns that fit a width.

use std::fmt;

use unicode_width::UnicodeWidthStr;

use crate::model::one_line;

/// Columns with a heading each. Cells are made printable. Where the columns do not fit, the widest are cut
/// with an ellipsis; where even that leaves too little, each row becomes a block of `heading: cell` lines.
#[derive(Debug, Clone, Default)]
pub struct Table {
    headings: Vec<String>,
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
    width: usize,
}

/// Between two columns.
const GAP: usize = 2;
/// No column is cut below this.
const NARROWEST: usize = 10;
/// Longest cell, in characters.
const LONGEST: usize = 400;

impl Table {
    /// A table with these headings, 80 columns wide.
    pub fn new<S: AsRef<str>>(headings: impl IntoIterator<Item = S>) -> Self {
        let headings: Vec<String> = headings.into_iter().map(|h| one_line(h.as_ref(), LONGEST)).collect();
        Self { right: vec![false; headings.len()], headings, rows: Vec::new(), width: 80 }
    }

    /// Aligns the column at this position (from 0) to the right, for numbers.
    #[must_use]
    pub fn right(mut self, column: usize) -> Self {
        if let Some(right) = self.right.get_mut(column) {
            *right = true;
        }
        self
    }

    /// Fits the table into this many columns of a terminal.
    #[must_use]
    pub fn width(mut self, width: usize) -> Self {
        self.width = width.max(24);
        self
    }

    /// Adds a row. Missing cells are empty, surplus ones are dropped.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let mut row: Vec<String> = cells.into_iter().map(|c| one_line(c.as_ref(), LONGEST)).collect();
        row.resize(self.headings.len(), String::new());
        self.rows.push(row);
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The width of each column, or nothing where they cannot fit.
    fn columns(&self) -> Option<Vec<usize>> {
        let mut widths: Vec<usize> = self.headings.iter().map(|h| h.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let gaps = GAP * widths.len().saturating_sub(1);
        let mut total = widths.iter().sum::<usize>() + gaps;
        while total > self.width {
            let second = widths.iter().copied().filter(|w| *w < *widths.iter().max().unwrap_or(&0)).max();
            let widest = widths.iter_mut().max()?;
            let floor = second.unwrap_or(0).max(NARROWEST);
            // Down to the next widest column, or as far as needed, whichever is less; at least by one.
            let cut = (total - self.width).min(widest.saturating_sub(floor).max(1));
            if *widest <= NARROWEST {
                return None;
            }
            *widest -= cut;
            total -= cut;
        }
        Some(widths)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(widths) = self.columns() else { return self.blocks(f) };
        for row in std::iter::once(&self.headings).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, width), right) in row.iter().zip(&widths).zip(&self.right) {
                let cell = cut(cell, *width);
                let pad = " ".repeat(width.saturating_sub(cell.width()));
                if *right {
                    line.push_str(&pad);
                    line.push_str(&cell);
                } else {
                    line.push_str(&cell);
                    line.push_str(&pad);
                }
                line.push_str(&" ".repeat(GAP));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

impl Table {
    fn blocks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, row) in self.rows.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            for (heading, cell) in self.headings.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                writeln!(f, "{heading}: {cell}")?;
            }
        }
        Ok(())
    }
}

/// `text` in at most `width` columns, with an ellipsis where it was cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut end = 0;
    for (i, c) in text.char_indices() {
        let next = i + c.len_utf8();
        if text.get(..next).map_or(0, UnicodeWidthStr::width) + 1 > width {
            break;
        }
        end = next;
    }
    format!("{}…", text.get(..end).unwrap_or("").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(width: usize) -> String {
        let mut table = Table::new(["send", "state", "people"]).right(2).width(width);
        table.row(["send.spring-offer", "running since Tue 1 Dec 2026, 09:00 +02:00", "1,240"]);
        table.row(["send.日本", "held", "3"]);
        assert!(!table.is_empty());
        table.to_string()
    }

    #[test]
    fn columns_are_aligned() {
        insta::assert_snapshot!(sample(80), @r"
        send               state                                       people
        send.spring-offer  running since Tue 1 Dec 2026, 09:00 +02:00   1,240
        send.日本          held                                             3
        ");
    }

    #[test]
    fn the_widest_column_is_cut() {
        let text = sample(50);
        assert!(text.lines().all(|l| l.width() <= 50 && !l.ends_with(' ')), "{text}");
        insta::assert_snapshot!(text, @r"
        send               state                    people
        send.spring-offer  running since Tue 1 De…   1,240
        send.日本          held                          3
        ");
    }

    #[test]
    fn too_narrow_becomes_blocks() {
        insta::assert_snapshot!(sample(24), @r"
        send: send.spring-offer
        state: running since Tue 1 Dec 2026, 09:00 +02:00
        people: 1,240

        send: send.日本
        state: held
        people: 3
        ");
    }

    #[test]
    fn odd_rows_do_no_harm() {
        let mut table = Table::new(["a", "b"]);
        table.row(["1"]);
        table.row(["1", "2", "3"]);
        assert_eq!(table.to_string(), "a  b\n1\n1  2\n");
    }
}
