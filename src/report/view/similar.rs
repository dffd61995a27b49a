//! Cases of an archive that look like this one, as every format shows them. An archive fills it in.

/// Cases that look like this one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimilarCases {
    /// Cases that were compared with this one; 0 where there was no archive to look in.
    pub compared: usize,
    /// Those most like it, the nearest first.
    pub cases: Vec<SimilarCase>,
    /// Why it may not be known what a case was: one line; empty where nothing is wrong.
    pub note: String,
}

/// A case that looks like this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimilarCase {
    /// Its name.
    pub case: String,
    /// Place of its report beside this one, as a link; empty where this report lies elsewhere.
    pub report: String,
    /// When it was taken.
    pub captured_at: Option<String>,
    /// Version of Kubernetes; empty where it is not known.
    pub kubernetes_version: String,
    /// Its first incident, or what is said where it has none.
    pub headline: String,
    /// How much of what either shows both show, in percent; rare things weigh more.
    pub percent: u64,
    /// What both show, the rarest first.
    pub shared: Vec<SharedTrait>,
    /// What it turned out to be, in its team's words; empty where nobody wrote that down.
    pub was: String,
    /// An https link to more; empty where there is none.
    pub link: String,
}

/// Something that both cases show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedTrait {
    /// `rule` or `unknown_error`.
    pub kind: &'static str,
    /// Rule, or id of the template.
    pub id: String,
    /// Title of the rule's finding, or the template.
    pub text: String,
    /// Cases that show it, this one included.
    pub cases: usize,
}

impl SimilarCase {
    /// `62 % similar: azure-lb-quota (3 of 140 cases), pod-pending and 2 more`.
    pub fn why(&self, all: usize) -> String {
        const NAMED: usize = 2;
        let named = self.shared.iter().take(NAMED).enumerate();
        let named = named.map(|(place, one)| {
            let id = &one.id;
            if place == 0 {
                format!("{id} ({} of {all} cases)", one.cases)
            } else {
                id.clone()
            }
        });
        let named: Vec<String> = named.collect();
        let more = match self.shared.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{} % similar: {}{more}", self.percent, named.join(", "))
    }
}
