//! Phone numbers as 64-bit integers.

use std::fmt;

use super::masked::Masked;
use super::numbering::{international, is_in_use};
use super::trunk::{Trunk, without_zero};

/// A phone number in E.164: 7 to 15 digits, the first not 0, kept as an integer (`product.md`, *Scale*).
/// `Debug` and `Display` are masked, so that no log or panic can hold one; [`Phone::digits`] is the number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(u64);

/// Why a text is no phone number. Never holds the text: it may be a person's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing there.
    #[error("empty; write the number with its country code, as in \"+15550123456\"")]
    Empty,
    /// Letters or signs that no number has.
    #[error("not a phone number; write digits with the country code, as in \"+15550123456\"")]
    Characters,
    /// Fewer than seven digits.
    #[error("too short for a phone number with its country code ({0} digits; E.164 has 7 to 15)")]
    Short(usize),
    /// More than fifteen digits.
    #[error("too long for a phone number ({0} digits; E.164 has at most 15)")]
    Long(usize),
    /// A leading zero: a national form.
    #[error(
        "begins with 0; write the number with its country code, as in \"+972501234567\", not \"0501234567\""
    )]
    LeadingZero,
    /// A zero in brackets after the country code, of a country where that is not known to be left out.
    #[error("has a 0 in brackets, which is dialled only inside a country; leave it out")]
    TrunkZero,
}

impl Phone {
    /// The smallest and largest number of digits.
    pub const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

    /// Reads a number as people write it: with or without `+`, spaces, dots, dashes, brackets, slashes. A zero in
    /// brackets after the country code, as in `+49 (0)151…`, is left out where it is dialled inside the country only,
    /// and so is one without brackets.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        Self::as_written(text).map(Self::as_dialled_from_outside)
    }

    fn as_written(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim();
        let rest = text.strip_prefix('+').unwrap_or(text);
        match Trunk::find(rest) {
            None => Self::of_digits(rest),
            Some(zero) => {
                let kept = Self::of_digits(rest)?;
                match international(kept) {
                    Some(number) if number != kept => Self::of_digits(&zero.without()),
                    Some(_) if zero.is_part() || is_in_use(kept) => Ok(kept),
                    _ => Err(PhoneError::TrunkZero),
                }
            }
        }
    }

    /// Without a 0 after the country code that the numbering plans do not have there.
    fn as_dialled_from_outside(self) -> Self {
        // Only few are looked up.
        let without = without_zero(self.0).and_then(Self::from_u64);
        without.filter(|without| international(self) == Some(*without)).unwrap_or(self)
    }

    fn of_digits(rest: &str) -> Result<Self, PhoneError> {
        let mut value: u64 = 0;
        let mut digits = 0_usize;
        let mut first_zero = false;
        for c in rest.chars() {
            match c {
                '0'..='9' => {
                    if digits == 0 && c == '0' {
                        first_zero = true;
                    }
                    digits += 1;
                    if digits <= 15 {
                        value = value * 10 + u64::from(c as u32 - '0' as u32);
                    }
                }
                ' '
                | '.'
                | '-'
                | '('
                | ')'
                | '['
                | ']'
                | '\u{a0}'
                | '\u{2009}'
                | '\u{202f}'
                | '\u{2010}'..='\u{2015}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' => {}
                _ => return Err(PhoneError::Characters),
            }
        }
        match digits {
            0 => Err(PhoneError::Empty),
            _ if first_zero => Err(PhoneError::LeadingZero),
            n if n < *Self::DIGITS.start() => Err(PhoneError::Short(n)),
            n if n > *Self::DIGITS.end() => Err(PhoneError::Long(n)),
            _ => Ok(Self(value)),
        }
    }

    /// Reads a number as the API gives it: as sent, as digits, or with a WhatsApp suffix such as `@c.us`
    /// (`api.md`, *Custom groups*). `None` for what is no phone, such as `REDACTED`, or WhatsApp's other ids: their
    /// digits are nobody's number.
    pub fn from_wire(text: &str) -> Option<Self> {
        let (number, suffix) = text.split_once('@').unwrap_or((text, ""));
        if ["lid", "hosted.lid", "g.us", "broadcast", "newsletter"].contains(&suffix.trim()) {
            return None;
        }
        let number = number.split_once(':').map_or(number, |(number, _device)| number);
        // It is taken for what it is there.
        Self::as_written(number).ok()
    }

    /// From an integer of 7 to 15 digits.
    pub fn from_u64(value: u64) -> Option<Self> {
        (1_000_000..1_000_000_000_000_000).contains(&value).then_some(Self(value))
    }

    /// The digits as an integer.
    pub fn as_u64(self) -> u64 {
        self.0
    }

    /// The digits, without `+`. Not masked: for requests and exports only.
    pub fn digits(self) -> String {
        self.0.to_string()
    }

    /// `+` and the digits. Not masked: for requests and exports only.
    pub fn e164(self) -> String {
        format!("+{}", self.0)
    }

    /// Country code and last two digits (`product.md`, *Plan*).
    pub fn masked(self) -> Masked {
        Masked(self)
    }

    /// The form that stands for every number WhatsApp treats as the same (`product.md`, *Phones*): Mexico
    /// `+521…` is `+52…`, Argentina `+549…` is `+54…`, Brazil's ninth digit is left out.
    #[must_use]
    pub fn canonical(self) -> Self {
        const E10: u64 = 10_000_000_000;
        const E9: u64 = 1_000_000_000;
        const E8: u64 = 100_000_000;
        match self.0 {
            // 52 1 + ten digits, 54 9 + ten digits
            n if n / E10 == 521 => Self(52 * E10 + n % E10),
            n if n / E10 == 549 => Self(54 * E10 + n % E10),
            // 55 + two digits of area + 9 + eight digits
            n if n / (E9 * 100) == 55 && (n / E8) % 10 == 9 => Self((n / E9) * E8 + n % E8),
            n => Self(n),
        }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.masked(), f)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.masked(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_number() {
        for text in
            ["+15550123456", "15550123456", "+1 (555) 012-3456", "1.555.012.3456", " +1-555-012-3456 "]
        {
            assert_eq!(Phone::parse(text).unwrap().as_u64(), 15_550_123_456, "{text}");
        }
        assert_eq!(Phone::from_wire("15550123456@c.us").unwrap().as_u64(), 15_550_123_456);
        assert_eq!(Phone::from_wire("15550123456:12@s.whatsapp.net").unwrap().as_u64(), 15_550_123_456);
        for text in [
            "REDACTED",
            "123456789012345@lid",
            "123456789012345:3@lid",
            "120363012345@g.us",
            "status@broadcast",
        ] {
            assert_eq!(Phone::from_wire(text), None, "{text}");
        }
    }

    #[test]
    fn a_zero_in_brackets_is_left_out_where_it_is_dialled_inside_the_country_only() {
        for (text, number) in [
            ("+49 (0)151 12345678", 4_915_112_345_678),
            ("49(0)15112345678", 4_915_112_345_678),
            ("+49 [0] 151-12345678", 4_915_112_345_678),
            ("+49 ( 0 ) 151 12345678", 4_915_112_345_678),
            ("+49 (0151) 12345678", 4_915_112_345_678),
            ("+44 (0)20 7946 0958", 442_079_460_958),
            ("+972 (0)50 1234567", 972_501_234_567),
            // The zero belongs to the number.
            ("+39 (06) 698 12345", 390_669_812_345),
            ("+39 06 698 12345", 390_669_812_345),
            ("+39 (0)6 698 12345", 390_669_812_345),
            // Other brackets are only brackets.
            ("+1 (555) 012-3456", 15_550_123_456),
            ("+972 (50) 1234567", 972_501_234_567),
        ] {
            assert_eq!(Phone::parse(text).map(Phone::as_u64), Ok(number), "{text}");
        }
        for text in ["+1 (0)555 0123456", "+34 (0)612 345 678", "+39 (0)347 1234567", "+999 (0)123 4567"] {
            assert_eq!(Phone::parse(text), Err(PhoneError::TrunkZero), "{text}");
        }
        assert_eq!(Phone::parse("(0)151 12345678"), Err(PhoneError::LeadingZero));
        assert_eq!(Phone::parse("+49 (0)"), Err(PhoneError::Short(3)));
    }

    #[test]
    fn a_zero_of_calls_inside_the_country_is_left_out_without_brackets_too() {
        for (text, number) in [
            ("+49 0151 12345678", 4_915_112_345_678),
            ("49015112345678", 4_915_112_345_678),
            ("+44 020 7946 0958", 442_079_460_958),
            ("+44 07911 123456", 447_911_123_456),
            ("+972 050-123-4567", 972_501_234_567),
            ("+33 06 12 34 56 78", 33_612_345_678),
            ("+61 0412 345 678", 61_412_345_678),
            ("+375 029 123 45 67", 375_291_234_567),
            // The zero belongs to the number, or nobody knows better.
            ("+39 06 698 12345", 390_669_812_345),
            ("+39 0347 1234567", 3_903_471_234_567),
            ("+225 07 01 23 45 67", 2_250_701_234_567),
            ("+242 06 612 3456", 242_066_123_456),
            ("+1 055 5012 3456", 105_550_123_456),
            ("+34 0612 345 678", 340_612_345_678),
            ("+999 0123 4567", 99_901_234_567),
            ("+15550123456", 15_550_123_456),
            ("+4930123456", 4_930_123_456),
        ] {
            assert_eq!(Phone::parse(text).map(Phone::as_u64), Ok(number), "{text}");
        }
        // What the account has is what the account has.
        assert_eq!(Phone::from_wire("49015112345678").map(Phone::as_u64), Some(49_015_112_345_678));
    }

    #[test]
    fn what_is_no_number_says_why() {
        let cases = [
            ("", PhoneError::Empty),
            ("+", PhoneError::Empty),
            ("call me", PhoneError::Characters),
            ("++15550123456", PhoneError::Characters),
            ("0501234567", PhoneError::LeadingZero),
            ("123456", PhoneError::Short(6)),
            ("1234567890123456", PhoneError::Long(16)),
            ("99999999999999999999999999", PhoneError::Long(26)),
        ];
        for (text, error) in cases {
            assert_eq!(Phone::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn equivalent_forms_have_one_canonical_form() {
        for (a, b) in [
            ("+5215512345678", "+525512345678"),
            ("+5491123456789", "+541123456789"),
            ("+5511987654321", "+551187654321"),
        ] {
            assert_eq!(Phone::parse(a).unwrap().canonical(), Phone::parse(b).unwrap().canonical());
        }
        let plain = Phone::parse("+15550123456").unwrap();
        assert_eq!(plain.canonical(), plain);
    }

    #[test]
    fn debug_is_masked() {
        assert!(!format!("{:?}", Phone::parse("+15550123456").unwrap()).contains("5550123"));
    }
}
