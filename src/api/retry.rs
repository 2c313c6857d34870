//! When a request is made again: one pure predicate. What each kind of request allows is `send-safety.md`'s.

use jiff::SignedDuration;

use super::request::Idempotency;
use super::transport::{Cause, Left, TransportError};

/// How one attempt ended, where it did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No complete answer.
    Failed {
        /// Whether the request can have reached the server.
        left: Left,
        /// What went wrong.
        cause: Cause,
    },
    /// An answer that is no 2xx.
    Status {
        /// The status.
        status: u16,
        /// Whether the body is the API's own: a JSON object with `detail`, `error` or `message`.
        api_body: bool,
    },
}

impl From<&TransportError> for Outcome {
    fn from(error: &TransportError) -> Self {
        Self::Failed { left: error.left, cause: error.cause }
    }
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Make the request again after this wait (and when the limiter admits it).
    Retry {
        /// The wait.
        after: SignedDuration,
    },
    /// Report it.
    GiveUp,
}

/// Attempts in all, where the server or the way to it fails.
pub const ATTEMPTS: u32 = 4;
/// Attempts in all, where nothing came in time: each has cost its whole timeout.
pub const TIMEOUT_ATTEMPTS: u32 = 2;
/// Attempts in all at 429: the limiter knows how long to wait.
pub const RATE_ATTEMPTS: u32 = 6;
/// A `Retry-After` beyond this is reported, not waited for.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(600);

const BASE: SignedDuration = SignedDuration::from_millis(250);
const CAP: SignedDuration = SignedDuration::from_secs(8);

/// Whether to make a request again after its `attempt`-th attempt (from 1) ended in `outcome`.
///
/// `retry_after` is the server's, where it gave one; at 429 the limiter waits for it, at others this does.
/// `jitter` is 0 to 1,000 and takes up to half of the wait away, so that clients do not march in step.
pub fn decide(
    idempotency: Idempotency,
    outcome: Outcome,
    attempt: u32,
    retry_after: Option<SignedDuration>,
    jitter: u32,
) -> Decision {
    let (allowed, attempts) = match (idempotency, outcome) {
        (Idempotency::Send, _)
        | (_, Outcome::Failed { cause: Cause::Tls | Cause::Invalid | Cause::TooLarge, .. }) => (false, 1),
        (Idempotency::Create, Outcome::Failed { left, cause }) => (left == Left::No, attempts_at(cause)),
        (Idempotency::Create, Outcome::Status { status, api_body }) => {
            (status == 429 && api_body, RATE_ATTEMPTS)
        }
        (_, Outcome::Failed { cause, .. }) => (true, attempts_at(cause)),
        (_, Outcome::Status { status: 429, .. }) => (true, RATE_ATTEMPTS),
        (_, Outcome::Status { status, .. }) => (matches!(status, 408 | 425 | 500..=599), ATTEMPTS),
    };
    if !allowed || attempt >= attempts || retry_after.is_some_and(|wait| wait > LONGEST_WAIT) {
        return Decision::GiveUp;
    }
    if matches!(outcome, Outcome::Status { status: 429, .. }) {
        return Decision::Retry { after: SignedDuration::ZERO };
    }
    let after = back_off(attempt, jitter).max(retry_after.unwrap_or(SignedDuration::ZERO));
    Decision::Retry { after }
}

fn attempts_at(cause: Cause) -> u32 {
    if matches!(cause, Cause::Timeout | Cause::ConnectTimeout) { TIMEOUT_ATTEMPTS } else { ATTEMPTS }
}

/// 250 ms, doubled for each attempt, at most 8 s, less up to half of it.
fn back_off(attempt: u32, jitter: u32) -> SignedDuration {
    let factor = 1_i32 << attempt.saturating_sub(1).min(16);
    let full = BASE.saturating_mul(factor).min(CAP);
    let less = i64::from(jitter.min(1_000)) * i64::try_from(full.as_millis()).unwrap_or(0) / 2_000;
    full.saturating_sub(SignedDuration::from_millis(less))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Idempotency::{Create, Repeatable, Safe, Send};

    const fn failed(left: Left, cause: Cause) -> Outcome {
        Outcome::Failed { left, cause }
    }

    const fn status(status: u16, api_body: bool) -> Outcome {
        Outcome::Status { status, api_body }
    }

    const REFUSED: Outcome = failed(Left::No, Cause::Refused);
    const RESET: Outcome = failed(Left::Perhaps, Cause::Closed);
    const TIMEOUT: Outcome = failed(Left::Perhaps, Cause::Timeout);
    const CUT: Outcome = failed(Left::Perhaps, Cause::Truncated);

    fn attempts(idempotency: Idempotency, outcome: Outcome) -> u32 {
        (1..100)
            .take_while(|attempt| decide(idempotency, outcome, *attempt, None, 0) != Decision::GiveUp)
            .count()
            .try_into()
            .map(|retries: u32| retries + 1)
            .unwrap()
    }

    #[test]
    fn the_table() {
        let table = [
            // outcome, attempts in all for Safe and Repeatable, Create, Send
            (REFUSED, 4, 4, 1),
            (failed(Left::No, Cause::Dns), 4, 4, 1),
            (failed(Left::No, Cause::Tls), 1, 1, 1),
            (failed(Left::No, Cause::ConnectTimeout), 2, 2, 1),
            (RESET, 4, 1, 1),
            (TIMEOUT, 2, 1, 1),
            (CUT, 4, 1, 1),
            (failed(Left::Perhaps, Cause::TooLarge), 1, 1, 1),
            (status(429, true), 6, 6, 1),
            (status(429, false), 6, 1, 1),
            (status(500, true), 4, 1, 1),
            (status(502, false), 4, 1, 1),
            (status(503, true), 4, 1, 1),
            (status(408, true), 4, 1, 1),
            (status(425, true), 4, 1, 1),
            (status(400, true), 1, 1, 1),
            (status(401, true), 1, 1, 1),
            (status(403, false), 1, 1, 1),
            (status(404, true), 1, 1, 1),
            (status(409, true), 1, 1, 1),
            (status(422, true), 1, 1, 1),
            (status(302, false), 1, 1, 1),
        ];
        for (outcome, often, create, send) in table {
            assert_eq!(attempts(Safe, outcome), often, "{outcome:?}");
            assert_eq!(attempts(Repeatable, outcome), often, "{outcome:?}");
            assert_eq!(attempts(Create, outcome), create, "create {outcome:?}");
            assert_eq!(attempts(Send, outcome), send, "send {outcome:?}");
        }
    }

    #[test]
    fn waits_double_and_a_dead_server_is_told_soon() {
        let wait = |attempt, jitter| match decide(Safe, REFUSED, attempt, None, jitter) {
            Decision::Retry { after } => after.as_millis(),
            Decision::GiveUp => unreachable!("gave up"),
        };
        assert_eq!([wait(1, 0), wait(2, 0), wait(3, 0)], [250, 500, 1_000]);
        assert_eq!([wait(1, 1_000), wait(2, 500)], [125, 375]);
        assert_eq!(back_off(40, 0), CAP);
    }

    #[test]
    fn the_server_may_ask_for_a_longer_wait_within_reason() {
        let asked = |seconds| decide(Safe, status(503, true), 1, Some(SignedDuration::from_secs(seconds)), 0);
        assert_eq!(asked(20), Decision::Retry { after: SignedDuration::from_secs(20) });
        assert_eq!(asked(3_600), Decision::GiveUp);
        let limited = decide(Safe, status(429, true), 1, Some(SignedDuration::from_secs(20)), 0);
        assert_eq!(limited, Decision::Retry { after: SignedDuration::ZERO }, "the limiter waits");
    }
}
