//! What is explained already, so that it is not listed a second time.

use crate::diagnose::conclude::Conclusions;
use crate::kube::Event;
use crate::rules::{Kind, MatcherId, RuleSet};
use std::collections::BTreeSet;

/// Reasons of events that say of an object only that it does not get on: whatever is found about
/// the object tells why.
const SYMPTOMS: &[&str] = &[
    "BackOff",
    "Evicted",
    "Failed",
    "FailedAttachVolume",
    "FailedCreate",
    "FailedCreatePodSandBox",
    "FailedMount",
    "FailedScheduling",
    "FailedSync",
    "NodeNotReady",
    "TaintManagerEviction",
    "Unhealthy",
];

/// The rules and objects of the findings.
pub(in crate::diagnose::answer) struct Explained<'a> {
    /// Rules with a finding, and those whose finding another one tells.
    rules: BTreeSet<&'a str>,
    /// Kind, namespace and name of objects that findings are about.
    objects: BTreeSet<(&'a str, &'a str, &'a str)>,
}

impl<'a> Explained<'a> {
    /// What the conclusions explain; `found` are the rules of their findings.
    pub(in crate::diagnose::answer) fn by(
        conclusions: &'a Conclusions,
        found: &BTreeSet<&str>,
    ) -> Self {
        let told = conclusions.told.iter();
        let told = told.filter(|(_, by)| by.iter().any(|rule| found.contains(rule.as_str())));
        let seen = conclusions.seen.iter();
        let subjects = conclusions.findings.iter().flat_map(|finding| {
            let affected = finding.affected.iter();
            affected.chain(std::iter::once(&finding.subject))
        });
        Self {
            rules: seen
                .chain(told.map(|(rule, _)| rule))
                .map(String::as_str)
                .collect(),
            objects: subjects
                .map(|one| (one.kind.as_str(), one.namespace.as_str(), one.name.as_str()))
                .collect(),
        }
    }

    /// Whether a rule with a finding hit this, or one that knows it as harmless.
    pub(super) fn holds(&self, rules: &RuleSet, matcher: MatcherId) -> bool {
        rules
            .rule_of(matcher)
            .is_some_and(|rule| rule.kind == Kind::Noise || self.rules.contains(&*rule.id))
    }

    /// Whether the event only says that an object does not get on about which something is found.
    pub(super) fn tells_why(&self, event: &Event) -> bool {
        let object = &event.object;
        let key = (
            object.kind.as_str(),
            object.namespace.as_str(),
            object.name.as_str(),
        );
        SYMPTOMS.contains(&event.reason.as_str()) && self.objects.contains(&key)
    }
}
