//! Evaluates rule files: hits of their matchers become clues, if the rule's conditions hold.

use crate::diagnose::finding::{Citation, State, Subject};
use crate::diagnose::observe::clue::{Authority, Clue};
use crate::diagnose::observe::hit::{event_clue, log_clue, object_clue};
use crate::diagnose::observe::unplaced::Waiting;
use crate::diagnose::scene::Scene;
use crate::evidence::LogHit;
use crate::kube::{Detail, ObjectKey};
use crate::rules::affected::VersionRange;
use crate::rules::syntax::{Require, Requires};
use crate::rules::{Kind, Matcher, MatcherId, Rule};
use crate::severity::Confidence;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

mod rate;

/// Lines of a controller this close to a line that names an object tell the same.
const SAME_OCCURRENCE: SignedDuration = SignedDuration::from_mins(1);

/// Clues of all rules' matchers, and the number of lines that each noise rule explains. Of some rules
/// a check joins the hits with objects first: those are no clues by themselves.
pub(super) fn evaluate(
    scene: Scene<'_>,
    hits_are_clues: fn(&str) -> bool,
) -> (Vec<Clue>, BTreeMap<String, u64>) {
    let mut hits = Hits::default();
    for source in &scene.evidence.logs {
        for hit in &source.hits {
            hits.add(scene, hit.matcher, hit.count, || {
                (Origin::Log(hit), log_clue(scene, source, hit))
            });
        }
    }
    let waiting = Waiting::of(scene);
    for (place, event) in scene.evidence.events.iter().enumerate() {
        for hit in &event.hits {
            hits.add(scene, hit.matcher, event.count, || {
                (
                    Origin::Event(place),
                    event_clue(scene, &waiting, event, hit),
                )
            });
        }
    }
    for object in scene.evidence.index.iter() {
        for hit in &object.hits {
            hits.add(scene, hit.matcher, 1, || {
                (Origin::Object, object_clue(scene, &waiting, object, hit))
            });
        }
    }
    let mut clues: Vec<Clue> = Vec::new();
    for rule in scene
        .rules
        .rules()
        .iter()
        .filter(|rule| hits_are_clues(&rule.id) && rule.predicate.is_none())
    {
        let fired: BTreeMap<MatcherId, Vec<Fired<'_>>> = rule
            .matchers()
            .filter_map(|id| hits.clues.remove(&id).map(|clues| (id, clues)))
            .collect();
        clues.extend(rule_clues(scene, rule, fired));
    }
    (clues, hits.noise)
}

/// What a clue was made of.
#[derive(Clone, Copy)]
enum Origin<'a> {
    /// Lines of a log.
    Log(&'a LogHit),
    /// The event at this place among all.
    Event(usize),
    /// An object's own field or status message.
    Object,
}

/// A clue of one matcher, and what it was made of.
type Fired<'a> = (Origin<'a>, Clue);

/// Hits so far.
#[derive(Default)]
struct Hits<'a> {
    clues: BTreeMap<MatcherId, Vec<Fired<'a>>>,
    noise: BTreeMap<String, u64>,
}

impl<'a> Hits<'a> {
    /// Counts a hit of a noise rule, or keeps the clue of another.
    fn add(
        &mut self,
        scene: Scene<'_>,
        matcher: MatcherId,
        count: u64,
        clue: impl FnOnce() -> Fired<'a>,
    ) {
        let Some(rule) = scene.rules.rule_of(matcher) else {
            return;
        };
        if rule.kind == Kind::Noise {
            *self.noise.entry(rule.id.to_string()).or_default() += count;
        } else {
            self.clues.entry(matcher).or_default().push(clue());
        }
    }
}

/// The clues of one rule, if as many of its matchers fired as it requires and its version fits.
fn rule_clues(
    scene: Scene<'_>,
    rule: &Rule,
    mut fired: BTreeMap<MatcherId, Vec<Fired<'_>>>,
) -> Vec<Clue> {
    fired.retain(|id, fired| {
        if let Some(rate) = scene.rules.matcher(*id).and_then(Matcher::rate) {
            rate::keep_frequent(rate, fired);
        }
        !fired.is_empty()
    });
    if fired.is_empty() || (rule.require == Require::All && fired.len() < rule.matchers().len()) {
        return version_clue(scene, rule).into_iter().collect();
    }
    let mut clues = once_per_event(fired.into_values().flatten());
    drop_faceless(&mut clues);
    for clue in &mut clues {
        // The symptom inside the affected range is the known issue; outside it is something alike.
        if let Some((fits, version)) = version_fits(scene, rule, &clue.affected) {
            let (confidence, detail) = if fits {
                (
                    Confidence::High,
                    format!("{version} is in the affected range"),
                )
            } else {
                (
                    Confidence::Low,
                    format!("{version} is outside the affected range: it may be a similar problem"),
                )
            };
            clue.confidence = Some(confidence);
            if clue.detail.is_empty() {
                clue.detail = detail;
            }
        }
    }
    clues
}

/// The clues, one for each event: two matchers of a rule that know the same event, one its reason
/// and one its words, tell one occurrence.
fn once_per_event<'a>(fired: impl Iterator<Item = Fired<'a>>) -> Vec<Clue> {
    let mut clues: Vec<Clue> = Vec::new();
    let mut known: BTreeMap<usize, usize> = BTreeMap::new();
    for (origin, clue) in fired {
        if let Origin::Event(event) = origin {
            if let Some(same) = known.get(&event).and_then(|place| clues.get_mut(*place)) {
                for (name, value) in clue.values {
                    same.values.entry(name).or_insert(value);
                }
                continue;
            }
            known.insert(event, clues.len());
        }
        clues.push(clue);
    }
    clues
}

/// Drops clues that only know which component wrote the lines, where the rule also names an object
/// that it saw as often within the same minute: a controller tells one failure on several lines,
/// not all of which name the object.
fn drop_faceless(clues: &mut Vec<Clue>) {
    let faceless =
        |clue: &Clue| clue.authority == Authority::Log && clue.subject.kind == "Component";
    if !clues.iter().any(faceless) || clues.iter().all(faceless) {
        return;
    }
    let span = |clue: &Clue| clue.first.zip(clue.last);
    let named: Vec<_> = clues
        .iter()
        .filter(|clue| !faceless(clue))
        .filter_map(|clue| Some((span(clue)?, clue.count)))
        .collect();
    clues.retain(|clue| {
        let Some((first, last)) = span(clue).filter(|_| faceless(clue)) else {
            return true;
        };
        let near = named.iter().filter(|((from, to), _)| {
            from.duration_since(last) <= SAME_OCCURRENCE
                && first.duration_since(*to) <= SAME_OCCURRENCE
        });
        let reach = near.fold(None, |reach: Option<(Timestamp, Timestamp, u64)>, other| {
            let ((from, to), count) = *other;
            Some(match reach {
                Some((begin, end, sum)) => {
                    (begin.min(from), end.max(to), sum.saturating_add(count))
                }
                None => (from, to, count),
            })
        });
        let told = reach.is_some_and(|(begin, end, sum)| {
            sum >= clue.count
                && begin.duration_since(first) <= SAME_OCCURRENCE
                && last.duration_since(end) <= SAME_OCCURRENCE
        });
        !told
    });
}

/// Whether the version that a symptom was seen with is in the rule's range, and the version:
/// the node's own for the kubelet, else any in the bundle. `None` where the rule has no range or
/// the bundle does not say.
fn version_fits(scene: Scene<'_>, rule: &Rule, affected: &Subject) -> Option<(bool, String)> {
    let range = rule.version.as_ref()?;
    if let Some(own) = own_kubelet(scene, affected).filter(|_| range.component == "kubelet") {
        return Some((range.affects(own) == Some(true), format!("kubelet {own}")));
    }
    let versions = scene.evidence.inventory.judged(&range.component);
    let fitting = versions
        .iter()
        .find(|fact| range.affects(&fact.version) == Some(true));
    let named = fitting.or(versions.first())?;
    let words = format!("{} {}", range.component, named.version);
    Some((fitting.is_some(), words))
}

/// The kubelet's version on the node that something was seen on.
fn own_kubelet<'a>(scene: Scene<'a>, affected: &Subject) -> Option<&'a str> {
    let node = match affected.kind.as_str() {
        "Node" => &affected.name,
        _ => affected.node.as_ref()?,
    };
    match &scene
        .evidence
        .index
        .get(&ObjectKey::new("Node", "", node))?
        .detail
    {
        Detail::Node(node) => node.kubelet_version.as_deref(),
        _ => None,
    }
}

/// The heads-up of a known issue that is told by the version alone.
fn version_clue(scene: Scene<'_>, rule: &Rule) -> Option<Clue> {
    let here = |range: &&VersionRange| range.provider.is_none() || scene.evidence.in_azure();
    let range = rule
        .version
        .as_ref()
        .filter(|range| range.requires == Requires::Version)
        .filter(here)?;
    let versions = scene.evidence.inventory.judged(&range.component);
    let affected: Vec<_> = versions
        .into_iter()
        .filter(|fact| range.affects(&fact.version) == Some(true))
        .collect();
    let first = affected.first()?;
    Some(Clue {
        rule: rule.id.to_string(),
        subject: Subject::cluster(),
        affected: Subject::cluster(),
        count: 1,
        first: None,
        last: None,
        citations: vec![Citation {
            path: first.path.clone(),
            time: None,
            snippet: first.snippet.clone(),
        }],
        state: (
            State::Active,
            format!("{} is in use at capture time", first.version),
        ),
        authority: Authority::Status,
        detail: format!(
            "{} {} is in the affected range; no symptom was seen",
            range.component, first.version
        ),
        values: BTreeMap::new(),
        silenced_by: Box::default(),
        severity: None,
        confidence: None,
    })
}
