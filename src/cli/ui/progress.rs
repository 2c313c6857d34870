//! Progress of an apply on stderr: one line a change and a bar on a terminal, plain lines elsewhere.

use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Ui;
use crate::apply::Progress;
use crate::render::progress_line;

/// Shows what an apply is doing.
pub struct ProgressView<'u> {
    ui: &'u Ui,
    bar: Option<ProgressBar>,
    /// Changes end in another order than they have in the plan; who watches counts what is done.
    ended: AtomicUsize,
}

impl<'u> ProgressView<'u> {
    /// For so many changes.
    pub fn new(ui: &'u Ui, changes: usize) -> Self {
        let show = ui.terminal().can_redraw() && !ui.is_quiet() && changes > 0;
        let bar = show.then(|| {
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target(Some(changes as u64), target);
            let form = if ui.terminal().width() >= 60 {
                "  {bar:24} {pos}/{len}  {wide_msg}"
            } else {
                "  {pos}/{len}  {wide_msg}"
            };
            bar.with_style(
                ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()),
            )
        });
        ui.set_bar(bar.clone());
        Self { ui, bar, ended: AtomicUsize::new(0) }
    }

    /// One thing to show.
    pub fn show(&self, progress: Progress) {
        match progress {
            Progress::Started { address, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(address.to_string());
                }
            }
            Progress::Ended { number: _, of, outcome } => {
                let done = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
                self.ui.say(progress_line(&outcome, done, of));
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
            Progress::Waiting { why } => match &self.bar {
                Some(bar) => bar.set_message(why),
                None => self.ui.say(why),
            },
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

impl Drop for ProgressView<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}
