//! Phone numbers that slipped into prose: an API's error may echo one (`send-safety.md`, *The ledger*).
//!
//! Applied to everything but message texts and commands. What is taken for a phone, [`crate::model::replace_phones`]
//! says.

use crate::model::{PhonePlace, masked_phones, replace_phones};

/// Every phone number masked: country code and last two digits. For the terminal.
pub(super) fn masked(text: &str) -> String {
    masked_phones(text)
}

/// Every phone number gone, masked ones too. For JSON and markdown, which others read.
pub(super) fn hidden(text: &str) -> String {
    drop_masked(&replace_phones(text, PhonePlace::Prose, |_| HIDDEN.to_owned()))
}

/// The same for a value of a field: in the address of a file a number is one where it stands by itself.
pub(super) fn hidden_value(name: &str, value: &str) -> String {
    let place = if name == "media" { PhonePlace::Address } else { PhonePlace::Prose };
    drop_masked(&replace_phones(value, place, |_| HIDDEN.to_owned()))
}

const HIDDEN: &str = "(number hidden)";

/// Takes out what [`crate::model::Masked`] writes: `+`, one to three digits, `…`, two digits.
fn drop_masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(plus) = rest.find('+') {
        let (head, tail) = rest.split_at(plus);
        out.push_str(head);
        let code = tail.bytes().skip(1).take_while(u8::is_ascii_digit).count();
        let last = tail.get(1 + code..).and_then(|t| t.strip_prefix('…')).and_then(|t| t.get(..2));
        if (1..=3).contains(&code) && last.is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit())) {
            out.push_str(HIDDEN);
            rest = tail.get(1 + code + '…'.len_utf8() + 2..).unwrap_or("");
        } else {
            out.push('+');
            rest = tail.get(1..).unwrap_or("");
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_in_prose_are_masked() {
        for (text, shown) in [
            ("phone 15550123456 is not valid", "phone +1…56 is not valid"),
            ("\"+972 50-123-4567\": no", "\"+972…67\": no"),
            ("to 15550123456@c.us", "to +1…56@c.us"),
            ("call +1 (555) 012-3456.", "call +1…56."),
        ] {
            assert_eq!(masked(text), shown);
        }
        assert_eq!(hidden("phone 15550123456, +1…56"), "phone (number hidden), (number hidden)");
    }

    #[test]
    fn an_address_may_be_a_number() {
        for (url, shown) in [
            ("https://e.com/972501234567.pdf", "https://e.com/(number hidden).pdf"),
            (
                "https://e.com/a_972501234567?p=+972501234567",
                "https://e.com/a_(number hidden)?p=(number hidden)",
            ),
        ] {
            assert_eq!(hidden_value("media", url), shown);
        }
        for url in
            ["https://e.com/2026/12/01/a.pdf", "https://e.com/3fa85f64-5717-4562-b3fc-123456789012.pdf"]
        {
            assert_eq!(hidden_value("media", url), url);
        }
    }

    #[test]
    fn what_is_no_phone_stays() {
        for text in [
            "+2 members, 2026-12-01T09:00:00+02:00",
            "job 3fa85f64-5717-4562-b3fc-123456789012",
            "120363012345678@g.us",
            "https://example.com/123456789012.pdf",
            "1,234,567 of 5,000,000",
            "in 12345678 steps, +, +…",
        ] {
            assert_eq!(hidden(text), text);
        }
    }
}
