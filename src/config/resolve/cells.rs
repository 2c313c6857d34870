//! The lines of members' files that mistakes point at, read once more when all mistakes are known.
//!
//! A file of members is a stream and its lines are not kept; of each line only the part round the place is, and that
//! is masked. What cannot be read again is shown without its line.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use super::Settings;
use super::members::reopen;
use crate::config::read::Cx;
use crate::config::report::{Cell, CellLine};
use crate::config::spans::{FileId, mask_json, mask_row};

/// Bytes that are kept on each side of a place.
const ROUND: u64 = 360;
/// Characters that are shown on each side.
const SHOWN: usize = 90;
/// Bytes of the place itself that are kept.
const LONGEST: u64 = 100;

/// Looks up every place that a mistake has in a file of members.
pub fn look_up(settings: &Settings<'_>, cx: &mut Cx<'_>) {
    let mut by_file: BTreeMap<FileId, Vec<Cell>> = BTreeMap::new();
    for cell in cx.report.cells() {
        by_file.entry(cell.file).or_default().push(cell);
    }
    for (file, cells) in by_file {
        let Some((path, is_json)) = cx.sources.get(&file).cloned() else { continue };
        let Some(input) = reopen(&path, settings, cx) else { continue };
        let mask = if is_json { mask_json } else { mask_row };
        for part in parts(input, cells) {
            let (cell, line) = part.shown(mask);
            cx.lines.insert(cell, line);
        }
    }
}

/// A place and the bytes round it.
struct Part {
    cell: Cell,
    bytes: Vec<u8>,
    /// Characters of the line before them.
    cut: usize,
}

impl Part {
    fn start(&self) -> u64 {
        u64::from(self.cell.column).saturating_sub(ROUND)
    }

    fn end(&self) -> u64 {
        u64::from(self.cell.column) + u64::from(self.cell.length).min(LONGEST) + ROUND
    }

    fn shown(self, mask: fn(&str) -> String) -> (Cell, CellLine) {
        let lead = usize::try_from(u64::from(self.cell.column) - self.start()).unwrap_or(0);
        let Self { cell, bytes, mut cut } = self;
        // A character that was cut in half is left out.
        let half = bytes.iter().take(3).take_while(|b| cut > 0 && (**b & 0xc0) == 0x80).count();
        let lead = lead.min(bytes.len()).max(half);
        let longest = u64::from(cell.length).min(LONGEST);
        let marked = (lead + usize::try_from(longest).unwrap_or(0)).min(bytes.len());
        let characters = |range: &[u8]| String::from_utf8_lossy(range).chars().collect::<Vec<char>>();
        let (mut before, at, mut after) =
            (characters(&bytes[half..lead]), characters(&bytes[lead..marked]), characters(&bytes[marked..]));
        let more = before.len().saturating_sub(SHOWN);
        before.drain(..more);
        after.truncate(SHOWN);
        cut += more;
        let column = cut + before.len() + 1;
        let text: String = before.iter().chain(&at).chain(&after).collect();
        (cell, CellLine { column, length: at.len().max(1), text: mask(&text), cut })
    }
}

/// Reads on until everything is found. The cells are in order.
fn parts(input: Box<dyn Read>, cells: Vec<Cell>) -> Vec<Part> {
    let mut parts: Vec<Part> =
        cells.into_iter().map(|cell| Part { cell, bytes: Vec::new(), cut: 0 }).collect();
    let mut reader = BufReader::with_capacity(64 << 10, input);
    let (mut line, mut column, mut characters) = (1_u32, 0_u64, 0_usize);
    let (mut after_cr, mut first) = (false, 0);
    while let Some(last) = parts.last() {
        if last.cell.line < line {
            break;
        }
        let Ok(chunk) = reader.fill_buf() else { break };
        if chunk.is_empty() {
            break;
        }
        let mut rest = chunk;
        while !rest.is_empty() {
            if std::mem::take(&mut after_cr) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let segment = &rest[..end.unwrap_or(rest.len())];
            while parts
                .get(first)
                .is_some_and(|p| p.cell.line < line || (p.cell.line == line && p.end() <= column))
            {
                first += 1;
            }
            let until = column + segment.len() as u64;
            let is_start = |b: &&u8| (**b & 0xc0) != 0x80;
            let here = parts[first..].iter_mut().take_while(|p| p.cell.line == line && p.start() < until);
            let mut wanted = false;
            for part in here {
                wanted = true;
                let within = |at: u64| usize::try_from(at.clamp(column, until) - column).unwrap_or(0);
                let (from, to) = (within(part.start()), within(part.end()));
                if part.bytes.is_empty() {
                    part.cut = characters + segment[..from].iter().filter(is_start).count();
                }
                part.bytes.extend_from_slice(&segment[from..to]);
            }
            if wanted || parts.get(first).is_some_and(|p| p.cell.line == line) {
                characters += segment.iter().filter(is_start).count();
            }
            column = until;
            match end {
                None => rest = &[],
                Some(end) => {
                    after_cr = rest[end] == b'\r';
                    rest = &rest[end + 1..];
                    (line, column, characters) = (line.saturating_add(1), 0, 0);
                }
            }
        }
        let taken = chunk.len();
        reader.consume(taken);
    }
    parts.retain(|part| !part.bytes.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::spans::Files;

    #[test]
    fn the_part_round_a_place_is_found() {
        let file = Files::default().add("a".into(), "a".into(), String::new());
        let long = format!("{}é+1234567{}", "ab ".repeat(50_000), " cd".repeat(50_000));
        let text = format!("first\r\n\r\n+12,Jane\r{long}\nlast");
        let cell = |line, column, length| Cell { file, line, column, length };
        let cells =
            vec![cell(1, 0, 5), cell(3, 4, 4), cell(4, 150_002, 8), cell(4, 150_005, 2), cell(9, 0, 1)];
        let found: Vec<_> = parts(Box::new(std::io::Cursor::new(text)), cells)
            .into_iter()
            .map(|part| part.shown(str::to_owned).1)
            .collect();
        let places: Vec<_> = found.iter().map(|l| (l.column, l.length)).collect();
        assert_eq!(places, [(1, 5), (5, 4), (150_002, 8), (150_005, 2)]);
        assert_eq!(found[1].text, "+12,Jane");
        for line in &found[2..] {
            assert!(line.text.chars().count() <= 2 * SHOWN + 10);
            let at: String = line.text.chars().skip(line.column - 1 - line.cut).take(line.length).collect();
            assert!("+1234567".contains(&at), "{at}");
        }
    }
}
