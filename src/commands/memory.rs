//! How much memory there is, and whether it is enough.

use crate::analyze::Workers;
use crate::batch::schedule;
use crate::ingest::Input;
use sysinfo::System;

/// Memory that each thread needs besides: its stack, and what the allocator holds for it.
const PER_THREAD: u64 = 32 << 20;

/// A quarter of the machine's memory, or of the container's where that has a bound; a fixed amount
/// where the system does not tell.
pub(super) fn default() -> u64 {
    let mut system = System::new();
    system.refresh_memory();
    let container = system.cgroup_limits().map(|limits| limits.total_memory);
    let all = system.total_memory().min(container.unwrap_or(u64::MAX));
    if all == 0 { 1 << 30 } else { all / 4 }
}

/// Starts so many threads, 0 for as many as the machine has, if there is memory for them and for
/// reading inputs of so many bytes. A program that is given none in the middle of its work cannot even
/// say so.
pub(super) fn workers(threads: usize, bytes: u64) -> anyhow::Result<Workers> {
    // One more reads, and one waits.
    let stacks = PER_THREAD * (count(threads) as u64 + 2);
    let all = schedule::BASE + schedule::need(bytes) + stacks;
    let there =
        usize::try_from(all).is_ok_and(|all| Vec::<u8>::new().try_reserve_exact(all).is_ok());
    anyhow::ensure!(
        there,
        "not enough memory: this run may need {} MiB; lower --threads, or raise the memory limit (ulimit -v)",
        all >> 20
    );
    Ok(Workers::start(threads)?)
}

/// Number of threads that are meant; 0 is as many as the machine has.
pub(super) fn count(threads: usize) -> usize {
    match threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

/// Bytes of the inputs on disk; of what is no file nobody knows how many come.
pub(super) fn bytes(inputs: &[Input]) -> u64 {
    let bytes = |input: &Input| {
        let metadata = input.path.as_ref().and_then(|path| path.metadata().ok());
        metadata
            .filter(std::fs::Metadata::is_file)
            .map_or(u64::MAX, |metadata| metadata.len())
    };
    inputs.iter().map(bytes).fold(0, u64::saturating_add)
}
