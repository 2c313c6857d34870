//! The strict Vixie grammar: text to [`Rule`]. Owns the reading of each field; knows no zone and no date.

use core::ops::Range;

use super::bits::Bits;
use super::error::{CronError, CronProblem};
use super::expression::Cron;
use super::field::Field;
use super::rule::Rule;

/// Where readers in common use differ on expressions that all of them accept. The default is Vixie's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Dialect {
    /// `*/2` in a day field counts as "given", so both given means either (croniter).
    pub(crate) step_star_is_given: bool,
    /// `5-5` means the whole field (croniter).
    pub(crate) equal_range_is_all: bool,
    /// `5/15` means 5 only (the first Vixie cron, which skips what follows).
    pub(crate) open_step_is_single: bool,
}

/// How the expression was spelled, as far as it matters to other readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one text")]
pub(crate) struct Spelling {
    /// A weekday is written as a number.
    pub(crate) numeric_weekday: bool,
    /// A star with a step, or a list that starts with a star, in one day field while the other is given too.
    pub(crate) step_star: bool,
    /// A range from a value to itself.
    pub(crate) equal_range: bool,
    /// A start with a step and no end (`5/15`).
    pub(crate) open_step: bool,
}

const SHORT_FORMS: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// One field or part, with its place in the whole text.
#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    start: usize,
}

impl Piece<'_> {
    fn span(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    fn fail<T>(self, problem: CronProblem) -> Result<T, CronError> {
        Err(CronError { problem, span: self.span() })
    }

    /// Splits at the first `at`, keeping places.
    fn split_once(self, at: char) -> Option<(Self, Self)> {
        let (left, right) = self.text.split_once(at)?;
        let right_start = self.start + left.len() + at.len_utf8();
        Some((Self { text: left, start: self.start }, Self { text: right, start: right_start }))
    }

    fn split(self, at: char) -> impl Iterator<Item = Self> {
        let mut start = self.start;
        self.text.split(at).map(move |text| {
            let piece = Piece { text, start };
            start += text.len() + at.len_utf8();
            piece
        })
    }
}

/// What one field says, and what matters of how it says it.
struct Read {
    values: Bits,
    star: bool,
    only_star: bool,
    spelling: Spelling,
}

/// Reads an expression: the rule, its text with single spaces, and how it is spelled.
pub(crate) fn parse_rule(text: &str, dialect: Dialect) -> Result<(Rule, String, Spelling), CronError> {
    let trimmed = text.trim_matches([' ', '\t']);
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let whole = Piece { text: trimmed, start: if trimmed.is_empty() { 0 } else { start } };
    if trimmed.is_empty() {
        return Err(CronError { problem: CronProblem::Empty, span: 0..text.len() });
    }
    if trimmed.len() > Cron::MAX_LENGTH {
        return whole.fail(CronProblem::TooLong { length: trimmed.len() });
    }
    if trimmed.starts_with('@') {
        let (rule, _, _) = parse_rule(short_form(whole)?, Dialect::default())?;
        return Ok((rule, trimmed.to_ascii_lowercase(), Spelling::default()));
    }
    let pieces: Vec<Piece<'_>> =
        whole.split(' ').flat_map(|piece| piece.split('\t')).filter(|piece| !piece.text.is_empty()).collect();
    let &[minute, hour, day, month, weekday] = pieces.as_slice() else {
        return whole.fail(CronProblem::FieldCount { found: pieces.len() });
    };
    let minutes = read_field(Field::Minute, minute, dialect)?;
    let hours = read_field(Field::Hour, hour, dialect)?;
    let days = read_field(Field::DayOfMonth, day, dialect)?;
    let months = read_field(Field::Month, month, dialect)?;
    let weekdays = read_field(Field::DayOfWeek, weekday, dialect)?;

    // Vixie's rule, `entry.c`: "either" when both day fields are given, and a field that begins with a
    // star is not given, whatever follows the star.
    let not_given = |read: &Read| if dialect.step_star_is_given { read.only_star } else { read.star };
    let both = not_given(&days) || not_given(&weekdays);
    let fields = [&minutes, &hours, &days, &months, &weekdays];
    let spelling = Spelling {
        numeric_weekday: weekdays.spelling.numeric_weekday,
        step_star: (days.star || weekdays.star) && !(days.only_star || weekdays.only_star),
        equal_range: fields.iter().any(|read| read.spelling.equal_range),
        open_step: fields.iter().any(|read| read.spelling.open_step),
    };
    let rule = Rule {
        minutes: minutes.values,
        hours: hours.values,
        days: days.values,
        months: months.values,
        weekdays: weekdays.values,
        both,
    };
    let Some(rule) = rule.by_meaning() else {
        let span = day.start..month.span().end;
        return Err(CronError { problem: CronProblem::NeverFires, span });
    };
    let source = pieces.iter().map(|piece| piece.text).collect::<Vec<_>>().join(" ");
    Ok((rule, source, spelling))
}

fn short_form(word: Piece<'_>) -> Result<&'static str, CronError> {
    let lower = word.text.to_ascii_lowercase();
    if let Some((_, meaning)) = SHORT_FORMS.iter().find(|(name, _)| *name == lower) {
        return Ok(meaning);
    }
    if lower == "@reboot" {
        return word.fail(CronProblem::Reboot);
    }
    let suggestion = SHORT_FORMS
        .iter()
        .map(|(name, _)| (strsim::levenshtein(name, &lower), *name))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, name)| name);
    word.fail(CronProblem::ShortForm { name: word.text.to_owned(), suggestion })
}

fn read_field(field: Field, piece: Piece<'_>, dialect: Dialect) -> Result<Read, CronError> {
    let mut read = Read {
        values: Bits::default(),
        star: piece.text.starts_with('*'),
        only_star: piece.text == "*",
        spelling: Spelling::default(),
    };
    for part in piece.split(',') {
        if part.text.is_empty() {
            return piece.fail(CronProblem::EmptyPart { field });
        }
        let values = read_part(field, part, dialect, &mut read)?;
        read.values = read.values.or(values);
    }
    Ok(read)
}

fn read_part(field: Field, part: Piece<'_>, dialect: Dialect, read: &mut Read) -> Result<Bits, CronError> {
    if let Some(hint) = other_dialect(field, part.text) {
        return part.fail(CronProblem::OtherDialect { field, part: part.text.to_owned(), hint });
    }
    let (base, step) = match part.split_once('/') {
        Some((base, step)) => (base, Some(read_step(field, part, step)?)),
        None => (part, None),
    };
    if base.text == "*" {
        return Ok(cyclic(field, *field.values().start(), *field.values().end(), step.unwrap_or(1)));
    }
    let mut value = |piece| read_value(field, part, piece, &mut read.spelling);
    if let Some((low, high)) = base.split_once('-') {
        let (low, high) = (value(low)?, value(high)?);
        if low == high {
            read.spelling.equal_range = true;
            if dialect.equal_range_is_all {
                return Ok(cyclic(field, *field.values().start(), *field.values().end(), step.unwrap_or(1)));
            }
        }
        // 0 and 7 are both Sunday, so 0-7 is the whole week and not Sunday alone.
        if field == Field::DayOfWeek && (low, high) == (0, 7) {
            return Ok(cyclic(field, 0, 6, step.unwrap_or(1)));
        }
        return Ok(cyclic(field, low, high, step.unwrap_or(1)));
    }
    let low = value(base)?;
    read.spelling.open_step |= step.is_some();
    match step {
        // `5/15` is 5-59/15, as croniter and Quartz read it. A 7 stands for Sunday, the first day.
        Some(step) if !dialect.open_step_is_single => {
            let low = if field == Field::DayOfWeek { low % 7 } else { low };
            Ok(cyclic(field, low, *field.values().end(), step))
        }
        Some(_) | None => Ok(cyclic(field, low, low, 1)),
    }
}

/// The values from `low` to `high` by `step`, going over the end of the field when `high` is before `low`
/// (`FRI-MON`, `22-2`): the steps go on counting across the end. 7 is Sunday, like 0.
fn cyclic(field: Field, low: u8, high: u8, step: u8) -> Bits {
    let size = field.values().end() - field.values().start() + 1;
    let first = *field.values().start();
    let place = |value: u8| (value - first) % size;
    let (low, high) = (place(low), place(high));
    let length = if low <= high { high - low } else { high + size - low };
    (0..=length).step_by(usize::from(step.max(1))).map(|by| first + (low + by) % size).collect()
}

fn read_step(field: Field, part: Piece<'_>, step: Piece<'_>) -> Result<u8, CronError> {
    let place = if step.text.is_empty() { part } else { step };
    let number = digits(step.text).filter(|number| (1..=field.highest()).contains(number));
    number.map_or_else(|| place.fail(CronProblem::Step { field, part: step.text.to_owned() }), Ok)
}

fn read_value(
    field: Field,
    part: Piece<'_>,
    piece: Piece<'_>,
    spelling: &mut Spelling,
) -> Result<u8, CronError> {
    if !piece.text.is_empty() && piece.text.bytes().all(|byte| byte.is_ascii_digit()) {
        spelling.numeric_weekday |= field == Field::DayOfWeek;
        let allowed = *field.values().start()..=field.highest();
        return digits(piece.text)
            .filter(|number| allowed.contains(number))
            .map_or_else(|| piece.fail(CronProblem::OutOfRange { field, part: piece.text.to_owned() }), Ok);
    }
    if let Some(value) = field.value_of_name(piece.text) {
        return Ok(value);
    }
    let shown = if piece.text.is_empty() { part } else { piece };
    let suggestion = field.name_meant(piece.text);
    shown.fail(CronProblem::NotUnderstood { field, part: shown.text.to_owned(), suggestion })
}

/// A number of one or two digits; leading zeros are read as servers read them (`09` is 9).
fn digits(text: &str) -> Option<u8> {
    let plain = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn other_dialect(field: Field, part: &str) -> Option<&'static str> {
    let upper = part.to_ascii_uppercase();
    let named = field.value_of_name(&upper).is_some() || upper.contains('-') || upper.contains('/');
    if upper == "?" {
        Some("write * instead")
    } else if upper.contains('#') {
        Some("\"the second Monday\" cannot be said in it: use several one-time schedules (at:)")
    } else if named {
        None
    } else if upper == "L" || (upper.ends_with('L') && digits(&upper[..upper.len() - 1]).is_some()) {
        Some("\"the last day\" cannot be said in it: use day 28, or several one-time schedules (at:)")
    } else if upper == "LW" || (upper.ends_with('W') && digits(&upper[..upper.len() - 1]).is_some()) {
        Some("\"the nearest working day\" cannot be said in it: use several one-time schedules (at:)")
    } else if upper == "H" || upper.starts_with("H(") {
        Some("write a number instead of H")
    } else {
        None
    }
}
