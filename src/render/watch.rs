//! How a running send is doing, in words and numbers: from what was seen of it so far. Pure; `now` is an argument.

use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::{Value, json};

use crate::api::Progress;
use crate::model::{JobStatus, grouped, one_line};
use crate::time::format::{duration_words, with_offset};
use crate::time::{Pacing, Zone};

/// From this many messages on, the pace that was seen says more than the vendor's usual one.
const ENOUGH: u64 = 3;

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Sent so far.
    pub sent: u64,
    /// Recipients in all, where known.
    pub total: Option<u64>,
    /// Failed so far.
    pub failed: u64,
    /// The job's status.
    pub status: JobStatus,
}

impl Standing {
    /// How it stands after `event`; what that leaves out is as it was.
    fn after(before: Option<&Self>, event: &Progress) -> Self {
        let Progress { sent, total, failed, status } = event;
        Self {
            sent: sent.or(before.map(|b| b.sent)).unwrap_or(0),
            total: total.or(before.and_then(|b| b.total)),
            failed: failed.or(before.map(|b| b.failed)).unwrap_or(0),
            status: status
                .clone()
                .or_else(|| before.map(|b| b.status.clone()))
                .unwrap_or_else(|| JobStatus::Unknown("unknown".to_owned())),
        }
    }
}

/// What was seen of one job.
#[derive(Debug, Clone)]
pub struct Watched {
    zone: Zone,
    first: Option<(Timestamp, u64)>,
    last: Option<(Timestamp, Standing)>,
}

impl Watched {
    /// Nothing so far; times are shown in `zone`.
    pub fn new(zone: Zone) -> Self {
        Self { zone, first: None, last: None }
    }

    /// Takes in how it is at `now`; whether that is news.
    pub fn see(&mut self, now: Timestamp, event: &Progress) -> bool {
        let before = self.standing();
        let standing = Standing::after(before, event);
        let news = before != Some(&standing);
        if before.is_some_and(|before| before.status != standing.status) {
            // The pace from before a pause says nothing.
            self.first = None;
        }
        self.first.get_or_insert((now, reached(&standing)));
        self.last = Some((now, standing));
        news
    }

    /// How it was last.
    pub fn standing(&self) -> Option<&Standing> {
        self.last.as_ref().map(|(_, standing)| standing)
    }

    /// Messages a minute, by what was seen.
    pub fn rate(&self) -> Option<f64> {
        let ((since, from), (until, progress)) = (self.first?, self.last.as_ref()?);
        let seconds = until.duration_since(since).as_secs_f64();
        let sent = reached(progress).checked_sub(from).filter(|sent| *sent >= ENOUGH)?;
        #[expect(clippy::cast_precision_loss, reason = "numbers of people are far below 2^52")]
        (seconds > 0.0).then(|| sent as f64 * 60.0 / seconds)
    }

    /// When it is expected to end, while it runs: at the pace that was seen, else at the vendor's usual one.
    pub fn ends(&self) -> Option<Timestamp> {
        let (now, progress) = self.last.as_ref()?;
        let left = progress.total?.checked_sub(reached(progress))?;
        if !matches!(progress.status, JobStatus::Running | JobStatus::Pending) {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "numbers of people are far below 2^52")]
        let takes = match self.rate() {
            Some(rate) => SignedDuration::try_from_secs_f64(left as f64 * 60.0 / rate).ok()?,
            None => Pacing::of(left.saturating_add(1)).expected,
        };
        now.checked_add(takes).ok()?.round(Unit::Second).ok()
    }

    /// For a bar's side: in at most `width` columns, the less important left out.
    pub fn beside_bar(&self, width: usize) -> String {
        let Some((now, progress)) = &self.last else { return String::new() };
        let total = progress.total.map_or_else(|| "?".to_owned(), |n| n.to_string());
        let mut line = format!("{}/{total} sent", progress.sent);
        let mut parts = Vec::new();
        if progress.failed > 0 {
            parts.push(format!("{} failed", progress.failed));
        }
        match (&progress.status, self.ends()) {
            (JobStatus::Running, Some(end)) => parts.push(self.end_words(*now, end)),
            (status, _) => parts.push(one_line(status.as_str(), 20)),
        }
        parts.extend(self.rate().map(|rate| format!("{rate:.1}/min")));
        for part in parts {
            if line.chars().count() + 2 + part.chars().count() <= width {
                line.push_str("  ");
                line.push_str(&part);
            }
        }
        line
    }

    fn end_words(&self, now: Timestamp, end: Timestamp) -> String {
        let (now, end) = (now.to_zoned(self.zone.tz().clone()), end.to_zoned(self.zone.tz().clone()));
        let form = if now.date() == end.date() { "ends %H:%M" } else { "ends %a %H:%M" };
        end.strftime(form).to_string()
    }

    /// A whole line, for a pipe.
    pub fn line(&self) -> String {
        let Some((now, progress)) = &self.last else { return String::new() };
        let mut line = format!("{}: {}", one_line(progress.status.as_str(), 30), counts(progress));
        if let Some(rate) = self.rate() {
            line.extend([", ", &format!("{rate:.1} a minute")]);
        }
        if let Some(end) = self.ends() {
            let left = duration_words(end.duration_since(*now));
            line.extend([", ", &self.end_words(*now, end), " (in ", &left, ")"]);
        }
        line
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let Some((now, progress)) = &self.last else { return Value::Null };
        let Standing { sent, total, failed, status } = progress;
        json!({
            "at": with_offset(*now, &self.zone),
            "status": status.as_str(),
            "sent": sent,
            "failed": failed,
            "total": total,
            "per_minute": self.rate().map(|rate| (rate * 10.0).round() / 10.0),
            "ends": self.ends().map(|end| with_offset(end, &self.zone)),
        })
    }
}

fn reached(progress: &Standing) -> u64 {
    progress.sent.saturating_add(progress.failed)
}

/// `45 of 127 sent, 2 failed`.
pub fn counts(progress: &Standing) -> String {
    let total = progress.total.map(|n| format!(" of {}", grouped(n))).unwrap_or_default();
    let failed =
        if progress.failed > 0 { format!(", {} failed", grouped(progress.failed)) } else { String::new() };
    format!("{}{total} sent{failed}", grouped(progress.sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_796_115_600 + seconds).unwrap()
    }

    fn progress(sent: u64, failed: u64, status: JobStatus) -> Progress {
        Progress { sent: Some(sent), total: Some(127), failed: Some(failed), status: Some(status) }
    }

    #[test]
    fn the_end_is_by_the_usual_pace_first_and_then_by_the_one_seen() {
        let mut watched = Watched::new(Zone::utc());
        assert_eq!((watched.line(), watched.ends()), (String::new(), None));
        watched.see(at(0), &progress(2, 0, JobStatus::Running));
        assert_eq!(watched.rate(), None);
        assert_eq!(watched.ends(), Some(at(125 * 75)));
        watched.see(at(120), &Progress { total: None, ..progress(5, 1, JobStatus::Running) });
        assert_eq!(watched.rate(), Some(2.0));
        assert_eq!(watched.ends(), Some(at(120 + 121 * 30)));
        assert_eq!(
            watched.line(),
            "running: 5 of 127 sent, 1 failed, 2.0 a minute, ends 10:02 (in 1 h 1 min)"
        );
        assert_eq!(watched.json()["ends"], "2026-12-01T10:02:30+00:00");
    }

    #[test]
    fn what_an_event_leaves_out_is_as_it_was_and_no_news() {
        let mut watched = Watched::new(Zone::utc());
        assert!(watched.see(at(0), &progress(45, 2, JobStatus::Running)));
        assert!(!watched.see(at(1), &progress(45, 2, JobStatus::Running)));
        assert!(!watched.see(at(1), &Progress::default()));
        assert!(watched.see(at(2), &Progress { sent: Some(46), ..Progress::default() }));
        assert!(watched.line().starts_with("running: 46 of 127 sent, 2 failed, ends "), "{}", watched.line());
        let status = Some(JobStatus::Completed);
        assert!(watched.see(at(3), &Progress { status, ..Progress::default() }));
        assert_eq!(watched.line(), "completed: 46 of 127 sent, 2 failed");
    }

    #[test]
    fn every_width_says_what_matters_first() {
        let mut watched = Watched::new(Zone::utc());
        watched.see(at(0), &progress(2, 0, JobStatus::Running));
        watched.see(at(120), &progress(5, 1, JobStatus::Running));
        assert_eq!(watched.beside_bar(60), "5/127 sent  1 failed  ends 10:02  2.0/min");
        assert_eq!(watched.beside_bar(36), "5/127 sent  1 failed  ends 10:02");
        assert_eq!(watched.beside_bar(12), "5/127 sent");
    }

    #[test]
    fn a_paused_or_unknown_job_has_no_end_and_no_old_pace() {
        let mut watched = Watched::new(Zone::utc());
        watched.see(at(0), &progress(2, 0, JobStatus::Running));
        watched.see(at(60), &progress(9, 0, JobStatus::Running));
        watched.see(at(61), &progress(9, 0, JobStatus::Paused));
        assert_eq!((watched.rate(), watched.ends()), (None, None));
        assert_eq!(watched.line(), "paused: 9 of 127 sent");
        watched.see(at(62), &progress(9, 0, JobStatus::Unknown("dreaming\u{1b}".to_owned())));
        assert!(!watched.line().contains('\u{1b}'));
        assert_eq!(watched.ends(), None);
        let shrunk = Progress { total: Some(3), ..progress(9, 0, JobStatus::Running) };
        watched.see(at(63), &shrunk);
        assert_eq!(watched.ends(), None);
    }
}
