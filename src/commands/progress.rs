//! A progress bar on standard error, for runs that take longer than a second.

use super::say::say;
use crate::ingest::Meter;
use crate::report::glyphs::visible;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Runs that are done before this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Runs `work` and shows how far `meter` is while it goes on, if `shown`.
pub(super) fn during<T>(meter: &Meter, shown: bool, work: impl FnOnce() -> T) -> T {
    if !shown {
        return work();
    }
    std::thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = bar(meter.total.load(Ordering::Relaxed));
            while waiting.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                bar.set_position(meter.read.load(Ordering::Relaxed));
                bar.set_message(format!("{} entries", meter.entries.load(Ordering::Relaxed)));
            }
            bar.finish_and_clear();
        });
        let result = work();
        // Dropping the sender ends the drawing thread.
        drop(done);
        result
    })
}

/// A bar of so many bytes, or a spinner where nobody knows how many there are.
fn bar(total: u64) -> ProgressBar {
    let (bar, template) = if total > 0 {
        (
            ProgressBar::new(total),
            "reading [{bar:30}] {bytes}/{total_bytes} {msg} {eta}",
        )
    } else {
        (ProgressBar::no_length(), "reading {spinner} {bytes} {msg}")
    };
    bar.set_draw_target(ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

/// How far a batch is: a bar with cases, bytes and the time left on a terminal, elsewhere one line for
/// each case that is done.
pub(super) struct Cases {
    bar: Option<ProgressBar>,
    done: usize,
    all: usize,
}

impl Cases {
    /// Nothing of so many cases and bytes is done.
    pub(super) fn new(all: usize, bytes: u64, terminal: bool) -> Self {
        let bar = terminal.then(|| {
            let bar = ProgressBar::new(bytes);
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let style =
                ProgressStyle::with_template("{msg} [{bar:30}] {bytes}/{total_bytes} {eta}");
            bar.enable_steady_tick(TICK);
            match style {
                Ok(style) => bar.with_style(style.progress_chars("=> ")),
                Err(_) => bar,
            }
        });
        let cases = Self { bar, done: 0, all };
        cases.count();
        cases
    }

    /// So many cases are known from an earlier run. The time left is judged by the others.
    pub(super) fn known(&mut self, cases: usize, bytes: u64) {
        self.done += cases;
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
            bar.reset_eta();
        }
        self.count();
    }

    /// One more case is done, which `line` tells.
    pub(super) fn done(&mut self, line: &str, bytes: u64) {
        self.done += 1;
        match &self.bar {
            Some(bar) => bar.inc(bytes),
            None => self.say(line),
        }
        self.count();
    }

    /// Says something beside the progress.
    pub(super) fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(visible(line.trim_end())),
            None => say(line),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    /// Shows the number of cases.
    fn count(&self) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}/{} cases", self.done, self.all));
        }
    }
}
