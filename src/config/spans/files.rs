//! The files that were read, and places in them.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::mask;

/// Which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes of a file's text. Texts are at most 64 MiB, so 32 bits hold any place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// From byte offsets.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: narrow(start), end: narrow(end.max(start)) }
    }

    /// The part of it from `from`, `len` bytes long.
    #[must_use]
    pub fn part(self, from: usize, len: usize) -> Self {
        let start = self.start as usize + from;
        Self::new(self.file, start, start + len)
    }
}

/// Where a span begins, and its line as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In characters, on that line, at least 1.
    pub length: usize,
    /// The line or the part of it round the span, masked.
    pub text: String,
    /// How many characters of the line were left out before `text`.
    pub cut: usize,
    /// Whether anything of people's data was masked by its place.
    pub secret: bool,
}

struct File {
    name: String,
    path: PathBuf,
    text: Box<str>,
    lines: OnceCell<Vec<u32>>,
    /// Characters before each block of the text: a file may be one line, and have a million places in it.
    characters: OnceCell<Vec<u32>>,
    secret: Vec<(u32, u32)>,
    /// What may be seen all the same.
    seen: Vec<(u32, u32)>,
    /// `secret` is all there is of people's data.
    mapped: bool,
    blocks: OnceCell<Vec<(u32, u32)>>,
}

/// All files of one load.
#[derive(Default)]
pub struct Files {
    list: Vec<File>,
}

impl Files {
    /// Characters of a line that are shown on each side of a span.
    const ROUND: usize = 90;

    /// Notes a file; `name` is how the user would name it.
    pub fn add(&mut self, name: String, path: PathBuf, text: String) -> FileId {
        let id = FileId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(File {
            name,
            path,
            text: text.into_boxed_str(),
            lines: OnceCell::new(),
            characters: OnceCell::new(),
            secret: Vec::new(),
            seen: Vec::new(),
            mapped: false,
            blocks: OnceCell::new(),
        });
        id
    }

    fn file(&self, id: FileId) -> &File {
        &self.list[id.0 as usize]
    }

    /// How the user would name it.
    pub fn name(&self, id: FileId) -> &str {
        &self.file(id).name
    }

    /// Where it is.
    pub fn path(&self, id: FileId) -> &Path {
        &self.file(id).path
    }

    /// Its text; empty for what is read as a stream.
    pub fn text(&self, id: FileId) -> &str {
        &self.file(id).text
    }

    /// All paths, in the order of reading.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.list.iter().map(|file| file.path.clone()).filter(|path| !path.as_os_str().is_empty()).collect()
    }

    /// The characters at a span, as written.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// What lies there is people's data: it is masked wherever its line is shown.
    pub fn hide(&mut self, span: Span) {
        self.list[span.file.0 as usize].secret.push((span.start, span.end));
    }

    /// What lies there is no people's data, although what is round it is hidden.
    pub fn reveal(&mut self, span: Span) {
        self.list[span.file.0 as usize].seen.push((span.start, span.end));
    }

    /// All people's data of a file is hidden by its place: nothing has to be guessed from the indentation.
    pub fn is_mapped(&mut self, file: FileId) {
        self.list[file.0 as usize].mapped = true;
    }

    /// Line and column of the beginning, both from 1, the column in characters.
    pub fn line_and_column(&self, span: Span) -> (usize, usize) {
        let (line, start, _) = self.line(span);
        let file = self.file(span.file);
        let at = floor(&file.text, (span.start as usize).max(start));
        (line, file.characters_before(at) - file.characters_before(start) + 1)
    }

    /// The number of its line, from 1, and the first bytes of that line and of the next.
    fn line(&self, span: Span) -> (usize, usize, usize) {
        let file = self.file(span.file);
        let lines = file.lines.get_or_init(|| line_starts(&file.text));
        let line = lines.partition_point(|start| *start <= span.start);
        let start = lines.get(line.saturating_sub(1)).map_or(0, |start| *start as usize);
        (line, start, lines.get(line).map_or(file.text.len(), |next| *next as usize))
    }

    /// The line of a span, masked and cut.
    pub fn show(&self, span: Span) -> Shown {
        let file = self.file(span.file);
        let (line, start, next) = self.line(span);
        let whole = file.text.get(start..next).unwrap_or("").trim_end_matches(['\n', '\r']);
        let at = (span.start as usize).saturating_sub(start).min(whole.len());
        let (before, from) = whole.split_at(floor(whole, at));
        let column = file.characters_before(start + before.len()) - file.characters_before(start) + 1;
        let marked = floor(from, (span.end.saturating_sub(span.start)) as usize);
        let length = from[..marked].trim_end().chars().count().max(1);

        let left = before.char_indices().rev().nth(Self::ROUND).map_or(0, |(i, _)| i);
        let right =
            from.char_indices().nth(length.min(Self::ROUND) + Self::ROUND).map_or(from.len(), |(i, _)| i);
        let cut = column - 1 - before[left..].chars().count();
        let window = &whole[left..before.len() + right];
        let blocks = file
            .blocks
            .get_or_init(|| if file.mapped { Vec::new() } else { mask::secret_blocks(&file.text) });
        let offset = u32::try_from(start + left).unwrap_or(u32::MAX);
        let end = u32::try_from(start + left + window.len()).unwrap_or(u32::MAX);
        let near = |ranges: &[(u32, u32)]| -> Vec<(u32, u32)> {
            ranges.iter().copied().filter(|(from, to)| *from < end && *to > offset).collect()
        };
        let mut seen = near(&file.seen);
        // A file that is no YAML has no known paths; a line that is one is known by its look.
        if !file.mapped && mask::is_path(whole) {
            seen.push((offset, end));
        }
        let mut hidden = near(&file.secret);
        // What is said of people in a comment stands after them.
        let last = hidden.iter().map(|(_, to)| *to).max().filter(|to| *to < end);
        if let Some(comment) = last.and_then(|to| comment_after(window, to.saturating_sub(offset))) {
            hidden.push((offset.saturating_add(comment), end));
        }
        let (text, secret) = mask::line(window, offset, &[&hidden, &near(blocks)], &seen);
        Shown { line, column, length, text, cut, secret }
    }
}

impl File {
    const BLOCK: usize = 4 << 10;

    /// Characters that begin before byte `at`, in a time that does not depend on how many they are.
    fn characters_before(&self, at: usize) -> usize {
        let begin = |bytes: &[u8]| bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count();
        let bytes = self.text.as_bytes();
        let counts = self.characters.get_or_init(|| {
            let mut all = 0_usize;
            bytes
                .chunks(Self::BLOCK)
                .map(|block| {
                    let before = all;
                    all += begin(block);
                    u32::try_from(before).unwrap_or(u32::MAX)
                })
                .collect()
        });
        let at = at.min(bytes.len());
        let block = (at / Self::BLOCK).min(counts.len().saturating_sub(1));
        counts.get(block).map_or(0, |count| *count as usize) + begin(&bytes[block * Self::BLOCK..at])
    }
}

/// Where a comment begins in a line, after byte `from` of it.
fn comment_after(line: &str, from: u32) -> Option<u32> {
    let from = floor(line, from as usize);
    let at = line[from..].match_indices('#').find(|(at, _)| line[..from + at].ends_with([' ', '\t']))?.0;
    u32::try_from(from + at).ok()
}

/// The largest character boundary at or below `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn line_starts(text: &str) -> Vec<u32> {
    let mut starts = vec![0];
    let bytes = text.as_bytes();
    for (i, byte) in bytes.iter().enumerate() {
        let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
        if ends {
            starts.push(u32::try_from(i + 1).unwrap_or(u32::MAX));
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut files = Files::default();
        let file = files.add("a".into(), "a".into(), "a: 1\nüü: x\r\nc: y\n".into());
        let span = Span::new(file, 11, 12);
        assert_eq!(files.line_and_column(span), (2, 5));
        let shown = files.show(span);
        assert_eq!((shown.text.as_str(), shown.length), ("üü: x", 1));
    }

    #[test]
    fn long_lines_are_cut_round_the_place() {
        let mut files = Files::default();
        let text = format!("{}X{}", "ab ".repeat(10_000), " cd".repeat(10_000));
        let file = files.add("a".into(), "a".into(), text);
        let shown = files.show(Span::new(file, 30_000, 30_001));
        assert!(shown.text.chars().count() < 200);
        assert_eq!(shown.text.chars().nth(shown.column - 1 - shown.cut), Some('X'));
    }

    #[test]
    fn places_of_long_lines_are_counted_in_blocks() {
        let mut files = Files::default();
        let text = format!("short\n{}\r\nlast", "aü€".repeat(5_000));
        let file = files.add("a".into(), "a".into(), text.clone());
        let start = "short\n".len();
        for (n, (at, _)) in text[start..].char_indices().enumerate().step_by(7).take(2_100) {
            let span = Span::new(file, start + at, start + at + 1);
            let shown = files.show(span);
            assert_eq!((shown.line, shown.column, files.line_and_column(span)), (2, n + 1, (2, n + 1)));
        }
        let end = Span::new(file, text.len(), text.len());
        assert_eq!((files.show(end).column, files.show(end).text.as_str()), (5, "last"));
    }
}
