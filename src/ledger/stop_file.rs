//! The file of the operator's stops, beside the ledger's: append-only and without a lock, because an emergency does
//! not wait for one.
//!
//! Each line is one write to a file opened for appending, with a line feed before and after it. What a crash left
//! unfinished at the end is passed over and said, because its command never said that it had worked; whoever adds a
//! line after it marks it ([`UNFINISHED`]). Any other line that cannot be read may have been a stop: with it, nothing
//! is taken as not stopped, until there is a word on all after it.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::disk::{create_dirs, failed, open_existing, parent, private, sync_dir};
use super::error::LedgerError;
use super::stops::{StopEvent, StopKind, Stops, Unread};

/// The longest line, in bytes.
const MAX_LINE: u64 = 4096;
/// At the end of a line that a crash left unfinished; JSON has no such byte.
const UNFINISHED: u8 = 0x18;

impl Stops {
    /// The stops of the ledger at `ledger`: `<project>.stops.jsonl` beside `<project>.jsonl`.
    pub fn path_for(ledger: &Path) -> PathBuf {
        let name = ledger.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = name.strip_suffix(".jsonl").unwrap_or(&name);
        ledger.with_file_name(format!("{stem}.stops.jsonl"))
    }

    /// Reads the stops at `path`; none where there is no file. An unfinished last line is passed over.
    ///
    /// # Errors
    /// [`LedgerError::UnknownStop`] and [`LedgerError::DamagedStop`] for a line that may be a stop in force.
    pub fn load(path: &Path) -> Result<Self, LedgerError> {
        let Some((file, _)) = open_existing(path)? else {
            return Ok(Self::default());
        };
        Self::read(BufReader::new(file), path)
    }

    fn read(mut input: impl BufRead, path: &Path) -> Result<Self, LedgerError> {
        let mut stops = Self::default();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).map_err(failed("read", path))?;
            if line.is_empty() {
                break;
            }
            let last = line.last() != Some(&b'\n') && (line.len() as u64) < MAX_LINE;
            let mut text = line.trim_ascii();
            let marked = text.strip_suffix(&[UNFINISHED]);
            text = marked.unwrap_or(text).trim_ascii();
            if text.is_empty() {
                continue;
            }
            let unfinished = last || marked.is_some();
            match StopEvent::parse(text) {
                // That somebody wanted it stopped is certain, all the same.
                Ok(event) if !unfinished || event.kind != StopKind::Resume => stops.apply(&event),
                _ if unfinished => stops.torn |= last,
                Ok(_) | Err(Unread::Damaged) => stops.damage(number),
                Err(Unread::Later) => {
                    return Err(LedgerError::UnknownStop { path: path.to_owned(), line: number });
                }
            }
        }
        match stops.damaged() {
            None => Ok(stops),
            Some(line) => Err(LedgerError::DamagedStop { path: path.to_owned(), line }),
        }
    }

    /// Adds `event` to the stops at `path`, durably, without a lock. Creates the file (0600) and its directory.
    pub fn append(path: &Path, event: &StopEvent) -> Result<(), LedgerError> {
        create_dirs(parent(path))?;
        let created = open_existing(path)?.is_none();
        let mut line = if is_torn(path) { vec![UNFINISHED, b'\n'] } else { vec![b'\n'] };
        serde_json::to_writer(&mut line, event).map_err(LedgerError::Encode)?;
        line.push(b'\n');
        let mut file = private(OpenOptions::new().append(true).create(true))
            .open(path)
            .map_err(failed("create", path))?;
        let written = loop {
            match file.write(&line) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(failed("write", path))?,
            }
        };
        if written < line.len() {
            // The rest in a second write could land behind somebody else's line.
            return Err(failed("write", path)(io::ErrorKind::StorageFull.into()));
        }
        file.sync_all().map_err(|source| LedgerError::Sync { place: path.display().to_string(), source })?;
        if created { sync_dir(parent(path)) } else { Ok(()) }
    }
}

/// Whether the last line is unfinished. Where that cannot be read, the stop is what matters.
fn is_torn(path: &Path) -> bool {
    let Ok(Some((mut file, _))) = open_existing(path) else { return false };
    let mut last = [0];
    file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).is_ok() && last != [b'\n']
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::ledger::StopTarget;
    use crate::model::Address;

    fn event(kind: StopKind, target: &str) -> StopEvent {
        let address = match target {
            "all" => StopTarget::All,
            text => StopTarget::Address(text.parse().unwrap()),
        };
        StopEvent::new(Timestamp::UNIX_EPOCH, "ada", kind, address)
    }

    #[test]
    fn the_last_word_on_an_address_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = Stops::path_for(&dir.path().join("new/acme.jsonl"));
        assert!(path.ends_with("new/acme.stops.jsonl"));
        assert!(Stops::load(&path).unwrap().is_empty());
        let (a, b) = (Address::send("a"), Address::send("b"));
        Stops::append(&path, &event(StopKind::Pause, "all")).unwrap();
        Stops::append(&path, &event(StopKind::Resume, "send.a")).unwrap();
        Stops::append(&path, &event(StopKind::Cancel, "send.b")).unwrap();
        let stops = Stops::load(&path).unwrap();
        assert_eq!(stops.stopped(&a), None);
        assert!(stops.stopped(&b).is_some_and(|stop| stop.cancel && !stop.all && stop.by == "ada"));
        assert!(stops.stopped(&Address::schedule("c")).is_some_and(|stop| stop.all && !stop.cancel));
        Stops::append(&path, &event(StopKind::Resume, "all")).unwrap();
        assert!(Stops::load(&path).unwrap().is_empty());
    }

    #[test]
    fn an_unfinished_line_loses_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.stops.jsonl");
        for (kind, counts) in [(StopKind::Pause, true), (StopKind::Resume, false)] {
            std::fs::write(&path, "").unwrap();
            Stops::append(&path, &event(StopKind::Cancel, "send.c")).unwrap();
            let before = std::fs::read(&path).unwrap().len();
            Stops::append(&path, &event(kind, "send.a")).unwrap();
            let whole = std::fs::read(&path).unwrap();
            for cut in before..whole.len() {
                std::fs::write(&path, &whole[..cut]).unwrap();
                let complete = cut + 1 == whole.len() && counts;
                let stops = Stops::load(&path).unwrap();
                assert_eq!(stops.stopped(&Address::send("a")).is_some(), complete, "{cut}");
                assert_eq!(stops.torn, cut > before + 1 && !complete, "{cut}");
                Stops::append(&path, &event(StopKind::Pause, "send.b")).unwrap();
                let stops = Stops::load(&path).unwrap();
                assert_eq!(stops.stopped(&Address::send("a")).is_some(), complete, "{cut}");
                assert!(stops.stopped(&Address::send("b")).is_some(), "{cut}");
                assert!(stops.stopped(&Address::send("c")).is_some(), "{cut}");
                assert!(!stops.torn, "{cut}: said once");
            }
        }
    }

    #[test]
    fn a_damaged_line_may_be_a_stop_until_there_is_a_word_on_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.stops.jsonl");
        Stops::append(&path, &event(StopKind::Resume, "send.a")).unwrap();
        Stops::append(&path, &event(StopKind::Pause, "send.a")).unwrap();
        Stops::append(&path, &event(StopKind::Pause, "send.b")).unwrap();
        let whole = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
        let long = format!("{whole}{}\n", "x".repeat(10_000));
        for (bad, line) in [
            (whole.replacen("\"send.a\"}", "\"send", 2), 2),
            (whole.replace("pause", "pa\"se"), 4),
            (whole.replacen('{', "", 1), 2),
            (long, 7),
        ] {
            std::fs::write(&path, &bad).unwrap();
            let error = Stops::load(&path).unwrap_err();
            assert!(
                matches!(&error, LedgerError::DamagedStop { line: at, .. } if *at == line),
                "{error}\n{bad}"
            );
            assert!(error.hint().contains("campaignctl pause --all"), "{}", error.hint());
            Stops::append(&path, &event(StopKind::Pause, "send.b")).unwrap();
            assert!(Stops::load(&path).is_err(), "one more word says nothing of the one that is lost");
            Stops::append(&path, &event(StopKind::Pause, "all")).unwrap();
            assert!(Stops::load(&path).unwrap().stopped(&Address::send("a")).is_some());
        }
    }

    #[test]
    fn a_stop_of_a_later_version_is_never_passed_over() {
        let path = Path::new("x");
        for line in [
            "{\"v\":2,\"at\":\"1970-01-01T00:00:00Z\",\"by\":\"a\",\"kind\":\"pause\",\"address\":\"all\"}\n",
            "{\"v\":1,\"at\":\"1970-01-01T00:00:00Z\",\"by\":\"a\",\"kind\":\"freeze\",\"address\":\"all\"}\n",
            "{\"v\":1,\"at\":\"1970-01-01T00:00:00Z\",\"by\":\"a\",\"kind\":\"pause\",\"address\":\"some\"}\n",
        ] {
            assert!(
                matches!(Stops::read(line.as_bytes(), path), Err(LedgerError::UnknownStop { line: 1, .. })),
                "{line}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = Stops::read(bytes.as_slice(), Path::new("x"));
        }
    }
}
