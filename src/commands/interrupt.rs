//! Ctrl-C and SIGTERM: the first lets a run end in good order, the second ends it at once.

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What shells say of a program that Ctrl-C ended: 128 and the number of the signal.
const KILLED: i32 = 130;

/// A flag that the first signal sets. The order matters: a signal ends the program if an earlier one
/// has set the flag.
pub(super) fn flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, KILLED, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .context("cannot listen for Ctrl-C")?;
    }
    Ok(stop)
}
