//! Where a row and its cells stand in a CSV file: physical lines and bytes, which the parser does not tell.
//!
//! Owns a copy of the bytes that were read and not yet looked at: one row and a buffer of the parser, never the file.
//! It must not decide what a cell means.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes a row, at most: an unclosed quote must not swallow a large file.
const LONGEST_ROW: usize = 1 << 20;
/// Bytes that were looked at and are kept before room is made: moving them for every row would cost more.
const KEPT: usize = 64 << 10;

/// A place in a file that is read as a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spot {
    /// From 1; CR LF, LF and CR alone each end a line.
    pub line: u32,
    /// Bytes of that line before it.
    pub column: u32,
    /// Its bytes on that line.
    pub length: u32,
}

/// How a quoted cell ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a quote, and nothing follows it.
    Closed,
    /// Something follows its closing quote.
    Text,
    /// With the file.
    Open,
}

/// A quoted cell that runs over a line break, or to the end of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongQuote {
    /// Which cell of its row.
    pub index: usize,
    /// The quote that opens it.
    pub at: Spot,
    /// The line on which it ends.
    pub until: u32,
    /// How.
    pub end: End,
}

/// Where a row is.
#[derive(Debug, Clone)]
pub struct RowPlace {
    /// The row, on its first line.
    pub row: Spot,
    /// The cells that were asked for, without quotes.
    pub cells: [Option<Spot>; 2],
    /// The last cell.
    pub last: Spot,
    /// Its cells that are not read from one line; nearly always none.
    pub quotes: Vec<LongQuote>,
}

#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    /// How many of them were looked at.
    done: usize,
}

/// What the parser reads, seen on its way. Fails when more than [`LONGEST_ROW`] is read without a row coming of it.
pub struct Tracked<R> {
    inner: R,
    seen: Rc<RefCell<Seen>>,
}

impl<R: Read> Read for Tracked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut seen = self.seen.borrow_mut();
        if seen.bytes.len() - seen.done > LONGEST_ROW {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "row too long"));
        }
        let n = self.inner.read(buffer)?;
        if seen.done > KEPT {
            let done = std::mem::take(&mut seen.done);
            seen.bytes.drain(..done);
        }
        seen.bytes.extend_from_slice(&buffer[..n]);
        Ok(n)
    }
}

/// The place that the parser has come to.
pub struct Places {
    seen: Rc<RefCell<Seen>>,
    delimiter: u8,
    /// Bytes of the input before those that were not looked at.
    at: u64,
    line: u32,
    column: u32,
    after_cr: bool,
}

/// What the next byte of a row belongs to.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Before,
    CellStart,
    Plain,
    Quoted,
    Quote,
}

impl Places {
    /// For an input whose first line is `line`.
    pub fn of<R: Read>(inner: R, line: u32, delimiter: u8) -> (Self, Tracked<R>) {
        let seen = Rc::new(RefCell::new(Seen::default()));
        let tracked = Tracked { inner, seen: Rc::clone(&seen) };
        (Self { seen, delimiter, at: 0, line, column: 0, after_cr: false }, tracked)
    }

    /// The row that ends at byte `end` of the input, and two of its cells. Each byte is looked at once.
    pub fn row(&mut self, end: u64, wanted: [Option<usize>; 2]) -> RowPlace {
        let length = usize::try_from(end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        self.walk(length, wanted)
    }

    /// All that was read and of which no row came.
    pub fn rest(&mut self) -> RowPlace {
        self.walk(usize::MAX, [None, None])
    }

    fn walk(&mut self, length: usize, wanted: [Option<usize>; 2]) -> RowPlace {
        let seen = Rc::clone(&self.seen);
        let mut seen = seen.borrow_mut();
        let from = seen.done;
        let to = from.saturating_add(length).min(seen.bytes.len());
        let here = |line, column| Spot { line, column, length: 0 };
        let mut row = here(self.line, self.column);
        let mut last = row;
        let mut cells = [None; 2];
        let mut quotes = Vec::new();
        // The quote that opens the present cell, and whether something follows the one that closes it.
        let (mut opened, mut text_follows) = (None, false);
        let (mut state, mut index) = (State::Before, 0_usize);
        for byte in &seen.bytes[from..to] {
            let byte = *byte;
            let ends_line = byte == b'\n' || byte == b'\r';
            if state == State::Before {
                if ends_line {
                    self.step(byte);
                    continue;
                }
                row = here(self.line, self.column);
                last = row;
                state = State::CellStart;
            }
            // One past the cell's content, should it end here.
            let content = self.column;
            if state == State::CellStart {
                last = here(self.line, self.column + u32::from(byte == b'"'));
                opened = (byte == b'"').then_some(Spot { length: 1, ..here(self.line, self.column) });
                text_follows = false;
            }
            let (next, ended) = match (state, byte) {
                (State::Quoted, b'"') => (State::Quote, false),
                (State::CellStart | State::Quote, b'"') | (State::Quoted, _) => (State::Quoted, false),
                _ if byte == self.delimiter => (State::CellStart, true),
                _ if ends_line => (State::Before, true),
                _ => (State::Plain, false),
            };
            text_follows |= state == State::Quote && next == State::Plain;
            // The closing quote is no part of it, and of a cell of several lines the first is meant.
            let closing = state == State::Quoted && (byte == b'"' || ends_line);
            if state == State::Quote && byte == b'"' && last.line == self.line {
                // A quote that is written twice ends nothing.
                last.length = 0;
            }
            let is_open = last.line == self.line && last.length == 0;
            if is_open && (closing || (ended && state != State::Quote)) {
                last.length = content.saturating_sub(last.column);
            }
            if row.line == self.line && !ends_line {
                row.length = self.column + 1 - row.column;
            }
            let line = self.line;
            self.step(byte);
            state = next;
            if ended {
                let end = if text_follows { End::Text } else { End::Closed };
                quotes.extend(long(opened.take(), index, line, end));
                keep(&mut cells, wanted, index, last);
                index += 1;
            }
            // What follows the end of a row belongs to the next.
        }
        if state != State::Before {
            if last.length == 0 && last.line == self.line && state == State::Plain {
                last.length = self.column.saturating_sub(last.column);
            }
            if state == State::CellStart {
                last = here(self.line, self.column);
            }
            keep(&mut cells, wanted, index, last);
            let end = match state {
                State::Quoted => End::Open,
                _ if text_follows => End::Text,
                _ => End::Closed,
            };
            quotes.extend(long(opened, index, self.line, end));
        }
        self.at += (to - from) as u64;
        seen.done = to;
        RowPlace { row, cells, last, quotes }
    }

    fn step(&mut self, byte: u8) {
        match byte {
            // The second half of one line break.
            b'\n' if self.after_cr => {}
            b'\n' | b'\r' => {
                self.line = self.line.saturating_add(1);
                self.column = 0;
            }
            _ => self.column = self.column.saturating_add(1),
        }
        self.after_cr = byte == b'\r';
    }
}

/// A cell that `opened` begins and that ends on line `until`, if it is a long one.
fn long(opened: Option<Spot>, index: usize, until: u32, end: End) -> Option<LongQuote> {
    let at = opened.filter(|at| at.line != until || end == End::Open)?;
    Some(LongQuote { index, at, until, end })
}

fn keep(cells: &mut [Option<Spot>; 2], wanted: [Option<usize>; 2], index: usize, spot: Spot) {
    for (cell, wanted) in cells.iter_mut().zip(wanted) {
        if wanted == Some(index) {
            *cell = Some(spot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, column and length of the second cell of each row.
    fn second_cells(text: &str) -> Vec<(u32, u32, u32)> {
        let (mut places, tracked) = Places::of(text.as_bytes(), 1, b',');
        let mut reader = ::csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(3)
            .from_reader(tracked);
        let mut record = ::csv::ByteRecord::new();
        let mut found = Vec::new();
        while reader.read_byte_record(&mut record).unwrap() {
            let place = places.row(reader.position().byte(), [Some(1), None]);
            let spot = place.cells[0].unwrap();
            assert!(place.row.line <= spot.line);
            found.push((spot.line, spot.column, spot.length));
        }
        found
    }

    #[test]
    fn lines_are_the_files_own() {
        assert_eq!(second_cells("a,b\r\nc,d\r\n\r\n\r\ne,ff\r\n"), [(1, 2, 1), (2, 2, 1), (5, 2, 2)]);
        assert_eq!(second_cells("a,b\n\n\n\nc,d\n"), [(1, 2, 1), (5, 2, 1)]);
        assert_eq!(second_cells("a,b\rc,d\r\re,f"), [(1, 2, 1), (2, 2, 1), (4, 2, 1)]);
        assert_eq!(second_cells("\n\na,\n,\n"), [(3, 2, 0), (4, 1, 0)]);
    }

    #[test]
    fn quotes_may_hold_line_breaks_and_delimiters() {
        assert_eq!(second_cells("\"a\r\nb\",\"c,\"\"d\"\nx,y\n"), [(2, 4, 5), (3, 2, 1)]);
        assert_eq!(second_cells("a,\"b\nc\"\r\nd,e"), [(1, 3, 1), (3, 2, 1)]);
        assert_eq!(second_cells("a\"b,\"c\"d\ne,f"), [(1, 5, 1), (2, 2, 1)]);
    }

    #[test]
    fn cells_of_several_lines_are_told() {
        let of = |text: &str| -> Vec<(usize, u32, u32, u32, End)> {
            let (mut places, tracked) = Places::of(text.as_bytes(), 1, b',');
            let mut reader =
                ::csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(tracked);
            let mut record = ::csv::ByteRecord::new();
            let mut found = Vec::new();
            while reader.read_byte_record(&mut record).unwrap() {
                let quotes = places.row(reader.position().byte(), [None, None]).quotes;
                found.extend(quotes.iter().map(|q| (q.index, q.at.line, q.at.column, q.until, q.end)));
            }
            found
        };
        assert_eq!(of("a,\"b\",\"c\"\"\"\nd,e"), []);
        assert_eq!(of("a,\"b\r\nc\",d\nx"), [(1, 1, 2, 2, End::Closed)]);
        assert_eq!(of("a,\"b\nc\"x,d\n"), [(1, 1, 2, 2, End::Text)]);
        assert_eq!(of("a\nb,\"c\nd\n"), [(1, 2, 2, 4, End::Open)]);
        assert_eq!(of("a,\"b"), [(1, 1, 2, 1, End::Open)]);
        assert_eq!(of("a,\"b\nc\""), [(1, 1, 2, 2, End::Closed)]);
    }
}
