//! A progress bar on standard error, for runs that take longer than a second.

use crate::ingest::Meter;
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
