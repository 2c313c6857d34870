//! What a disagreement between readings is, and what to do about it. Owns the words.

use jiff::Timestamp;

/// An expression that two readings fire differently within the next year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Who reads it differently.
    pub other: Reading,
    /// How it differs.
    pub difference: Difference,
    /// Why.
    pub cause: Cause,
    /// The same meaning, written so that this cause is gone; none where no spelling helps.
    pub rewrite: Option<String>,
}

/// A way of reading cron expressions that is in common use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Quartz and what follows it (the `cron` crate): weekdays count from Sunday = 1, both day fields must
    /// match; with older time zone data.
    Quartz,
    /// Python's croniter, on many web servers.
    Croniter,
    /// The first Vixie cron, still on old servers.
    FirstVixie,
}

/// How the other reading differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It does not accept the expression or the zone; the text is its reason, in one line.
    Refused {
        /// Why, in its own words.
        reason: String,
    },
    /// It fires at other times.
    Fires {
        /// Our first firing that it does not have at that place in the row; none if ours has no more in the
        /// year.
        ours: Option<Timestamp>,
        /// Its firing at the same place; none if it has no more in the year.
        theirs: Option<Timestamp>,
    },
}

/// Why two readings differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A weekday is written as a number.
    NumericWeekday,
    /// Another spelling that not every reader knows: a wrapping range, `5/15`, `5-5`, `@midnight`.
    Spelling,
    /// Day of month and day of week are both given.
    DayFields,
    /// Older time zone data has other offsets, or no such zone.
    ZoneData,
    /// The firing falls where clocks change: on a time that does not exist, or exists twice, that day.
    ClockChange,
}

impl core::fmt::Display for Reading {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Quartz => "a Quartz-style server",
            Self::Croniter => "a server that uses croniter",
            Self::FirstVixie => "a server with the first Vixie cron",
        })
    }
}

impl Disagreement {
    /// What to do, in one plain sentence without a full stop.
    pub fn advice(&self) -> String {
        match (self.cause, &self.rewrite) {
            (Cause::NumericWeekday, Some(text)) => {
                format!("some servers count weekdays from another day; write names: \"{text}\"")
            }
            (Cause::Spelling, Some(text)) => {
                format!("not every server reads this spelling; write it as \"{text}\"")
            }
            (Cause::NumericWeekday | Cause::Spelling, None) => {
                "write weekdays as names (MON), and plain values, ranges and steps".to_owned()
            }
            (Cause::DayFields, _) => {
                "some servers want both the day of month and the day of week to match, others either; \
                 use only one of the two, in two schedules if need be"
                    .to_owned()
            }
            (Cause::ZoneData, _) => {
                "servers with older time zone data are off by the difference; check the next run that the \
                 account shows, or choose a zone whose rules have not changed lately"
                    .to_owned()
            }
            (Cause::ClockChange, _) => {
                "clocks change there on that day, and servers differ on such times; choose a time outside \
                 the hours in which clocks change"
                    .to_owned()
            }
        }
    }
}
