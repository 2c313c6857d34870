//! What an answer says about the rate: `X-RateLimit-Remaining`, `X-RateLimit-Reset`, `Retry-After`, `Date`.
//! Pure; where a value has two readings (`api.md`, *Auth, errors, limits*) the plausible one is taken.

use jiff::{SignedDuration, Timestamp};

use super::transport::RawResponse;

/// The server's word on the rate, as waits from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateHeaders {
    /// `Retry-After`.
    pub retry_after: Option<SignedDuration>,
    /// `X-RateLimit-Remaining`.
    pub remaining: Option<u32>,
    /// `X-RateLimit-Reset`.
    pub reset: Option<SignedDuration>,
}

/// No wait that a header asks for is taken for longer than this.
const LONGEST: i64 = 24 * 3_600;

impl RateHeaders {
    /// Reads the headers of an answer that came at `now`.
    pub fn of(response: &RawResponse, now: Timestamp) -> Self {
        let server_now = date(response).unwrap_or(now);
        Self {
            retry_after: response.header("retry-after").and_then(|v| retry_after(v, server_now)),
            remaining: response.header("x-ratelimit-remaining").and_then(count),
            reset: response.header("x-ratelimit-reset").and_then(|v| reset(v, server_now)),
        }
    }
}

/// The server's clock, by its `Date` header.
pub fn date(response: &RawResponse) -> Option<Timestamp> {
    response.header("date").and_then(http_date)
}

fn http_date(text: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(text.trim()).ok()?).ok()
}

fn retry_after(text: &str, server_now: Timestamp) -> Option<SignedDuration> {
    let wait = match seconds(text) {
        Some(wait) => wait,
        None => http_date(text)?.duration_since(server_now),
    };
    plausible(wait)
}

/// Seconds from now, or an epoch in seconds or milliseconds.
fn reset(text: &str, server_now: Timestamp) -> Option<SignedDuration> {
    let value = seconds(text)?;
    let wait = match value.as_secs() {
        ..1_000_000_000 => value,
        epoch @ 1_000_000_000..1_000_000_000_000 => {
            Timestamp::from_second(epoch).ok()?.duration_since(server_now)
        }
        epoch => Timestamp::from_millisecond(epoch).ok()?.duration_since(server_now),
    };
    plausible(wait)
}

/// A number of seconds, perhaps with a fraction, which is rounded up.
fn seconds(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let up = i64::from(fraction.bytes().any(|b| b != b'0'));
    Some(SignedDuration::from_secs(whole.checked_add(up)?))
}

fn count(text: &str) -> Option<u32> {
    let text = text.trim();
    // A server that counts below zero has nothing left.
    if text.starts_with('-') { Some(0) } else { text.parse().ok() }
}

/// Not negative, and at most a day.
fn plausible(wait: SignedDuration) -> Option<SignedDuration> {
    (wait.as_secs() <= LONGEST).then(|| wait.max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)]) -> RateHeaders {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let now = "2026-12-01T10:00:00Z".parse().unwrap();
        RateHeaders::of(&RawResponse::full(200, headers, Vec::new()), now)
    }

    #[expect(clippy::unnecessary_wraps, reason = "compared with options")]
    fn secs(seconds: i64) -> Option<SignedDuration> {
        Some(SignedDuration::from_secs(seconds))
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(read(&[("retry-after", "17")]).retry_after, secs(17));
        assert_eq!(read(&[("retry-after", "0.5")]).retry_after, secs(1));
        let date = ("retry-after", "Tue, 01 Dec 2026 10:00:30 GMT");
        assert_eq!(read(&[date]).retry_after, secs(30));
        // The server's clock is 20 s ahead of ours.
        assert_eq!(read(&[date, ("date", "Tue, 01 Dec 2026 10:00:20 GMT")]).retry_after, secs(10));
        assert_eq!(read(&[("retry-after", "-3")]).retry_after, secs(0));
        assert_eq!(read(&[("retry-after", "soon")]).retry_after, None);
        assert_eq!(read(&[("retry-after", "99999999999999999999")]).retry_after, None);
    }

    #[test]
    fn reset_is_seconds_or_an_epoch() {
        let epoch: Timestamp = "2026-12-01T10:00:42Z".parse().unwrap();
        assert_eq!(read(&[("x-ratelimit-reset", "42")]).reset, secs(42));
        assert_eq!(read(&[("x-ratelimit-reset", &epoch.as_second().to_string())]).reset, secs(42));
        assert_eq!(read(&[("x-ratelimit-reset", &epoch.as_millisecond().to_string())]).reset, secs(42));
        assert_eq!(read(&[("x-ratelimit-reset", "99999999")]).reset, None);
        assert_eq!(read(&[("x-ratelimit-remaining", "7")]).remaining, Some(7));
        assert_eq!(read(&[("x-ratelimit-remaining", "-1")]).remaining, Some(0));
    }
}
