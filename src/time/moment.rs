//! Moments moved by a duration, without an end-of-time panic: moments also come from servers, ledgers and flags.

use jiff::{SignedDuration, Timestamp};

/// `at` plus `by`, at most the last moment there is.
pub fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// `at` minus `by`, at least the first moment there is.
pub fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(if by.is_negative() { Timestamp::MAX } else { Timestamp::MIN })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_end_of_time() {
        let minute = SignedDuration::from_mins(1);
        assert_eq!(
            (later(Timestamp::MAX, minute), earlier(Timestamp::MIN, minute)),
            (Timestamp::MAX, Timestamp::MIN)
        );
        assert_eq!(
            (later(Timestamp::MIN, -minute), earlier(Timestamp::MAX, -minute)),
            (Timestamp::MIN, Timestamp::MAX)
        );
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(earlier(later(now, minute), minute), now);
    }
}
