//! Phones as the sandbox takes and shows them: digits in a `u64`. Owns the forms of `phone=`; knows nothing of
//! numbering plans.

use super::dialect::PhoneForm;

/// How an erased member reads (`api.md`: after a GDPR erasure).
pub const REDACTED: &str = "REDACTED";

/// Reads `+15550123456`, `15550123456` or `15550123456@c.us`: 7 to 15 digits, not starting with 0.
pub fn parse_phone(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_suffix("@c.us").or_else(|| text.strip_suffix("@s.whatsapp.net")).unwrap_or(text);
    let digits = text.strip_prefix('+').unwrap_or(text);
    let plausible = (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plausible { digits.parse().ok() } else { None }
}

/// The phone in the dialect's form; 0 is an erased one.
pub fn show_phone(phone: u64, form: PhoneForm) -> String {
    match form {
        _ if phone == 0 => REDACTED.to_owned(),
        PhoneForm::Plus => format!("+{phone}"),
        PhoneForm::Digits => phone.to_string(),
        PhoneForm::Suffix => format!("{phone}@c.us"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_read_back() {
        for form in [PhoneForm::Plus, PhoneForm::Digits, PhoneForm::Suffix] {
            assert_eq!(parse_phone(&show_phone(15_550_123_456, form)), Some(15_550_123_456));
        }
        for bad in
            ["", "+", "0555012345", "+1555", "+1 555 012 3456", "1234567890123456", "REDACTED", "+٣٣٣٣٣٣٣٣"]
        {
            assert_eq!(parse_phone(bad), None, "{bad}");
        }
    }
}
