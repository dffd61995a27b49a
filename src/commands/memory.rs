//! How much memory a batch may use where the user does not say.

use sysinfo::System;

/// A quarter of the machine's memory, or of the container's where that has a bound; a fixed amount
/// where the system does not tell.
pub(super) fn default() -> u64 {
    let mut system = System::new();
    system.refresh_memory();
    let container = system.cgroup_limits().map(|limits| limits.total_memory);
    let all = system.total_memory().min(container.unwrap_or(u64::MAX));
    if all == 0 { 1 << 30 } else { all / 4 }
}
