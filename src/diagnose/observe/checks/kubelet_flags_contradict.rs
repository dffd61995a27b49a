//! Kubelets whose flags contradict their node, or each other.

use super::kubelet_commands::{Kubelet, kubelets};
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::{FactKind, KubeletCommand};
use crate::kube::value::quantity;
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "kubelet-flags-contradict",
    needs: &[Need::Collected(FactKind::KubeletCommand)],
    run,
};

/// A node that evicts pods while this share of it is free, in percent, is of no use.
const ABSURD: i64 = 50;

/// Something wrong with a command line.
struct Fault {
    /// What, in words.
    told: String,
    /// The field of the node that says otherwise.
    field: Option<&'static str>,
    /// Whether the kubelet ends because of it.
    fatal: bool,
}

/// Looks at each kubelet's flags.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for kubelet in kubelets(scene) {
        let faults = against_node(scene, &kubelet)
            .into_iter()
            .chain(against_each_other(kubelet.command));
        for fault in faults {
            let mut clue = kubelet.clue(scene, CHECK.id).detailed(fault.told);
            if let (Some(field), Some((object, _))) = (fault.field, kubelet.object(scene)) {
                clue = clue.citing(object, field, None);
            }
            clue.severity = fault.fatal.then_some(Severity::High);
            clues.push(clue);
        }
    }
    clues
}

/// Flags that say something else than the node.
fn against_node(scene: Scene<'_>, kubelet: &Kubelet<'_>) -> Vec<Fault> {
    let Some((_, node)) = kubelet.object(scene) else {
        return vec![];
    };
    let command = kubelet.command;
    let mut faults = Vec::new();
    let flag: Option<i64> = command.flag("max-pods").and_then(|most| most.parse().ok());
    let stated = node.capacity.get("pods").copied();
    // The lower of the two limits counts.
    let by_cores = command
        .flag("pods-per-core")
        .is_some_and(|cores| cores != "0");
    if let (Some(flag), Some(stated), false) = (flag, stated, by_cores)
        && flag != stated
    {
        faults.push(Fault {
            told: format!("--max-pods={flag}, but the node reports a capacity of {stated} pods"),
            field: Some("status.capacity.pods"),
            fatal: false,
        });
    }
    let memory = node.capacity.get("memory").copied().filter(|all| *all > 0);
    let kept_free = threshold(command, "eviction-hard", "memory.available");
    if let (Some(memory), Some(Amount::Bytes(free))) = (memory, kept_free)
        && free.saturating_mul(100) / memory >= ABSURD
    {
        faults.push(Fault {
            told: format!(
                "--eviction-hard evicts pods while {} % of the memory is free",
                free.saturating_mul(100) / memory
            ),
            field: Some("status.capacity.memory"),
            fatal: false,
        });
    }
    faults
}

/// Flags that exclude each other, or are absurd by themselves.
fn against_each_other(command: &KubeletCommand) -> Vec<Fault> {
    let fault = |told: String, fatal: bool| Fault {
        told,
        field: None,
        fatal,
    };
    let mut faults = Vec::new();
    let signals = ["memory.available", "nodefs.available", "imagefs.available"];
    for signal in signals {
        let (hard, soft) = (
            threshold(command, "eviction-hard", signal),
            threshold(command, "eviction-soft", signal),
        );
        if let Some(Amount::Percent(free)) = hard
            && free >= ABSURD
        {
            faults.push(fault(
                format!("--eviction-hard evicts pods while {free} % of {signal} is free"),
                false,
            ));
        }
        let never = match (hard, soft) {
            (Some(Amount::Bytes(hard)), Some(Amount::Bytes(soft)))
            | (Some(Amount::Percent(hard)), Some(Amount::Percent(soft))) => soft <= hard,
            _ => false,
        };
        if never {
            faults.push(fault(
                format!("the soft threshold for {signal} is not above the hard one, so it never takes effect"),
                false,
            ));
        }
        if soft.is_some()
            && threshold_text(command, "eviction-soft-grace-period", signal, '=').is_none()
        {
            faults.push(fault(
                format!("--eviction-soft sets {signal}, but --eviction-soft-grace-period does not: the kubelet refuses to start"),
                true,
            ));
        }
    }
    let percent = |flag: &str| command.flag(flag).and_then(|text| text.parse::<i64>().ok());
    let (high, low) = (
        percent("image-gc-high-threshold"),
        percent("image-gc-low-threshold"),
    );
    if let (Some(high), Some(low)) = (high, low)
        && low >= high
    {
        faults.push(fault(
            format!("--image-gc-low-threshold={low} is not below --image-gc-high-threshold={high}: the kubelet refuses to start"),
            true,
        ));
    }
    faults
}

/// What has to stay free.
#[derive(Clone, Copy)]
enum Amount {
    /// Bytes.
    Bytes(i64),
    /// Percent of all, rounded down.
    Percent(i64),
}

/// The threshold that a flag sets for a signal.
fn threshold(command: &KubeletCommand, flag: &str, signal: &str) -> Option<Amount> {
    let text = threshold_text(command, flag, signal, '<')?;
    match text.strip_suffix('%') {
        Some(percent) => {
            let whole = percent.split('.').next().unwrap_or_default();
            whole.parse().ok().map(Amount::Percent)
        }
        None => quantity("memory", text).map(Amount::Bytes),
    }
}

/// The value of one signal in a flag such as `memory.available<750Mi,nodefs.available<10%`.
fn threshold_text<'a>(
    command: &'a KubeletCommand,
    flag: &str,
    signal: &str,
    between: char,
) -> Option<&'a str> {
    let mut parts = command.flag(flag)?.split(',');
    parts.find_map(|part| part.trim().strip_prefix(signal)?.strip_prefix(between))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locator::Snippet;

    /// What is said of a command line, and whether the kubelet ends because of it.
    fn told(flags: &[(&str, &str)]) -> Vec<(String, bool)> {
        let command = KubeletCommand {
            flags: flags
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            snippet: Snippet::of_line(1, ""),
        };
        against_each_other(&command)
            .into_iter()
            .map(|fault| (fault.told, fault.fatal))
            .collect()
    }

    #[test]
    fn what_aks_sets_is_fine() {
        assert_eq!(
            told(&[
                (
                    "eviction-hard",
                    "memory.available<750Mi,nodefs.available<10%,nodefs.inodesFree<5%"
                ),
                ("image-gc-high-threshold", "85"),
                ("image-gc-low-threshold", "80"),
            ]),
            []
        );
    }

    #[test]
    fn thresholds_that_exclude_each_other_are_told() {
        let gc = told(&[
            ("image-gc-high-threshold", "80"),
            ("image-gc-low-threshold", "85"),
        ]);
        assert!(matches!(gc.as_slice(), [(_, true)]), "{gc:?}");
        let soft = told(&[("eviction-soft", "memory.available<1Gi")]);
        assert!(matches!(soft.as_slice(), [(_, true)]), "{soft:?}");
        let below = told(&[
            ("eviction-hard", "memory.available<750Mi"),
            ("eviction-soft", "memory.available<500Mi"),
            ("eviction-soft-grace-period", "memory.available=1m30s"),
        ]);
        assert!(matches!(below.as_slice(), [(_, false)]), "{below:?}");
        let absurd = told(&[("eviction-hard", "nodefs.available<60.5%")]);
        assert!(matches!(absurd.as_slice(), [(_, false)]), "{absurd:?}");
    }
}
