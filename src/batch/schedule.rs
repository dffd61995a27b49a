//! Cases side by side, as many as the memory allows.
//!
//! In: items in the order in which they begin, and what each will need. Out: results in the order in
//! which they are done. An item begins when a thread is free and its need fits into what is left of
//! the budget; one that needs more than the budget runs alone.

use crate::limits::STACK_BYTES;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::Builder;

/// Memory of a case that is in work, whatever its size: batches of input, templates, the report.
const FLOOR: u64 = 40 << 20;

/// Memory per byte of a bundle: archives shrink to a tenth and more, and hits are a small part.
const PER_BYTE: u64 = 4;

/// What no case exceeds, because [`crate::limits::Limits`] bounds all that is kept.
const CEILING: u64 = 240 << 20;

/// What the program needs besides: the rules and their automaton.
pub const BASE: u64 = 80 << 20;

/// Memory that a bundle of so many bytes on disk needs while it is read.
pub fn need(bytes: u64) -> u64 {
    bytes
        .saturating_mul(PER_BYTE)
        .saturating_add(FLOOR)
        .min(CEILING)
}

/// How many cases may be in work, and what they may need together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Cases in work.
    pub jobs: usize,
    /// Bytes of memory, those of the program itself included.
    pub memory: u64,
}

/// Works off the items until there are none or `stop` is set, one for each hand side by side and as
/// many as the memory allows, and hands each result to `done` on this thread.
///
/// # Errors
///
/// The operating system gives fewer threads than there are hands; what was begun is done.
pub fn run<I: Send, H: Send, T: Send>(
    items: impl Iterator<Item = I> + Send,
    hands: Vec<H>,
    memory: u64,
    stop: &AtomicBool,
    need: impl Fn(&I) -> u64 + Sync,
    work: impl Fn(&mut H, I) -> T + Sync,
    mut done: impl FnMut(T),
) -> io::Result<()> {
    let gate = Gate::new(memory.saturating_sub(BASE).max(FLOOR));
    let items = Mutex::new(items);
    let (sender, receiver) = sync_channel(hands.len());
    let mut trouble = None;
    std::thread::scope(|scope| {
        for mut hand in hands {
            let sender = sender.clone();
            let (gate, items, need, work) = (&gate, &items, &need, &work);
            let thread = Builder::new().stack_size(STACK_BYTES);
            let started = thread.spawn_scoped(scope, move || {
                loop {
                    // The lock is held until the item may begin, so that items begin in order.
                    let mut next = items.lock().unwrap_or_else(PoisonError::into_inner);
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let Some(item) = next.next() else { break };
                    let taken = gate.take(need(&item));
                    drop(next);
                    let result = work(&mut hand, item);
                    gate.give(taken);
                    if sender.send(result).is_err() {
                        break;
                    }
                }
            });
            if let Err(error) = started {
                stop.store(true, Ordering::Relaxed);
                trouble.get_or_insert(error);
            }
        }
        drop(sender);
        for result in receiver {
            done(result);
        }
    });
    trouble.map_or(Ok(()), Err)
}

/// What is left of a budget.
struct Gate {
    all: u64,
    left: Mutex<u64>,
    changed: Condvar,
}

impl Gate {
    /// A budget of so much.
    fn new(all: u64) -> Self {
        Self {
            all,
            left: Mutex::new(all),
            changed: Condvar::new(),
        }
    }

    /// Waits until there is so much, or all where it is more than that, and takes it.
    fn take(&self, wanted: u64) -> u64 {
        let wanted = wanted.min(self.all);
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        while *left < wanted {
            left = self
                .changed
                .wait(left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *left -= wanted;
        wanted
    }

    /// Gives back what was taken.
    fn give(&self, taken: u64) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) += taken;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn no_more_is_in_work_than_the_budget_holds_and_every_item_is_done() {
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        let mut done = Vec::new();
        let needs = [60_u64, 60, 500, 30, 30, 30];
        run(
            needs.into_iter(),
            vec![(); 4],
            BASE + 100 * (1 << 20),
            &AtomicBool::new(false),
            |mib| mib << 20,
            |(), mib| {
                let together = now.fetch_add(mib, Ordering::SeqCst) + mib;
                most.fetch_max(together, Ordering::SeqCst);
                std::thread::yield_now();
                now.fetch_sub(mib, Ordering::SeqCst);
                mib
            },
            |mib| done.push(mib),
        )
        .unwrap();
        done.sort_unstable();
        assert_eq!(done, [30, 30, 30, 60, 60, 500]);
        assert!(most.into_inner() <= 500);
    }

    #[test]
    fn a_stop_lets_what_is_in_work_end_and_begins_nothing_more() {
        let stop = AtomicBool::new(false);
        let mut done = 0;
        let work = |(): &mut (), item: i32| {
            stop.store(item == 2, Ordering::Relaxed);
            item
        };
        run(0..10, vec![()], 0, &stop, |_| 1, work, |_| done += 1).unwrap();
        assert_eq!(done, 3);
    }
}
