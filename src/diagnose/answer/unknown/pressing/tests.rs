//! What is named, and what is not.

use super::*;

/// An instant in minutes, the capture at 200.
fn minute(minute: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + minute * 60).unwrap()
}

/// Lines at these minutes, with what they weigh.
fn lines(times: &[(i64, u64)], weight: Weight) -> Joined {
    Joined {
        count: times.iter().map(|(_, count)| count).sum(),
        times: times.iter().map(|(at, n)| (minute(*at), *n)).collect(),
        weight,
        ..Joined::default()
    }
}

/// Whether lines of a component press at minute 200.
fn press(component: &str, level: Level, lines: Joined) -> bool {
    let key = (component.to_owned(), level, "t".to_owned());
    of(&BTreeMap::from([(key, lines)]), Some(minute(200)), false)
        .0
        .is_some()
}

#[test]
fn events_that_somebody_picked_out_are_named_however_few() {
    let key = (EVENTS.to_owned(), Level::Warning, "t".to_owned());
    let joined = BTreeMap::from([(key, lines(&[(199, 1)], PLAIN))]);
    let told = |picked| of(&joined, Some(minute(200)), picked).0.is_some();
    assert!(told(true) && !told(false));
}

#[test]
fn the_end_of_a_program_is_named_where_its_log_is_all_errors() {
    let told = |level, loud| {
        let weight = Weight { loud, ..PLAIN };
        press("kubelet", level, lines(&[(200, 1)], weight))
    };
    assert!(told(Level::Fatal, true));
    assert!(!told(Level::Fatal, false) && !told(Level::Error, true));
}

/// One line a minute, over these minutes.
fn each_minute(from: i64, to: i64) -> Vec<(i64, u64)> {
    (from..=to).map(|at| (at, 1)).collect()
}

/// Of a log that began long ago, by somebody of whom nothing is known.
const PLAIN: Weight = Weight {
    loud: false,
    telling: false,
    ill: true,
    since: None,
};

#[test]
fn a_steady_line_among_many_is_calm_unless_the_log_is_about_it() {
    let steady = each_minute(0, 200);
    let since = Some(minute(0));
    let told = |weight| press("kubelet", Level::Error, lines(&steady, weight));
    assert!(!told(Weight { since, ..PLAIN }));
    assert!(told(Weight {
        since,
        telling: true,
        ..PLAIN
    }));
    assert!(told(Weight {
        since,
        loud: true,
        ..PLAIN
    }));
    // What the pod says of itself counts more than what it always logs.
    let well = Weight {
        since,
        telling: true,
        loud: true,
        ill: false,
    };
    assert!(!told(well));
}

#[test]
fn what_became_more_is_named_whoever_wrote_it() {
    let weight = Weight {
        since: Some(minute(0)),
        ill: false,
        ..PLAIN
    };
    let told = |times: &[(i64, u64)]| press("kubelet", Level::Error, lines(times, weight));
    assert!(told(&each_minute(185, 200)));
    let mut risen: Vec<_> = (0..185).step_by(10).map(|at| (at, 1)).collect();
    risen.extend(each_minute(185, 200));
    assert!(told(&risen));
    assert!(!told(&each_minute(0, 200)));
    // Nobody can tell of a log that is no older than the time that is looked at.
    let young = Weight {
        since: Some(minute(180)),
        ..weight
    };
    assert!(!press(
        "kubelet",
        Level::Error,
        lines(&each_minute(185, 200), young)
    ));
}

#[test]
fn what_stopped_before_the_capture_has_ended() {
    let weight = Weight {
        telling: true,
        loud: true,
        ..PLAIN
    };
    let told = |times: &[(i64, u64)]| press("kubelet", Level::Error, lines(times, weight));
    assert!(told(&[(188, 20), (189, 20), (199, 1)]));
    assert!(!told(&[(188, 20), (189, 20)]));
    assert!(!told(&[(0, 20), (100, 20)]));
}

#[test]
fn warnings_and_few_lines_are_not_named() {
    let loud = Weight {
        loud: true,
        ..PLAIN
    };
    assert!(press(
        "a",
        Level::Error,
        lines(&each_minute(198, 200), loud)
    ));
    assert!(!press(
        "a",
        Level::Error,
        lines(&each_minute(199, 200), loud)
    ));
    assert!(!press(
        "a",
        Level::Error,
        lines(&each_minute(198, 200), PLAIN)
    ));
    assert!(!press(
        "a",
        Level::Warning,
        lines(&each_minute(100, 200), loud)
    ));
}

#[test]
fn events_of_what_is_well_again_are_not_named() {
    let told = |ill, times: &[(i64, u64)]| {
        press(
            EVENTS,
            Level::Warning,
            lines(times, Weight { ill, ..PLAIN }),
        )
    };
    assert!(told(true, &[(0, 1), (199, 300)]));
    assert!(!told(false, &[(0, 1), (199, 300)]));
    assert!(!told(true, &[(0, 1), (199, 9)]));
    // Once in two seconds, and then nothing for ten minutes.
    assert!(!told(true, &[(180, 1), (190, 300)]));
}
