//! A rule file to begin with: a skeleton with comments, or a draft from one line.
//!
//! In: an id and perhaps the line that states the failure. Out: the text of a rule file. What only
//! a person can know begins with `TODO`, and `rules check` names each such place: a draft cannot be
//! mistaken for a finished rule.

mod telling;

use crate::component::COMPONENTS;
use crate::examine::lines::component_of_source;
use crate::examine::prefix::{self, Level};
use crate::examine::proof::Engine;
use crate::layout::component_of_unit;
use crate::redact;
use crate::rules::{Matcher, RuleSet};
use crate::severity::{Category, Severity};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use telling::Telling;

/// Longest line that a rule is drafted from; what states a failure is shorter.
pub const LONGEST_LINE: usize = 4 << 10;

/// What to draft.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Name of the rule and of its file.
    pub id: &'a str,
    /// Where it belongs; guessed from the component where it is not given.
    pub category: Option<Category>,
    /// The line that states the failure.
    pub line: Option<&'a str>,
    /// Further lines that state the same; of all of them the one is taken that tells most of the
    /// others as well.
    pub more: &'a [String],
    /// Who wrote them, where that is known better than from the lines; `event` for messages of
    /// events.
    pub component: Option<&'a str>,
}

/// Why there is no draft: wrong use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The id cannot be one.
    #[error("{0}: not a rule id; use lower-case letters, digits and single hyphens")]
    Id(String),
    /// A rule has this id.
    #[error("{0}: this rule already exists; see `bundlescope explain {0}`, or choose another id")]
    Taken(String),
    /// The line is empty, or several lines.
    #[error("--line needs exactly one line that states the failure")]
    Line,
    /// The line is too long.
    #[error("--line is longer than 4 KiB; shorten it to the part that states the failure")]
    TooLong,
    /// Nothing on the line is the same next time.
    #[error("the line contains only names and numbers; pass one that says what failed")]
    SaysNothing,
}

/// Drafts a rule; `rules` are those that are there already.
pub fn draft(request: Request<'_>, rules: &RuleSet) -> Result<String, DraftError> {
    let id = request.id;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let edges = id.starts_with('-') || id.ends_with('-') || id.contains("--");
    if id.is_empty() || edges || !id.chars().all(plain) {
        return Err(DraftError::Id(id.to_owned()));
    }
    if rules.rule(id).is_some() {
        return Err(DraftError::Taken(id.to_owned()));
    }
    let seen = match request.line {
        Some(line) => Some(Seen::of_several(line, request, rules)?),
        None => None,
    };
    Ok(file(request, seen.as_ref()))
}

/// What a line tells.
struct Seen {
    line: String,
    component: Option<&'static str>,
    level: Option<Level>,
    telling: Telling,
    /// Rules that hit the line already.
    known: BTreeSet<String>,
    /// Rules that have the words of the line, and do not read the lines of who wrote it.
    elsewhere: BTreeSet<String>,
    /// The guard that takes the line for a quote.
    guard: Option<String>,
    /// Further lines that the rule hits.
    alike: Vec<String>,
    /// Further lines that it does not hit.
    missed: Vec<String>,
}

impl Seen {
    /// Reads the line of these that tells most of the others as well, the first of equals.
    fn of_several(line: &str, request: Request<'_>, rules: &RuleSet) -> Result<Self, DraftError> {
        let mut best = Self::of(line, rules)?;
        let further = request.more.iter().map(String::as_str);
        let all: Vec<&str> = std::iter::once(line).chain(further).collect();
        let told = |seen: &Self| all.iter().filter(|line| seen.telling.fits(line)).count();
        // A further line that cannot be drafted from is only a line that may be missed.
        for other in all
            .iter()
            .skip(1)
            .filter_map(|line| Self::of(line, rules).ok())
        {
            if told(&other) > told(&best) {
                best = other;
            }
        }
        let lines = all
            .iter()
            .map(|line| redact::mask(line.trim_end()).0.into_owned());
        let others = lines.filter(|line| *line != best.line);
        (best.alike, best.missed) = others.partition(|line| best.telling.fits(line));
        if let Some(component) = request.component {
            let known = COMPONENTS.iter().chain(&["event"]);
            best.component = known.copied().find(|name| *name == component);
        }
        Ok(best)
    }

    /// Reads a line as the engine does; its secrets are masked, since rule files are shared.
    fn of(line: &str, rules: &RuleSet) -> Result<Self, DraftError> {
        let line = line.trim_end();
        if line.trim().is_empty() || line.contains(['\n', '\r']) {
            return Err(DraftError::Line);
        }
        if line.len() > LONGEST_LINE {
            return Err(DraftError::TooLong);
        }
        let (line, _) = redact::mask(line);
        let prefix = prefix::parse(line.as_bytes());
        let by_source = || prefix.source.and_then(component_of_source);
        let component = prefix.unit.and_then(component_of_unit).or_else(by_source);
        let message = line.get(prefix.message..).unwrap_or(&line);
        let telling = telling::of(message).ok_or(DraftError::SaysNothing)?;
        let (mut known, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
        for hit in Engine.unsilenced(&line, rules) {
            let reads = match rules.matcher(hit) {
                Some(Matcher::Log(matcher)) => matcher.accepts(component),
                _ => true,
            };
            if let Some(rule) = rules.rule_of(hit) {
                let which = if reads { &mut known } else { &mut elsewhere };
                which.insert(format!("\"{}\"", rule.id));
            }
        }
        elsewhere.retain(|id| !known.contains(id));
        Ok(Self {
            component: component.filter(|name| COMPONENTS.contains(name)),
            level: prefix.level,
            telling,
            known,
            elsewhere,
            guard: Engine.quoted_by(&line, rules),
            alike: vec![],
            missed: vec![],
            line: line.into_owned(),
        })
    }
}

/// The text of the file.
fn file(request: Request<'_>, seen: Option<&Seen>) -> String {
    let component = seen.and_then(|seen| seen.component);
    let guessed = component.and_then(category_of);
    let category = request.category.or(guessed).unwrap_or(Category::Workload);
    let severity = severity_of(seen.and_then(|seen| seen.level));
    let mut text = String::new();
    let id = request.id;
    let _ = write!(
        text,
        "# Draft. Replace each TODO, remove these comments, and save the file as\n\
         # rules/{category}/{id}.toml. `bundlescope rules check FILE` lists what is left.\n\
         schema = 1\nid = \"{id}\"\n\
         # What is broken, in one line that the reader of a report understands.\n\
         title = \"TODO: what is broken\"\n\
         category = \"{category}\"{}\n\
         # info, low, medium, high, critical: how bad while it lasts. {}\n\
         severity = \"{severity}\"\n\
         # low: a hint; medium: the usual meaning; high: the line states it.\n\
         confidence = \"medium\"\nmaturity = \"experimental\"\n\
         explain = '''TODO: what happens, and why.'''\n\
         disprove = '''TODO: how to tell that it is another failure, or over.'''\n\
         # Commands for the next step; {{namespace}}, {{pod}}, {{node}} and named groups are filled in.\n\
         check = ['''TODO: a command''']\nremedy = ['''TODO: what to do first''']\n\
         # Sources: https links.\nreferences = []\n",
        if request.category.or(guessed).is_none() {
            " # Not guessed; `bundlescope rules list` shows all categories."
        } else {
            ""
        },
        match seen.and_then(|seen| seen.level) {
            Some(_) => "Guessed from the level of the line.",
            None => "The line has no level.",
        },
    );
    let listed = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(", ");
    let known = seen.map(|seen| listed(&seen.known)).unwrap_or_default();
    if !known.is_empty() {
        let _ = write!(
            text,
            "# These rules already hit the line: {known}. Read them with\n\
             # `bundlescope explain ID`. If yours says more, keep it and list those it should\n\
             # replace: supersedes = [{known}]\n"
        );
    }
    let elsewhere = seen.map(|seen| listed(&seen.elsewhere)).unwrap_or_default();
    if !elsewhere.is_empty() {
        let _ = write!(
            text,
            "# These rules match words of the line but do not explain it, because they read logs of other\n\
             # components: {elsewhere}. Only logs of unknown components are read by\n\
             # them and yours. If yours says more there: supersedes = [{elsewhere}]\n"
        );
    }
    if let Some(guard) = seen.and_then(|seen| seen.guard.as_deref()) {
        let _ = writeln!(
            text,
            "# The guard `{guard}` treats the line as a quotation of a failure: no rule can hit it."
        );
    }
    matcher(&mut text, seen, component);
    let line = seen.map_or("TODO: the line that states the failure", |seen| &seen.line);
    let further = seen.map_or(&[][..], |seen| &seen.alike);
    for line in std::iter::once(line).chain(further.iter().map(String::as_str)) {
        let line = quoted(line);
        let _ = write!(text, "\n[[example]]\nshould = \"match\"\ntext = {line}\n");
    }
    for line in seen.map_or(&[][..], |seen| &seen.missed) {
        let line = quoted(line);
        let _ = write!(
            text,
            "\n# Says the same but is not hit: widen the regex, or add a [[log]] for it.\n\
             # [[example]]\n# should = \"match\"\n# text = {line}\n"
        );
    }
    let _ = write!(
        text,
        "\n# A similar line that is not a failure, or a different one.\n\
         [[example]]\nshould = \"not-match\"\ntext = '''TODO: a similar line that must not match'''\n"
    );
    text
}

/// The table of the matcher.
fn matcher(text: &mut String, seen: Option<&Seen>, component: Option<&str>) {
    text.push_str("\n[[log]]\n# Components that write the line; \"event\" and \"status\" mean messages of events and objects.\n");
    match component {
        Some(component) => {
            let _ = writeln!(text, "component = [\"{component}\"]");
        }
        None if seen.is_some() => text.push_str(
            "# The line does not name its component; without this, logs of all components match.\n# component = [\"kubelet\"]\n",
        ),
        None => text.push_str("# component = [\"kubelet\"]\n"),
    }
    text.push_str("# The line must contain one of these texts exactly; choose text that healthy lines do not contain.\n");
    let Some(Seen { telling, .. }) = seen else {
        text.push_str(
            "literal = [\"TODO: the words that state the failure\"]\n\
             # Confirms the line; named groups fill placeholders: (?<pod>[^\"]+) fills {pod}.\n\
             # regex = 'could not mount (?<volume>\\S+)'\n",
        );
        return;
    };
    let _ = writeln!(text, "literal = [{}]", quoted(&telling.literal));
    match &telling.regex {
        Some(regex) => {
            text.push_str("# Confirms the line; named groups fill placeholders.\n");
            let _ = writeln!(text, "regex = {}", quoted(regex));
        }
        None => {
            text.push_str("# The literal is enough; add a regex if it needs confirmation.\n");
        }
    }
}

/// A text as TOML, in the plainest quotes that can hold it.
fn quoted(text: &str) -> String {
    let control = text.chars().any(|c| c.is_control() && c != '\t');
    if !control && !text.contains('\'') {
        format!("'{text}'")
    } else if !control && !text.contains("'''") && !text.ends_with('\'') {
        format!("'''{text}'''")
    } else {
        let escaped = text.chars().fold(String::new(), |mut out, c| {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if c.is_control() => {
                    let _ = write!(out, "\\u{:04X}", u32::from(c));
                }
                c => out.push(c),
            }
            out
        });
        format!("\"{escaped}\"")
    }
}

/// How bad a line of this level usually is.
fn severity_of(level: Option<Level>) -> Severity {
    match level {
        Some(Level::Fatal) => Severity::High,
        Some(Level::Error | Level::Warning) | None => Severity::Medium,
        Some(Level::Info | Level::Debug) => Severity::Low,
    }
}

/// Where failures of a component mostly belong; `None` for those that speak about everything.
fn category_of(component: &str) -> Option<Category> {
    Some(match component {
        "kubelet" => Category::Kubelet,
        "containerd" | "cri-o" | "docker" | "acr-credential-provider" => Category::Runtime,
        "coredns" | "localdns" | "dns-config" => Category::Dns,
        "kube-apiserver"
        | "kube-controller-manager"
        | "etcd"
        | "konnectivity-agent"
        | "konnectivity-server"
        | "tunnelfront"
        | "aks-link" => Category::ControlPlane,
        "kube-scheduler" => Category::Scheduling,
        "kube-proxy" | "calico" | "cilium" | "flannel" | "azure-cns" | "azure-npm"
        | "azure-vnet" => Category::Network,
        "csi-azuredisk" | "csi-azurefile" | "csi-blobfuse" => Category::Storage,
        "cluster-autoscaler" | "karpenter" | "keda" => Category::Autoscaling,
        "ingress-nginx" | "agic" => Category::LoadBalancer,
        "cert-manager" => Category::Security,
        "aad-pod-identity" | "workload-identity-webhook" | "secrets-store-csi" => {
            Category::IdentityAuth
        }
        "kernel"
        | "systemd"
        | "node-problem-detector"
        | "chrony"
        | "waagent"
        | "nvidia"
        | "cloud-init"
        | "cse"
        | "windows" => Category::Node,
        "metrics-server" | "heapster" | "ama-metrics" => Category::Observability,
        "kured" => Category::Upgrade,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
