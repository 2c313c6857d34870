//! One line a change, while an apply runs.

use crate::apply::Outcome;
use crate::model::one_line;
use crate::render::redact::masked;
use crate::render::words;

/// Longest sentence, in characters: the report has all of it.
const LONGEST: usize = 200;

/// `[3/7] + group.vip created`, for a terminal or a log: without colour, phone or message text, on one line.
pub fn progress_line(outcome: &Outcome, n: usize, of: usize) -> String {
    let Outcome { address, kind, result } = outcome;
    let kind = words::of_kind(*kind);
    let text = words::result_text(result)
        .map(|t| format!(": {}", one_line(&masked(t), LONGEST)))
        .unwrap_or_default();
    match words::result_marker(result) {
        None => format!("[{n}/{of}] {} {address} {}{text}", kind.sign.as_str(), kind.done),
        Some((mark, word)) => format!("[{n}/{of}] {mark} {address} {word}{text}"),
    }
}
