//! One value of an answer, whatever its JSON type: numbers as texts, ids as numbers, null and absent are all
//! taken, and asked for what they are needed as.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::{Id, Phone};

/// A field's value. An object or an array is skipped and counts as [`Scalar::Other`].
#[derive(Clone, Default, PartialEq)]
pub(crate) enum Scalar {
    /// The field is not there.
    #[default]
    Absent,
    /// null.
    Null,
    /// A text.
    Text(String),
    /// A number of 0 or more.
    Unsigned(u64),
    /// Any other number.
    Float(f64),
    /// true, false, an object or an array.
    Other,
}

impl Scalar {
    /// Whether the field is there, be it null.
    pub(crate) fn is_present(&self) -> bool {
        *self != Self::Absent
    }

    /// As a text, where it is one or a number; not empty.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text).filter(|text| !text.is_empty()),
            Self::Unsigned(number) => Some(number.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Absent | Self::Null | Self::Other => None,
        }
    }

    /// As a count.
    pub(crate) fn count(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be whole and in range on the same line"
            )]
            Self::Float(n) if n.fract() == 0.0 && (0.0..9.0e15).contains(n) => Some(*n as u64),
            _ => None,
        }
    }

    /// As a share, such as a rate.
    pub(crate) fn float(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "a rate; counts beyond 2^53 do not occur")]
            Self::Unsigned(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Text(text) => text.trim().trim_end_matches('%').parse().ok(),
            _ => None,
        }
        .filter(|number: &f64| number.is_finite())
    }

    /// As an id.
    pub(crate) fn id(&self) -> Option<Id> {
        match self {
            Self::Text(text) => Id::new(text),
            Self::Unsigned(number) => Id::new(&number.to_string()),
            _ => None,
        }
    }

    /// As a phone; `None` for what is none, such as `REDACTED`.
    pub(crate) fn phone(&self) -> Option<Phone> {
        match self {
            Self::Text(text) => Phone::from_wire(text),
            Self::Unsigned(number) => Phone::from_u64(*number),
            _ => None,
        }
    }

    /// As a moment: ISO 8601 with an offset, or without one (then UTC), or an epoch in seconds or milliseconds.
    pub(crate) fn moment(&self) -> Option<Timestamp> {
        match self {
            Self::Text(text) => {
                let text = text.trim();
                text.parse::<Timestamp>().ok().or_else(|| {
                    let local: DateTime = text.trim_end_matches('Z').parse().ok()?;
                    jiff::tz::TimeZone::UTC.to_timestamp(local).ok()
                })
            }
            Self::Unsigned(number) => {
                let number = i64::try_from(*number).ok()?;
                if number < 100_000_000_000 {
                    Timestamp::from_second(number).ok()
                } else {
                    Timestamp::from_millisecond(number).ok()
                }
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "an epoch with a fraction; out of range is no moment"
            )]
            Self::Float(number) => Timestamp::from_millisecond((number * 1_000.0) as i64).ok(),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        #[expect(clippy::cast_precision_loss, reason = "negative numbers mean nothing here")]
        Ok(u64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Unsigned))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Unsigned(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(value))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_none<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        Scalar::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Scalar {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_are_taken_in_every_type() {
        assert_eq!(read("\"42\"").count(), Some(42));
        assert_eq!(read("42.0").count(), Some(42));
        assert_eq!(read("-1").count(), None);
        assert_eq!(read("7").id().unwrap().as_str(), "7");
        assert_eq!(read("15550123456").phone().unwrap().as_u64(), 15_550_123_456);
        assert_eq!(read("\"REDACTED\"").phone(), None);
        assert!(read("{\"a\": [1, {}]}") == Scalar::Other);
        assert_eq!(read("null").text(), None);
        assert!(read("null").is_present() && !Scalar::default().is_present());
    }

    #[test]
    fn moments_in_every_form() {
        let expected: Timestamp = "2026-02-12T10:00:00Z".parse().unwrap();
        for json in [
            "\"2026-02-12T10:00:00Z\"",
            "\"2026-02-12T10:00:00.000000+00:00\"",
            "\"2026-02-12T12:00:00+02:00\"",
            "\"2026-02-12T10:00:00\"",
            "\"2026-02-12 10:00:00.000\"",
            "1770890400",
            "1770890400000",
            "1770890400.0",
        ] {
            assert_eq!(read(json).moment(), Some(expected), "{json}");
        }
        for json in ["\"soon\"", "\"\"", "null", "true", "1e300", "18446744073709551615"] {
            assert_eq!(read(json).moment(), None, "{json}");
        }
    }
}
