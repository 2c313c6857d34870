//! A zero in brackets after the country code, as in `+49 (0)151…`: dialled inside the country, and no part of the
//! number elsewhere. Kept, it makes a number that nobody has, and a suppressed person is not found.

/// Such a zero in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trunk<'a> {
    before: &'a str,
    after: &'a str,
    /// The country code.
    code: u16,
    /// Nothing else is in the brackets.
    alone: bool,
}

impl<'a> Trunk<'a> {
    /// Finds it in a number without its `+`.
    pub fn find(number: &'a str) -> Option<Self> {
        let (before, inside) = number.split_once(['(', '['])?;
        let digits: String = before.chars().filter(char::is_ascii_digit).collect();
        if !(1..=3).contains(&digits.len()) {
            return None;
        }
        let after = inside.trim_start().strip_prefix('0')?;
        let alone = after.trim_start().starts_with([')', ']']);
        Some(Self { before, after, code: digits.parse().ok()?, alone })
    }

    /// The number without it.
    pub fn without(&self) -> String {
        format!("{} {}", self.before, self.after)
    }

    /// Whether it is part of the number: beside other digits, in a country where numbers may begin with a 0 that is
    /// dialled from outside too.
    pub fn is_part(&self) -> bool {
        !self.alone && KEPT.contains(&self.code)
    }
}

/// Where numbers may begin with a 0 that is dialled from outside too: Italy, San Marino, Ivory Coast, Congo.
const KEPT: [u16; 4] = [39, 378, 225, 242];
/// The country codes of two digits; others have three, but for 1 and 7.
const TWO: [u16; 44] = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
    60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];

/// The number without the 0 that follows its country code, as in `+49 0151…`, where there is one that may be for calls
/// inside the country only.
pub fn without_zero(number: u64) -> Option<u64> {
    let digits = number.ilog10() + 1;
    // The first `n` digits.
    let first = |n: u32| u16::try_from(number / 10_u64.pow(digits.checked_sub(n)?)).ok();
    let length = match (first(1)?, first(2)?) {
        (1 | 7, _) => 1,
        (_, two) if TWO.contains(&two) => 2,
        _ => 3,
    };
    let code = first(length)?;
    if first(length + 1)? != code * 10 || KEPT.contains(&code) {
        return None;
    }
    let below = 10_u64.pow(digits - length - 1);
    Some(u64::from(code) * below + number % below)
}
