//! The detectors of "Diagnose and solve problems" in the Azure portal, and what answers them here.
//!
//! A support engineer of AKS is asked to run them. For a bundle of an AKS cluster the report says
//! of each: answered here (by these rules), answered in part (and what the portal adds), or only
//! in the portal (and what to look at there). In: the coverage. Out: [`DetectorAnswer`]s.

mod table;

use crate::diagnose::answer::coverage::{Coverage, Outcome};
use crate::diagnose::answer::detectors::table::DETECTORS;
use std::collections::BTreeMap;

/// A detector as the portal lists it.
struct Detector {
    /// Its id, by which links name it.
    id: &'static str,
    /// Its title.
    name: &'static str,
    /// The category under which it is found.
    category: &'static str,
    /// Rules that answer it.
    rules: &'static [&'static str],
    /// What only the portal shows; empty where nothing is missing.
    portal: &'static str,
}

/// What the bundle answers of one detector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectorAnswer {
    /// Id of the detector.
    pub id: &'static str,
    /// Its title.
    pub name: &'static str,
    /// The category under which the portal shows it.
    pub category: &'static str,
    /// How much of it the rules answer.
    pub answered: Answered,
    /// How its rules ended: found before not checked before clear; `None` where it has none.
    pub outcome: Option<Outcome>,
    /// Its rules that ended so.
    pub rules: Vec<&'static str>,
    /// What to look at in the portal; may be empty.
    pub portal: &'static str,
}

/// How much of a detector is answered from a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answered {
    /// All of it.
    Here,
    /// The part that leaves traces in the cluster.
    Partly,
    /// Nothing: it is about Azure's side.
    Portal,
}

impl Answered {
    /// `here`, `partly`, `portal`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Partly => "partly",
            Self::Portal => "portal",
        }
    }
}

/// The answers that the coverage of a bundle gives, those with a finding first.
pub(super) fn answers(coverage: &Coverage) -> Vec<DetectorAnswer> {
    let outcomes: BTreeMap<&str, Outcome> = coverage
        .rules
        .iter()
        .map(|row| (row.rule.as_str(), row.outcome))
        .collect();
    let mut answers: Vec<DetectorAnswer> = DETECTORS
        .iter()
        .map(|detector| answer(detector, &outcomes))
        .collect();
    let found = |answer: &DetectorAnswer| answer.outcome == Some(Outcome::Found);
    answers.sort_by_key(|answer| (!found(answer), answer.answered));
    answers
}

/// The answer to one detector. A rule that could not run keeps the question open.
fn answer(detector: &'static Detector, outcomes: &BTreeMap<&str, Outcome>) -> DetectorAnswer {
    let ended = |wanted: Outcome| -> Vec<&'static str> {
        let rules = detector.rules.iter().copied();
        rules
            .filter(|rule| outcomes.get(rule) == Some(&wanted))
            .collect()
    };
    let (outcome, rules) = [Outcome::Found, Outcome::NotChecked, Outcome::Clear]
        .into_iter()
        .map(|outcome| (outcome, ended(outcome)))
        .find(|(_, rules)| !rules.is_empty())
        .map_or((None, vec![]), |(outcome, rules)| (Some(outcome), rules));
    DetectorAnswer {
        id: detector.id,
        name: detector.name,
        category: detector.category,
        answered: match (detector.rules, detector.portal) {
            ([], _) => Answered::Portal,
            (_, "") => Answered::Here,
            _ => Answered::Partly,
        },
        outcome,
        rules,
        portal: detector.portal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::answer::coverage::RuleCoverage;
    use crate::rules::RuleSet;

    #[test]
    fn detectors_are_sorted_and_name_rules_that_exist_or_what_the_portal_shows() {
        assert!(DETECTORS.windows(2).all(|pair| pair[0].id < pair[1].id));
        let rules = RuleSet::builtin();
        for detector in DETECTORS {
            for rule in detector.rules {
                assert!(
                    rules.rule(rule).is_some(),
                    "{}: no rule {rule}",
                    detector.id
                );
            }
            let says = !detector.rules.is_empty() || !detector.portal.is_empty();
            assert!(says, "{} says nothing", detector.id);
        }
    }

    /// The answer to the detector of a service principal, whose two rules ended so.
    fn principal(expired: Outcome, invalid: Outcome) -> DetectorAnswer {
        let rule = |rule: &str, outcome| RuleCoverage {
            rule: rule.into(),
            outcome,
            reason: String::new(),
            missing: vec![],
        };
        let coverage = Coverage {
            rules: vec![
                rule("azure-sp-credential-invalid", invalid),
                rule("azure-sp-secret-expired", expired),
            ],
            sources: vec![],
            nodes: vec![],
        };
        answers(&coverage)
            .into_iter()
            .find(|answer| answer.id == "InvalidClientServicePrincipal")
            .expect("it is listed")
    }

    #[test]
    fn what_could_not_be_checked_is_not_called_clear() {
        let found = principal(Outcome::Found, Outcome::NotChecked);
        assert_eq!(found.outcome, Some(Outcome::Found));
        assert_eq!(found.rules, ["azure-sp-secret-expired"]);
        let open = principal(Outcome::Clear, Outcome::NotChecked);
        assert_eq!(open.outcome, Some(Outcome::NotChecked));
        assert_eq!(open.rules, ["azure-sp-credential-invalid"]);
        let clear = principal(Outcome::Clear, Outcome::Clear);
        assert_eq!(clear.outcome, Some(Outcome::Clear));
    }
}
