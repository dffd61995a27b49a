//! The detectors of the Azure portal and what answers them.

use crate::diagnose::{DetectorAnswer, Outcome};

/// What the bundle answers of one detector. Nothing of it comes from the bundle.
#[derive(Debug, Clone)]
pub struct Detector {
    /// Its id.
    pub id: &'static str,
    /// Its title.
    pub name: &'static str,
    /// Where the portal shows it.
    pub category: &'static str,
    /// `here`, `partly`, `portal`.
    pub answered: &'static str,
    /// How its rules ended.
    pub outcome: Option<Outcome>,
    /// Its rules that ended so.
    pub rules: Vec<&'static str>,
    /// What to look at in the portal.
    pub portal: &'static str,
}

/// One detector.
pub(super) fn detector(answer: &DetectorAnswer) -> Detector {
    Detector {
        id: answer.id,
        name: answer.name,
        category: answer.category,
        answered: answer.answered.as_str(),
        outcome: answer.outcome,
        rules: answer.rules.clone(),
        portal: answer.portal,
    }
}
