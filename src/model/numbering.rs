//! Whether a number is in use by the numbering plans (`product.md`, *Phones*: if not, a warning, for new ranges
//! exist). About 1.3 µs a number: only for what is added (`libraries.md`, *phones*).

use super::Phone;

/// So many numbers of a group are looked up when the YAML is read, where their line can be shown. In a larger
/// group only those who are added are, by the plan.
pub const CHECKED_WHEN_READ: usize = 10_000;

/// Whether the numbering plans have the number, in a form that WhatsApp treats as it.
pub fn is_in_use(phone: Phone) -> bool {
    let util = &*rlibphonenumber::PHONE_NUMBER_UTIL;
    let valid =
        |phone: Phone| util.parse(phone.e164(), None).is_ok_and(|number| util.is_valid_number(&number));
    valid(phone) || (phone.canonical() != phone && valid(phone.canonical()))
}

/// The number as it is dialled from outside its country, without a 0 that is dialled inside only. `None` where the
/// numbering plans do not have the country.
pub fn international(phone: Phone) -> Option<Phone> {
    let util = &*rlibphonenumber::PHONE_NUMBER_UTIL;
    let number = util.parse(phone.e164(), None).ok()?;
    let text = util.format(&number, rlibphonenumber::PhoneNumberFormat::E164);
    text.strip_prefix('+')?.parse().ok().and_then(Phone::from_u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_number_are_in_use_together() {
        let in_use = |text: &str| is_in_use(Phone::parse(text).unwrap());
        assert!(in_use("+972502345678") && in_use("+12124567890"));
        assert!(in_use("+5215512345678") && in_use("+525512345678"));
        assert!(in_use("+5491123456789") && in_use("+541123456789"));
        assert!(!in_use("+15550123456") && !in_use("+9721234567"));
    }
}
