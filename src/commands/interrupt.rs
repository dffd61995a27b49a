//! Ctrl-C, SIGTERM and SIGHUP: the first lets a run end in good order while it has something to keep,
//! the second ends it at once. Neither leaves an unfinished file.
//!
//! The handlers only note the signal, which needs no unsafe code and works on Windows; a thread looks
//! for it and does what is to be done.

use super::say::say;
use crate::batch::whole;
use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// What shells add to the number of the signal that ended a program.
const KILLED: i32 = 128;

/// How soon a signal is seen.
const TICK: Duration = Duration::from_millis(20);

/// What a run knows of signals.
#[derive(Debug, Clone)]
pub(super) struct Interrupt {
    /// Set by the first signal of a run that can end in good order.
    pub stop: Arc<AtomicBool>,
    /// Whether the run still can.
    orderly: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens; `promise` is what the user is told when the first signal comes.
    pub(super) fn listen(promise: &'static str) -> anyhow::Result<Self> {
        let raised = Arc::new(AtomicUsize::new(0));
        for signal in signals() {
            flag::register_usize(signal, Arc::clone(&raised), signal.unsigned_abs() as usize)
                .context("cannot listen for Ctrl-C")?;
        }
        let listening = Self {
            stop: Arc::new(AtomicBool::new(false)),
            orderly: Arc::new(AtomicBool::new(true)),
        };
        let watching = listening.clone();
        std::thread::Builder::new()
            .spawn(move || watching.watch(&raised, promise))
            .context("cannot listen for Ctrl-C")?;
        Ok(listening)
    }

    /// From here on nothing is left to keep: the next signal ends the program.
    pub(super) fn end_at_once(&self) {
        self.orderly.store(false, Ordering::Relaxed);
    }

    /// Waits for signals as long as the program runs.
    fn watch(&self, raised: &AtomicUsize, promise: &str) {
        loop {
            std::thread::sleep(TICK);
            let Ok(signal @ 1..) = i32::try_from(raised.swap(0, Ordering::Relaxed)) else {
                continue;
            };
            if self.orderly.load(Ordering::Relaxed) && !self.stop.swap(true, Ordering::Relaxed) {
                say(promise);
                continue;
            }
            let _none_unfinished = whole::none_unfinished();
            low_level::exit(KILLED + signal);
        }
    }
}

/// The signals that end programs, without those that whoever started this one wants it not to hear:
/// `nohup`, and shells that start it in the background.
fn signals() -> Vec<i32> {
    let mut all = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    all.push(signal_hook::consts::SIGHUP);
    let ignored = ignored();
    all.retain(|signal| ignored >> (signal - 1) & 1 == 0);
    all
}

/// The signals that are ignored, as bits, where the system says so in a file.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.unwrap_or(0)
}
