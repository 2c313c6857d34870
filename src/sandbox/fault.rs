//! Failures on demand (`--fault`): their grammar and the book that says which request one strikes. Owns the
//! counting; must not know how a connection is broken (that is the HTTP face's).

use std::time::Duration;

use regex::Regex;

/// In what way a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultMode {
    /// The connection is closed without an answer; the server did not act.
    DropBefore,
    /// The server acts, then the connection is closed without an answer.
    DropAfter,
    /// Status 500; the server did not act.
    Error500Before,
    /// The server acts, then answers 500.
    Error500After,
    /// The server acts, then a proxy answers 502 with HTML.
    Html502After,
    /// Status 429; the server did not act.
    TooMany429,
    /// Status 503; the server did not act.
    Unavailable503,
    /// No answer for a long time; the server does not act.
    HangBefore,
    /// The server acts; no answer for a long time.
    HangAfter,
    /// The server acts; the answer's body ends early.
    Truncated,
    /// The server acts; the answer is a success without a body.
    Empty2xx,
}

const MODES: [(&str, FaultMode); 11] = [
    ("drop_before", FaultMode::DropBefore),
    ("drop_after", FaultMode::DropAfter),
    ("500_before", FaultMode::Error500Before),
    ("500_after", FaultMode::Error500After),
    ("502_html_after", FaultMode::Html502After),
    ("429", FaultMode::TooMany429),
    ("503", FaultMode::Unavailable503),
    ("hang_before", FaultMode::HangBefore),
    ("hang_after", FaultMode::HangAfter),
    ("truncated", FaultMode::Truncated),
    ("empty_2xx", FaultMode::Empty2xx),
];

impl FaultMode {
    /// Every mode, in the contract's order.
    pub fn all() -> impl Iterator<Item = Self> {
        MODES.into_iter().map(|(_, mode)| mode)
    }

    /// As the contract spells it.
    pub fn as_str(self) -> &'static str {
        MODES.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }

    /// Whether the server acts on a request struck by this.
    pub fn acts(self) -> bool {
        !matches!(
            self,
            Self::DropBefore
                | Self::Error500Before
                | Self::TooMany429
                | Self::Unavailable503
                | Self::HangBefore
        )
    }
}

/// One order to fail.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Strikes the `nth` mutating request whose path matches (and each `nth` after it, with `every`).
    Strike {
        /// Counted from 1 among those that match.
        nth: u64,
        /// How.
        mode: FaultMode,
        /// Matched against the path without `/api/v2`, as in `^/bulk-send`; none matches all.
        path: Option<Regex>,
        /// Not only once: the nth, the 2·nth, …
        every: bool,
    },
    /// Each answer waits this long in real time.
    Latency(Duration),
}

/// Why a `--fault` text could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// A word the grammar does not know.
    #[error("{part:?} is not part of a fault; write nth=N,mode=M[,path=REGEX][,every] or latency=50ms")]
    Unknown {
        /// The part as written.
        part: String,
    },
    /// No or an unknown mode.
    #[error("mode={value} is not possible; mode takes {}", modes())]
    BadMode {
        /// The value as written; empty when there was none.
        value: String,
    },
    /// Not a count.
    #[error("nth={value} is not possible; nth takes a whole number from 1")]
    BadNth {
        /// The value as written.
        value: String,
    },
    /// Not a regular expression.
    #[error("path={value} is not a regular expression: {why}")]
    BadPath {
        /// The value as written.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// Not a duration.
    #[error("latency={value} is not possible; write it like 50ms or 2s, at most 10m, and alone")]
    BadLatency {
        /// The value as written.
        value: String,
    },
}

fn modes() -> String {
    MODES.map(|(name, _)| name).join(", ")
}

impl Fault {
    /// Reads `nth=N,mode=M[,path=REGEX][,every]` or `latency=50ms`. Without `nth` it is the first. A comma
    /// inside the expression is kept.
    pub fn parse(text: &str) -> Result<Self, FaultError> {
        if let Some(value) = text.trim().strip_prefix("latency=") {
            let latency = super::clock::parse_duration(value)
                .and_then(|duration| Duration::try_from(duration).ok())
                .filter(|duration| *duration <= Duration::from_mins(10));
            return latency
                .map(Self::Latency)
                .ok_or_else(|| FaultError::BadLatency { value: value.to_owned() });
        }
        let (mut nth, mut mode, mut path, mut every) = (1, None, None, false);
        for part in parts(text) {
            match part.split_once('=') {
                None if part == "every" => every = true,
                Some(("nth", value)) => {
                    nth = value
                        .parse()
                        .ok()
                        .filter(|nth| *nth >= 1)
                        .ok_or_else(|| FaultError::BadNth { value: value.to_owned() })?;
                }
                Some(("mode", value)) => mode = Some(value.to_owned()),
                Some(("path", value)) => path = Some(value.to_owned()),
                Some(("latency", value)) => return Err(FaultError::BadLatency { value: value.to_owned() }),
                _ => return Err(FaultError::Unknown { part }),
            }
        }
        Self::strike(nth, mode.as_deref().unwrap_or_default(), path.as_deref(), every)
    }

    /// Builds a strike from its parts as written.
    pub fn strike(nth: u64, mode: &str, path: Option<&str>, every: bool) -> Result<Self, FaultError> {
        let Some((_, mode)) = MODES.into_iter().find(|(name, _)| *name == mode) else {
            return Err(FaultError::BadMode { value: mode.to_owned() });
        };
        let path = path
            .map(|value| {
                let bad = |error: regex::Error| FaultError::BadPath {
                    value: value.to_owned(),
                    why: error.to_string(),
                };
                regex::RegexBuilder::new(value).size_limit(1 << 20).build().map_err(bad)
            })
            .transpose()?;
        if nth == 0 {
            return Err(FaultError::BadNth { value: "0".to_owned() });
        }
        Ok(Self::Strike { nth, mode, path, every })
    }
}

/// Splits at commas, joining again what is no part of its own: a comma inside `path=`.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(',') {
        let own = part.trim();
        let starts =
            own == "every" || ["nth=", "mode=", "path=", "latency="].iter().any(|key| own.starts_with(key));
        match parts.last_mut() {
            Some(last) if !starts && last.starts_with("path=") => {
                last.push(',');
                last.push_str(part);
            }
            _ if own.is_empty() => {}
            _ => parts.push(own.to_owned()),
        }
    }
    parts
}

/// What is to happen to one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Real time to wait before the answer.
    pub latency: Duration,
    /// How it fails, if it does.
    pub mode: Option<FaultMode>,
}

/// The faults in force, with how often each has matched.
#[derive(Clone, Debug, Default)]
pub struct FaultBook {
    entries: Vec<(Fault, u64)>,
}

impl FaultBook {
    /// A book with these faults, none of them struck yet.
    pub fn new(faults: Vec<Fault>) -> Self {
        Self { entries: faults.into_iter().map(|fault| (fault, 0)).collect() }
    }

    /// One more fault, its count from now.
    pub fn add(&mut self, fault: Fault) {
        self.entries.push((fault, 0));
    }

    /// No faults.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// How many are in force or spent.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Counts this request and says what strikes it. `path` is without `/api/v2`; reads are never struck, only
    /// slowed. All faults count; the first that strikes wins.
    pub fn judge(&mut self, mutating: bool, path: &str) -> Verdict {
        let mut verdict = Verdict::default();
        for (fault, count) in &mut self.entries {
            match fault {
                Fault::Latency(latency) => verdict.latency += *latency,
                Fault::Strike { nth, mode, path: pattern, every } => {
                    if !mutating || pattern.as_ref().is_some_and(|pattern| !pattern.is_match(path)) {
                        continue;
                    }
                    *count += 1;
                    let hit = if *every { count.is_multiple_of(*nth) } else { *count == *nth };
                    if hit && verdict.mode.is_none() {
                        verdict.mode = Some(*mode);
                    }
                }
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_only_mutating_requests_that_match() {
        let mut book = FaultBook::new(vec![Fault::parse("nth=2,mode=drop_after,path=^/bulk-send").unwrap()]);
        let struck: Vec<_> =
            [(true, "/bulk-send"), (false, "/bulk-send"), (true, "/custom-groups"), (true, "/bulk-send/x")]
                .into_iter()
                .chain([(true, "/bulk-send")])
                .map(|(mutating, path)| book.judge(mutating, path).mode)
                .collect();
        assert_eq!(struck, [None, None, None, Some(FaultMode::DropAfter), None]);
    }

    #[test]
    fn every_repeats_and_latency_slows_reads_too() {
        let mut book = FaultBook::new(vec![
            Fault::parse("nth=2,mode=503,every").unwrap(),
            Fault::parse("latency=50ms").unwrap(),
        ]);
        let modes: Vec<_> = (0..4).map(|_| book.judge(true, "/x").mode.is_some()).collect();
        assert_eq!(modes, [false, true, false, true]);
        assert_eq!(book.judge(false, "/x"), Verdict { latency: Duration::from_millis(50), mode: None });
    }

    #[test]
    fn every_mode_of_the_contract_is_taken() {
        for (name, mode) in MODES {
            let read = Fault::parse(&format!("mode={name}")).unwrap();
            assert!(matches!(read, Fault::Strike { nth: 1, mode: found, .. } if found == mode), "{name}");
        }
    }

    #[test]
    fn a_comma_in_the_expression_is_kept() {
        let read = Fault::parse("nth=1,mode=429,path=^/custom-groups/.{1,40}$,every").unwrap();
        let expected = "^/custom-groups/.{1,40}$";
        assert!(
            matches!(read, Fault::Strike { path: Some(path), every: true, .. } if path.as_str() == expected)
        );
    }

    #[test]
    fn mistakes_name_what_is_allowed() {
        let text = |spec: &str| Fault::parse(spec).unwrap_err().to_string();
        assert!(text("nth=1,mode=explode").contains("502_html_after"));
        assert!(text("nth=1").contains("drop_before"));
        assert!(text("nth=0,mode=503").contains("from 1"));
        assert!(text("mode=503,path=(").contains("regular expression"));
        assert!(text("latency=fast").contains("50ms"));
        assert!(text("sometimes").contains("nth=N"));
    }
}
