//! Phone numbers as 64-bit integers.

use std::fmt;

use super::masked::Masked;

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
}

impl Phone {
    /// The smallest and largest number of digits.
    pub const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

    /// Reads a number as people write it: with or without `+`, spaces, dots, dashes, brackets, slashes.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim();
        let rest = text.strip_prefix('+').unwrap_or(text);
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
                | '/'
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
    /// (`api.md`, *Custom groups*). `None` for what is no phone, such as `REDACTED`.
    pub fn from_wire(text: &str) -> Option<Self> {
        let number = text.split_once('@').map_or(text, |(number, _)| number);
        let number = number.split_once(':').map_or(number, |(number, _device)| number);
        Self::parse(number).ok()
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
        assert_eq!(Phone::from_wire("REDACTED"), None);
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
