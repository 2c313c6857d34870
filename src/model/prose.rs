//! Phone numbers in prose: in a name of the account, in a server's words, in a status that nobody foresaw
//! (`send-safety.md`, *The ledger*; `product.md`: phones are masked). One place that says what is taken for one.
//!
//! That is what begins with `+` and has 7 to 15 digits, and bare runs of 9 to 15 digits that are no part of a longer
//! name, such as an id, a URL or a WhatsApp group's address.

use super::{Phone, is_in_use};

/// What a text is, which tells what belongs to a longer name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhonePlace {
    /// Words for people; an id, a URL or a WhatsApp group's address in them is none.
    Prose,
    /// The address of a file.
    Address,
}

/// Every phone number masked: country code and last two digits.
pub fn masked_phones(text: &str) -> String {
    replace_phones(text, PhonePlace::Prose, |phone| phone.masked().to_string())
}

/// Whether there is a phone number in a name that the user chose. Of bare digits, which may be a date or an order,
/// only numbers that are in use count.
pub fn names_phone(name: &str) -> bool {
    let mut found = false;
    let mut before = None;
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if let Some((phone, _)) = phone_at(before, rest, PhonePlace::Prose) {
            found |= c == '+' || is_in_use(phone);
        }
        before = Some(c);
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
    found
}

/// Every phone number in `text` replaced by what `with` makes of it.
pub fn replace_phones(text: &str, place: PhonePlace, with: impl Fn(Phone) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((phone, length)) = phone_at(before, rest, place) {
            out.push_str(&with(phone));
            before = Some('0');
            rest = rest.get(length..).unwrap_or("");
        } else {
            out.push(c);
            before = Some(c);
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
    }
    out
}

/// The phone number with which `rest` begins, and its length in bytes.
fn phone_at(before: Option<char>, rest: &str, place: PhonePlace) -> Option<(Phone, usize)> {
    if let Some(number) = rest.strip_prefix('+') {
        if before.is_some_and(char::is_alphanumeric) {
            return None;
        }
        let mut end = 0;
        for (i, c) in number.char_indices() {
            match c {
                '0'..='9' => end = i + 1,
                // A separator counts only between digits, so that `+2 members` ends at the 2.
                ' ' | '.' | '-' | '(' | ')' | '\u{a0}' => {}
                _ => break,
            }
        }
        let phone = Phone::parse(number.get(..end)?).ok()?;
        return Some((phone, end + 1));
    }
    let joins = if place == PhonePlace::Address { "-" } else { "-_./\\#…" };
    if before.is_some_and(|c| c.is_alphanumeric() || joins.contains(c)) {
        return None;
    }
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(9..=15).contains(&length) {
        return None;
    }
    let after = rest.get(length..)?;
    let mut following = after.chars();
    let joined = match following.next() {
        Some(c) if place == PhonePlace::Address => c.is_alphanumeric() || c == '-',
        Some(c) if c.is_alphanumeric() || "-_/\\".contains(c) => true,
        Some('.') => following.next().is_some_and(char::is_alphanumeric),
        Some('@') => after.starts_with("@g.us"),
        _ => false,
    };
    if joined {
        return None;
    }
    Phone::parse(rest.get(..length)?).ok().map(|phone| (phone, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_number_in_it_is_noticed_and_dates_and_orders_are_not() {
        for name in ["For +12125550131", "Call Jane +1 212 555 0131", "12125550131", "x (972502345678)"] {
            assert!(names_phone(name), "{name}");
            assert_ne!(masked_phones(name), name);
        }
        for name in [
            "VIP Clients",
            "Sale +20 %",
            "202612010900",
            "Order 1234",
            "2026-12-01 09:00",
            "top-12125550131x",
        ] {
            assert!(!names_phone(name), "{name}");
        }
    }
}
