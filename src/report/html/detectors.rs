//! "Detectors of the Azure portal": what each would have been asked for, answered from the bundle.

use crate::diagnose::Outcome;
use crate::report::view::{self, Report};

/// One detector as a row.
pub(super) struct Detector {
    pub(super) name: &'static str,
    /// Category and id.
    pub(super) place: String,
    /// What the bundle says.
    pub(super) answer: String,
    /// Rules behind the answer.
    pub(super) rules: Vec<&'static str>,
    /// What to open in the portal.
    pub(super) portal: String,
}

/// All detectors; empty where the bundle is not of AKS.
pub(super) fn detectors(report: &Report) -> Vec<Detector> {
    report.detectors.iter().map(row).collect()
}

/// One detector.
fn row(detector: &view::Detector) -> Detector {
    let part = match detector.answered {
        "partly" => " (as far as a bundle can show)",
        _ => "",
    };
    let answer = match detector.outcome {
        Some(Outcome::Found) => format!("found{part}"),
        Some(Outcome::Clear) => format!("clear{part}"),
        Some(Outcome::NotChecked) => "not checked".to_owned(),
        None => "only in the portal".to_owned(),
    };
    Detector {
        name: detector.name,
        place: format!("{} > {}", detector.category, detector.id),
        answer,
        rules: match detector.outcome {
            Some(Outcome::Clear) | None => vec![],
            _ => detector.rules.clone(),
        },
        portal: match detector.portal {
            "" => String::new(),
            portal => format!("Open it in the portal for {portal}."),
        },
    }
}
