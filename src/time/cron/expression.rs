//! [`Cron`]: an expression, its meaning, and when it fires. Owns the public face of this module.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Time;

use super::error::CronError;
use super::firings::Firings;
use super::gap;
use super::parse::{Dialect, Spelling, parse_rule};
use super::rule::Rule;
use super::write::canonical;
use crate::time::zone::Zone;

/// A 5-field cron expression in the Vixie reading (`product.md`, *Cron*).
///
/// Equality, order and hash are those of the meaning: `0 9 * * 1-5` equals `0 9 * * MON-FRI`, and two
/// expressions are equal exactly when they fire at the same local minutes in every zone. The text as
/// written is kept in [`Cron::source`].
///
/// What is not in the Vixie manual is read as follows (`docs/time.md`): ranges may go over the end
/// (`FRI-MON`, `22-2`), and `5/15` is `5-59/15`.
#[derive(Clone)]
pub struct Cron {
    rule: Rule,
    source: String,
    spelling: Spelling,
}

impl Cron {
    /// The longest text that is read, in bytes. A list of all 60 minutes takes 170.
    pub const MAX_LENGTH: usize = 1_000;

    /// Reads an expression.
    ///
    /// # Errors
    /// When it is not 5-field cron, or never fires; the error names the part and what is allowed, with its
    /// place in `text`.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let (rule, source, spelling) = parse_rule(text, Dialect::default())?;
        Ok(Self { rule, source, spelling })
    }

    /// The expression that says `rule`, in canonical text.
    pub(crate) fn from_rule(rule: Rule) -> Self {
        Self { rule, source: canonical(&rule), spelling: Spelling::default() }
    }

    /// The text as written, with single spaces between fields (`@DAILY` becomes `@daily`).
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The first firing strictly after `after`; `None` only at the end of the calendar.
    ///
    /// Clock changes: a local time that exists twice fires twice. One that does not exist fires at the
    /// first minute after the gap if the hour field names hours, and is left out if it allows every hour.
    pub fn next_after(&self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        self.firings(zone, after, Timestamp::MAX).next()
    }

    /// All firings after `from` up to and including `until`, in order of time.
    pub fn firings(&self, zone: &Zone, from: Timestamp, until: Timestamp) -> Firings {
        Firings::new(self.rule, zone, from, until)
    }

    /// The two closest firings when they are under five minutes apart, in local time; the second may be on
    /// the day after. `None`: five minutes or more between any two (`api.md`: smallest interval).
    pub fn shortest_gap(&self) -> Option<(Time, Time)> {
        gap::shortest(&self.rule)
    }

    /// The first two firings that a clock change of the zone brings closer than five minutes, in the two years after
    /// `from`; see [`Cron::shortest_gap`] for those of every day.
    pub fn shortest_gap_at_changes(&self, zone: &Zone, from: Timestamp) -> Option<(Timestamp, Timestamp)> {
        gap::at_changes(&self.rule, zone, from)
    }

    /// The first two firings at one local time that comes twice, because clocks are set back, in the year after `from`;
    /// none for what fires as often all day long.
    pub fn repeated_at_changes(&self, zone: &Zone, from: Timestamp) -> Option<(Timestamp, Timestamp)> {
        gap::repeated(&self.rule, zone, from)
    }

    /// Whether a weekday is written as a number, which readers take differently: 1 is Monday to Vixie and
    /// Sunday to Quartz.
    pub fn has_numeric_weekday(&self) -> bool {
        self.spelling.numeric_weekday
    }

    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    pub(crate) fn spelling(&self) -> Spelling {
        self.spelling
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.rule == other.rule
    }
}

impl Eq for Cron {}

impl PartialOrd for Cron {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cron {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rule.cmp(&other.rule)
    }
}

impl Hash for Cron {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rule.hash(state);
    }
}

/// The canonical text: the same for all expressions that are equal, and read back as equal.
impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&canonical(&self.rule))
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cron({:?})", self.source)
    }
}

impl FromStr for Cron {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}
