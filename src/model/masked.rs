//! A phone number as others may see it.

use std::fmt;

use super::Phone;

/// Shows a phone number's country code and last two digits: `+1…56`, `+972…67`.
#[derive(Clone, Copy)]
pub struct Masked(pub(super) Phone);

/// ITU country codes of one and of two digits; every other code has three (ITU-T E.164, list of codes).
const ONE: [u64; 2] = [1, 7];
const TWO: [u64; 44] = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
    60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.digits();
        let lead = |n: usize| digits.get(..n).and_then(|d| d.parse().ok()).unwrap_or(0_u64);
        let code = if ONE.contains(&lead(1)) {
            1
        } else if TWO.contains(&lead(2)) {
            2
        } else {
            3
        };
        let (code, rest) = digits.split_at(code.min(digits.len()));
        let last = rest.get(rest.len().saturating_sub(2)..).unwrap_or("");
        write!(f, "+{code}…{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_code_and_two_digits_remain() {
        for (phone, shown) in [
            ("+15550123456", "+1…56"),
            ("+972501234567", "+972…67"),
            ("+447700900123", "+44…23"),
            ("+79161234567", "+7…67"),
        ] {
            assert_eq!(Phone::parse(phone).unwrap().masked().to_string(), shown);
        }
    }
}
