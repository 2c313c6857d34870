//! Whether a quoted cell of several lines is one, or rows that a stray quote swallowed.
//!
//! Notes with line breaks are common in what spreadsheets export, and must be read; people who are swallowed would be
//! left out of a group, or of those who are never written to, without a word.

use super::csv_place::End;
use crate::model::Phone;

/// What a long cell is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// A text of several lines.
    Cell,
    /// It has as many delimiters as a row, but nobody in it.
    Unsure,
    /// It has people of this file in it.
    Rows,
    /// It never ends.
    Open,
}

/// Judges a cell that runs over a line break or to the end of the file, in a file of so many columns.
pub fn judge(end: End, cell: &[u8], columns: usize, delimiter: u8) -> Judged {
    match end {
        End::Open => return Judged::Open,
        // Programs that write quotes write nothing between one and the delimiter: it opens another cell.
        End::Text => return Judged::Rows,
        End::Closed => {}
    }
    let delimiters = cell.split(|byte| *byte == delimiter).skip(1).count();
    // What precedes the first delimiter and line break is the cell's own.
    let parts = cell.split(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r')).skip(1);
    let numbers: Vec<Number> = parts.filter_map(|part| number(&String::from_utf8_lossy(part))).collect();
    // From a cell to the one below it there is one delimiter less than there are columns.
    if numbers.contains(&Number::Phone) || (delimiters + 1 >= columns && !numbers.is_empty()) {
        Judged::Rows
    } else if columns > 1 && delimiters >= columns {
        Judged::Unsure
    } else {
        Judged::Cell
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    /// Certainly a phone number.
    Phone,
    /// It might be one: a postal code is shorter, and a date has its own form.
    Perhaps,
}

fn number(text: &str) -> Option<Number> {
    let text = text.trim().trim_matches('"').trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let only_signs = text.chars().all(|c| c.is_ascii_digit() || "+ .-()/\u{a0}".contains(c));
    if !only_signs || digits < 7 || is_date(text) {
        return None;
    }
    let is_phone = Phone::parse(text).is_ok() && (text.starts_with('+') || digits >= 10);
    Some(if is_phone { Number::Phone } else { Number::Perhaps })
}

/// `2026-12-01`, `1.12.2026`, `12/1/2026`.
fn is_date(text: &str) -> bool {
    ['-', '.', '/'].iter().any(|sign| {
        let parts: Vec<usize> = text.split(*sign).map(|part| part.trim().len()).collect();
        matches!(parts[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 2 | 4])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_cells_and_people_are_rows() {
        let of = |cell: &str, columns| judge(End::Closed, cell.as_bytes(), columns, b',');
        for (cell, columns) in [
            ("Called on Monday\ncall again, in the morning", 3),
            ("2026-12-01\ncalled, 3.12.2026, no answer", 4),
            ("Main St. 1\n10115 Berlin", 2),
            ("+49 151 12345678\nher number at work", 3),
            ("ask for +49 151 12345678\nafter six", 3),
            ("one\n\n\ntwo, three", 2),
        ] {
            assert_eq!(of(cell, columns), Judged::Cell, "{cell}");
        }
        for (cell, columns) in [
            ("asked to stop\n+4915112345679,", 2),
            ("asked\n+4915112345679,complained\n+4915112345680,", 2),
            ("asked\n49 151 12345679,", 3),
            ("call later,+4915112345678\n", 2),
            ("call later,A\n015112345679,,B", 3),
            ("x\r\"+49 (151) 12345679\",", 2),
        ] {
            assert_eq!(of(cell, columns), Judged::Rows, "{cell}");
        }
        assert_eq!(of("a, b\nc, d", 2), Judged::Unsure);
        assert_eq!(judge(End::Text, b"a\nb", 2, b','), Judged::Rows);
        assert_eq!(judge(End::Open, b"a", 2, b','), Judged::Open);
    }
}
