//! A running send as it is watched: a bar on a terminal, a line every so often elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{SignedDuration, Timestamp};

use super::Ui;
use crate::model::JobStatus;
use crate::render::Watched;

/// How often a line is written to a pipe, at most.
const EVERY: SignedDuration = SignedDuration::from_secs(30);
/// So many different statuses are told within that time.
const STATUSES: usize = 8;
/// Columns of the bar.
const BAR: usize = 20;
/// From this width on, there is a bar beside the numbers.
const WIDE: usize = 60;

/// Shows what is watched.
pub struct WatchView<'u> {
    ui: &'u Ui,
    name: String,
    json: bool,
    bar: Option<ProgressBar>,
    /// How it is drawn now; before the first time, not at all.
    wide: Option<bool>,
    /// When each status was last said.
    said: Vec<(Timestamp, JobStatus)>,
}

impl<'u> WatchView<'u> {
    /// For the send of that name; with `json`, each line is an object.
    pub fn new(ui: &'u Ui, name: String, json: bool) -> Self {
        let terminal = ui.terminal();
        let show = terminal.can_redraw() && terminal.out_is_terminal() && !ui.is_quiet() && !json;
        let bar = show.then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()));
        ui.set_bar(bar.clone());
        Self { ui, name, json, bar, wide: None, said: Vec::new() }
    }

    /// How it is at `now`.
    pub fn show(&mut self, now: Timestamp, watched: &Watched) {
        let Some(progress) = watched.standing() else { return };
        if let Some(bar) = &self.bar {
            let width = self.ui.terminal().width();
            let wide = width >= WIDE;
            if self.wide.replace(wide) != Some(wide) {
                let form = if wide { "  {bar:20} {msg}" } else { "  {msg}" };
                bar.set_style(
                    ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()),
                );
            }
            let beside = if wide { width - BAR - 4 } else { width.saturating_sub(3) };
            bar.set_length(progress.total.unwrap_or(0).max(1));
            bar.set_position(progress.sent.saturating_add(progress.failed));
            bar.set_message(watched.beside_bar(beside));
            return;
        }
        // Two sources that do not agree on the status are no news each time.
        self.said.retain(|(at, _)| now.duration_since(*at) < EVERY);
        let due =
            self.said.len() < STATUSES && !self.said.iter().any(|(_, status)| *status == progress.status);
        if due {
            self.said.push((now, progress.status.clone()));
        }
        if due || self.json {
            if self.json {
                self.ui.line(watched.json());
            } else if !self.ui.is_quiet() {
                self.ui.line(format_args!("{} {}", self.name, watched.line()));
            }
        }
    }

    /// No more bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            self.ui.set_bar(None);
            bar.finish_and_clear();
        }
    }
}

impl Drop for WatchView<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}
