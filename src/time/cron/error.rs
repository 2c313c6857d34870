//! What can be wrong with a cron expression, and where in it. Owns the words; the edge adds file and line.

use core::ops::Range;

use super::field::Field;

/// A cron expression that cannot be used: what is wrong, and which part of the text it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct CronError {
    /// What is wrong and what to write instead.
    pub problem: CronProblem,
    /// The part it is about, as a byte range of the text given to [`Cron::parse`](super::Cron::parse).
    /// Always on character boundaries and inside the text; empty only when there is no text.
    pub span: Range<usize>,
}

/// What is wrong with a cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CronProblem {
    /// Nothing was written.
    #[error("the cron expression is empty; write five fields, such as \"0 9 * * MON-FRI\"")]
    Empty,
    /// Longer than [`MAX_LENGTH`](super::Cron::MAX_LENGTH) bytes.
    #[error("the cron expression is {length} bytes long; at most {max} are read", max = super::Cron::MAX_LENGTH)]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Not five fields.
    #[error(
        "a cron expression has 5 fields (minute, hour, day of month, month, day of week), this one has {found}{}",
        if *found > 5 { "; leave out seconds and years" } else { "" }
    )]
    FieldCount {
        /// How many fields were written.
        found: usize,
    },
    /// An `@word` that is none of the known ones.
    #[error(
        "{name:?} is not a known short form{}; use @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually",
        suggestion.map_or(String::new(), |known| format!(" (did you mean {known}?)"))
    )]
    ShortForm {
        /// The word as written.
        name: String,
        /// The known one that is closest.
        suggestion: Option<&'static str>,
    },
    /// `@reboot`, which is no time.
    #[error("@reboot is not a time; write when the message should go out, such as \"0 9 * * MON-FRI\"")]
    Reboot,
    /// Nothing between two commas, or before or after one.
    #[error("there is an empty part in the {field} field; remove the comma or write a value ({})", field.allowed())]
    EmptyPart {
        /// The field.
        field: Field,
    },
    /// A part that is no value, range or step.
    #[error(
        "{part:?} is not understood in the {field} field{}; allowed: {}, lists (1,2), ranges (1-5), steps (*/2)",
        suggestion.map_or(String::new(), |known| format!(" (did you mean {known}?)")),
        field.allowed()
    )]
    NotUnderstood {
        /// The field.
        field: Field,
        /// The part as written.
        part: String,
        /// The name that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// `?`, `L`, `W`, `#` and `H`, which other programs know and Vixie cron does not.
    #[error("{part:?} in the {field} field is not part of 5-field cron; {hint}")]
    OtherDialect {
        /// The field.
        field: Field,
        /// The part as written.
        part: String,
        /// What to write instead.
        hint: &'static str,
    },
    /// A number outside the field's range.
    #[error("{part:?} is out of range in the {field} field; allowed: {}", field.allowed())]
    OutOfRange {
        /// The field.
        field: Field,
        /// The number as written.
        part: String,
    },
    /// A step of 0, no number, or one larger than the field.
    #[error("{part:?} is not a step of the {field} field; allowed after the \"/\": 1-{}", field.highest())]
    Step {
        /// The field.
        field: Field,
        /// The step as written.
        part: String,
    },
    /// A day that its months do not have, such as 30 February.
    #[error("this never fires: no month it names has such a day; change the day of month or the month")]
    NeverFires,
}
