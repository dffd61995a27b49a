//! The report's hard requirements, each as a test over a hostile sample.

use crate::sample;
use bundlescope::diagnose::{Diagnosis, Finding, Fingerprint, Outcome, State};
use bundlescope::redact;
use bundlescope::report::{
    Draft, Format, MAX_BYTES, ReportOptions, glyphs, html, markdown, render, text, view,
};
use bundlescope::severity::{Confidence, Severity};
use regex::Regex;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The page's style, for the tests that read it.
const STYLE: &str = include_str!("../../templates/style.css");

/// What a user gets who sets nothing.
fn options() -> ReportOptions {
    ReportOptions {
        tool_version: "0.0.0".into(),
        rules_hash: "0123456789abcdef".into(),
        min_severity: Severity::Info,
        max_bytes: MAX_BYTES,
        command: "analyze".into(),
    }
}

/// A constant pattern, compiled.
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// The rendered report as text.
fn rendered(diagnosis: &Diagnosis, format: Format) -> String {
    let bytes = render(diagnosis, &options(), format).expect("the sample renders");
    String::from_utf8(bytes).expect("every format is UTF-8")
}

/// The sample as HTML.
fn page() -> String {
    rendered(&sample::diagnosis(), Format::Html)
}

/// The page without the embedded JSON, the script and the style: what a reader sees.
fn body(page: &str) -> String {
    let blocks = pattern(r"(?s)<(script|style)[^>]*>.*?</(script|style)>");
    blocks.replace_all(page, "").into_owned()
}

#[test]
fn the_sample_as_json() {
    insta::assert_snapshot!("json", rendered(&sample::diagnosis(), Format::Json));
}

#[test]
fn the_sample_as_markdown() {
    insta::assert_snapshot!("markdown", rendered(&sample::diagnosis(), Format::Markdown));
}

#[test]
fn the_sample_as_text() {
    insta::assert_snapshot!("text", rendered(&sample::diagnosis(), Format::Text));
    insta::assert_snapshot!("text_calm", rendered(&sample::calm(), Format::Text));
}

#[test]
fn the_sample_as_html() {
    insta::assert_binary_snapshot!("sample.html", page().into_bytes());
    insta::assert_binary_snapshot!(
        "calm.html",
        rendered(&sample::calm(), Format::Html).into_bytes()
    );
}

#[test]
fn no_secret_is_in_any_output() {
    for format in Format::ALL {
        let report = rendered(&sample::diagnosis(), format);
        for secret in sample::SECRETS {
            assert!(!report.contains(secret), "{format:?}: {secret}");
        }
        assert_eq!(redact::find_secret(report.as_bytes()), None, "{format:?}");
    }
    let json: Value =
        serde_json::from_str(&rendered(&sample::diagnosis(), Format::Json)).expect("JSON");
    let kinds: Vec<_> = json["redactions"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|r| r["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "client-secret",
            "jwt",
            "password",
            "private-key",
            "sas-token"
        ]
        .map(Some)
    );
}

/// The schema's validator.
fn validator() -> jsonschema::Validator {
    let schema =
        serde_json::from_str(include_str!("../../docs/report.v1.schema.json")).expect("JSON");
    jsonschema::draft202012::new(&schema).expect("a valid schema")
}

#[test]
fn the_json_is_what_the_schema_says() {
    for diagnosis in [sample::diagnosis(), sample::calm()] {
        let json = rendered(&diagnosis, Format::Json);
        assert!(json.ends_with("}\n"));
        let json = serde_json::from_str(&json).expect("JSON");
        let errors: Vec<_> = validator()
            .iter_errors(&json)
            .map(|e| format!("{e} at {}", e.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

/// What is broken, and how.
type Damage = (&'static str, fn(&mut Value));

#[test]
fn the_schema_refuses_what_the_contract_does_not_name() {
    let good: Value =
        serde_json::from_str(&rendered(&sample::diagnosis(), Format::Json)).expect("JSON");
    let damage: [Damage; 6] = [
        ("a key too many", |v| v["extra"] = Value::Null),
        ("a key too many below", |v| {
            v["findings"][0]["score"] = 1.into();
        }),
        ("a missing key", |v| {
            v["bundle"]
                .as_object_mut()
                .expect("an object")
                .remove("sha256");
        }),
        ("a finding without citation", |v| {
            v["findings"][0]["citations"] = Value::Array(vec![]);
        }),
        ("a time that is not UTC", |v| {
            v["findings"][0]["first_seen"] = "2024-03-01T14:02:11+01:00".into();
        }),
        ("an unknown severity", |v| {
            v["incidents"][0]["severity"] = "urgent".into();
        }),
    ];
    for (what, break_it) in damage {
        let mut bad = good.clone();
        break_it(&mut bad);
        assert!(!validator().is_valid(&bad), "{what}");
    }
}

#[test]
fn an_html_report_carries_its_json() {
    let embedded = html::embedded_json(&page()).expect("it carries one");
    let json: Value =
        serde_json::from_str(&rendered(&sample::diagnosis(), Format::Json)).expect("JSON");
    assert_eq!(embedded, json);
    assert_eq!(html::embedded_json("<p>no report</p>"), None);
}

#[test]
fn the_page_loads_nothing_and_links_only_to_references() {
    let page = page();
    let tags = pattern(r"<[a-zA-Z][^>]*>");
    let target =
        pattern(r#"\s(href|src|srcset|action|data|poster|background|xlink:href)="([^"]*)""#);
    let mut links = Vec::new();
    for tag in tags.find_iter(&body(&page)) {
        for found in target.captures_iter(tag.as_str()) {
            let (name, value) = (&found[1], &found[2]);
            assert_eq!(name, "href", "{}", tag.as_str());
            if value.starts_with("https://") {
                assert!(
                    tag.as_str().starts_with("<a ")
                        && tag.as_str().contains(r#"rel="noreferrer noopener""#)
                );
                links.push(value.to_owned());
            } else {
                assert!(value.starts_with('#'), "{}", tag.as_str());
            }
        }
    }
    let of_codes = page.matches("About this code</a>").count();
    assert!(of_codes > 0);
    assert_eq!(links.len(), 3 + of_codes);
    assert!(!links.iter().any(|link| link.contains("not-secure")));
    for word in [
        "@import",
        "url(",
        "@font-face",
        "fetch(",
        "XMLHttpRequest",
        "import(",
        "<link",
        "<iframe",
        "<img",
        "<form",
    ] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn the_policy_forbids_everything_but_the_inline_style_and_script() {
    let page = page();
    let inline = |tag: &str| -> String {
        let (_, rest) = page.split_once(&format!("<{tag}>")).expect("it is there");
        rest.split_once(&format!("</{tag}>"))
            .expect("it ends")
            .0
            .to_owned()
    };
    let hash = |text: String| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text))
    };
    let policy = format!(
        r#"<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'">"#,
        hash(inline("style")),
        hash(inline("script"))
    );
    assert!(page.contains(&policy));
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("<style").count(), 1);
    assert!(!page.contains('\r'));
}

#[test]
fn no_element_has_a_style_or_a_handler_of_its_own() {
    let body = body(&page());
    let tags = pattern(r#"<[a-zA-Z](?:[^>"]|"[^"]*")*>"#);
    let values = pattern(r#""[^"]*""#);
    let bad = pattern(r"(?i)\s(style|on[a-z]+)\s*=");
    for tag in tags.find_iter(&body) {
        let names = values.replace_all(tag.as_str(), "\"\"");
        assert!(!bad.is_match(&names), "{}", tag.as_str());
    }
}

#[test]
fn log_text_stays_text() {
    let page = page();
    for tag in ["<script>alert", "<img", "</pre><img", "<b>bold", "<i>0"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
    assert!(page.contains("{{ braces }}"));
    assert!(
        !page.contains("[31mred</"),
        "no terminal sequence is acted on"
    );
}

#[test]
fn hidden_characters_are_visible_glyphs_in_every_output() {
    for format in Format::ALL {
        let report = rendered(&sample::diagnosis(), format);
        let hidden: Vec<_> = report
            .chars()
            .filter(|&c| c != '\n' && glyphs::is_hidden(c))
            .collect();
        assert_eq!(hidden, [], "{format:?}");
    }
    let page = page();
    assert!(page.contains("<span class=\"ctl\">␛</span>[31mred"));
    assert!(
        page.contains(
            "<span class=\"ctl\">⟦U+202E⟧</span>txt.exe<span class=\"ctl\">⟦U+200B⟧</span>"
        )
    );
}

#[test]
fn the_match_is_highlighted_among_numbered_lines() {
    let page = page();
    assert!(page.contains("StatusCode=401 -- <mark>AADSTS7000222</mark>: The provided"));
    assert!(
        page.contains(r#"<span class="line"><span class="no">8838</span>I0301 14:02:10.918210"#)
    );
    assert!(
        page.contains(
            r#"<span class="line hit"><span class="no">8841</span>E0301 14:02:11.049649"#
        )
    );
    assert!(
        page.contains(r#"<span class="line"><span class="no">8844</span>I0301 14:02:13.100000"#)
    );
}

#[test]
fn every_finding_has_a_deep_link_that_depends_on_its_fingerprint_only() {
    let mut diagnosis = sample::diagnosis();
    let ids = |page: &str| {
        let id = pattern(r#"id="(f-[^"]+)""#);
        let mut ids: Vec<_> = id.captures_iter(page).map(|c| c[1].to_owned()).collect();
        ids.sort();
        ids
    };
    let before = ids(&rendered(&diagnosis, Format::Html));
    let mut expected: Vec<_> = diagnosis
        .findings
        .iter()
        .map(|f| format!("f-{}", f.fingerprint.0))
        .collect();
    expected.sort();
    assert_eq!(before, expected);
    diagnosis.findings.reverse();
    assert_eq!(ids(&rendered(&diagnosis, Format::Html)), before);
}

#[test]
fn every_inner_link_has_a_target_and_every_id_is_unique() {
    for diagnosis in [sample::diagnosis(), sample::calm()] {
        let page = rendered(&diagnosis, Format::Html);
        let mut ids = BTreeMap::new();
        for id in pattern(r#"\sid="([^"]+)""#).captures_iter(&page) {
            *ids.entry(id[1].to_owned()).or_insert(0) += 1;
        }
        assert!(ids.values().all(|&n| n == 1), "{ids:?}");
        let inner = pattern(r##"(?:href="#|aria-labelledby=")([^"]+)""##);
        for link in inner.captures_iter(&page) {
            assert!(ids.contains_key(&link[1]), "{}", &link[1]);
        }
    }
}

#[test]
fn headings_are_in_order_and_landmarks_are_there() {
    for diagnosis in [sample::diagnosis(), sample::calm()] {
        let body = body(&rendered(&diagnosis, Format::Html));
        let mut level = 0;
        for heading in pattern(r"<h([1-6])").captures_iter(&body) {
            let next: u32 = heading[1].parse().expect("a digit");
            assert!(next <= level + 1, "h{next} after h{level}");
            level = next;
        }
        assert_eq!(body.matches("<h1").count(), 1);
        for landmark in [
            "<header",
            "<nav aria-label",
            "<main>",
            "<footer>",
            "<section aria-labelledby",
        ] {
            assert!(body.contains(landmark), "{landmark}");
        }
    }
    assert!(page().starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
}

#[test]
fn findings_of_one_rule_share_one_heading_and_are_listed_in_a_table() {
    let body = body(&page());
    assert_eq!(
        body.matches("The container used more memory than its limit allows")
            .count(),
        1
    );
    assert_eq!(body.matches("<td><a href=\"#f-pod-oom-killed-").count(), 5);
    assert!(body.contains("<summary>Evidence of 2 more</summary>"));
    assert!(
        body.contains("<summary>14 more</summary>"),
        "34 affected pods, 20 of them listed at once"
    );
}

#[test]
fn states_come_in_order_and_severity_is_a_word_and_a_shape() {
    let body = body(&page());
    let places: Vec<_> = ["state-active", "state-unknown", "state-resolved"]
        .map(|state| body.find(&format!("<h3 id=\"{state}\"")))
        .to_vec();
    assert!(places.iter().all(Option::is_some) && places.is_sorted());
    assert!(body.contains(r##"<use href="#shape-critical"/></svg>critical</span>"##));
}

#[test]
fn what_ended_and_notes_are_one_line_each_and_notes_come_last() {
    let mut diagnosis = sample::diagnosis();
    let note = Finding {
        rule: "known-issue".into(),
        fingerprint: Fingerprint("known-issue-000000000000".into()),
        title: "A known issue of this version".into(),
        severity: Severity::Info,
        state: State::Active,
        ..diagnosis.findings[0].clone()
    };
    diagnosis.findings.insert(0, note);
    let body = body(&rendered(&diagnosis, Format::Html));
    let ended = body
        .find("<h3 id=\"state-resolved\"")
        .expect("something ended");
    let notes = body.find("<h3 id=\"state-note\"").expect("there is a note");
    assert!(ended < notes);
    let (problems, last) = body.split_at(ended);
    assert!(
        !problems.contains("<h4>A known issue"),
        "a note is no active problem"
    );
    assert!(
        !problems.contains("<details class=\"rule"),
        "what is active is open"
    );
    assert_eq!(last.matches("<details class=\"rule").count(), 2);
    assert!(last.contains("<h4>The network plugin was not ready</h4>"));
    assert!(last.contains("<h4>A known issue of this version</h4>"));
}

#[test]
fn a_card_leads_to_everything_that_belongs_to_its_incident() {
    let body = body(&page());
    let (_, card) = body
        .split_once("<li class=\"card card-high card-active\">")
        .expect("the incident of killed containers");
    let (card, _) = card
        .split_once("<li class=\"card ")
        .expect("another card follows");
    assert!(card.contains("Exit code 137, 3 restarts"));
    assert!(card.contains("The same on other objects</a> <span class=\"n\">×4</span>"));
}

#[test]
fn the_timeline_shows_incidents_and_the_time_that_evidence_covers() {
    let body = body(&page());
    assert!(body.contains("<p class=\"bar-axis\"><span>2024-03-01 12:00:03</span><span>2024-03-01 16:41:01, capture</span></p>"));
    assert_eq!(body.matches("<svg class=\"bar bar-source").count(), 3);
    assert_eq!(body.matches("<svg class=\"bar ").count(), 3 + 4);
    let calm = rendered(&sample::calm(), Format::Html);
    assert!(
        !calm.contains("id=\"timeline\""),
        "no incident, no timeline"
    );
}

#[test]
fn a_report_over_the_limit_sheds_in_order_and_the_last_findings_last() {
    let mut diagnosis = sample::diagnosis();
    let model = diagnosis.findings[1].clone();
    diagnosis.findings = (0..200_u64)
        .map(|index| Finding {
            rule: format!("rule-{index}"),
            fingerprint: Fingerprint(format!("rule-{index}-000000000000")),
            title: format!("Title number {index}"),
            count: 700_000 + index,
            citations: vec![model.citations[0].clone(); 3],
            ..model.clone()
        })
        .collect();
    let whole = rendered(&diagnosis, Format::Html).len();
    let mut sizes = vec![whole];
    for share in [80, 60, 45, 30, 10] {
        let limit = whole * share / 100;
        let options = ReportOptions {
            max_bytes: limit,
            ..options()
        };
        let bytes = render(&diagnosis, &options, Format::Html).expect("it renders");
        let again = render(&diagnosis, &options, Format::Html).expect("it renders");
        assert_eq!(bytes, again, "the same bytes every time");
        let page = String::from_utf8(bytes).expect("UTF-8");
        let listed = (0..200)
            .take_while(|index| page.contains(&format!("Title number {index} <")))
            .count();
        if share >= 45 {
            assert_eq!(listed, 200, "{share}: titles are left out last");
        } else {
            let said = format!("all but the first {listed} of 200 findings");
            assert!(listed > 5 && page.contains(&said), "{share}: {listed}");
        }
        for index in 0..listed {
            assert!(
                page.contains(&format!("Title number {index} <")),
                "{share}: {index}"
            );
            assert!(
                page.contains(&format!("seen 700,{index:03}×")),
                "{share}: {index}"
            );
        }
        assert!(page.contains(
            "Omitted to keep this file within its size limit: citations beyond the first"
        ));
        assert!(html::embedded_json(&page).is_some_and(|json| validator().is_valid(&json)));
        assert!(page.len() <= limit, "{share}: {} > {limit}", page.len());
        sizes.push(page.len());
    }
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    let tiny = ReportOptions {
        max_bytes: 1,
        ..options()
    };
    let page = String::from_utf8(render(&diagnosis, &tiny, Format::Html).expect("it renders"))
        .expect("UTF-8");
    assert!(page.contains("titles and counts alone exceed the limit of 1 B"));
    assert!(page.contains("38 pods on 5 nodes"));
}

#[test]
fn hidden_findings_are_counted() {
    let options = ReportOptions {
        min_severity: Severity::High,
        ..options()
    };
    let page = String::from_utf8(
        render(&sample::diagnosis(), &options, Format::Html).expect("it renders"),
    )
    .expect("UTF-8");
    assert!(page.contains("6 findings; 2 below the chosen severity not listed."));
    assert!(!page.contains("The network plugin was not ready</h3>"));
    let text = String::from_utf8(
        render(&sample::diagnosis(), &options, Format::Text).expect("it renders"),
    )
    .expect("UTF-8");
    assert!(text.contains("2 findings below the chosen severity"));
}

#[test]
fn the_summary_is_short_and_inert_however_long_the_log_text_is() {
    let mut diagnosis = sample::diagnosis();
    for text in [
        "[x](https://evil.example) ![i](https://evil.example/i.png) @all ",
        "` ``` <img src=x> | \n# h\n",
        "日本語",
    ] {
        for incident in &mut diagnosis.incidents {
            incident.title = text.repeat(400);
            incident.scope = text.repeat(400);
        }
        let summary = rendered(&diagnosis, Format::Markdown);
        assert!(summary.chars().count() <= markdown::LIMIT);
        // Code spans are inert by themselves; `code` guards that nothing leaves them.
        let prose = summary.lines().filter(|line| !line.contains('`'));
        for line in prose {
            for active in ["](https://evil", "<img", "@all", "://"] {
                assert!(!line.contains(active), "{line}");
            }
        }
        assert!(
            summary.contains("12 checks could run"),
            "the coverage line is never cut off"
        );
        assert!(rendered(&diagnosis, Format::Html).contains("Summary as Markdown"));
    }
}

#[test]
fn the_terminal_answer_fits_and_holds_no_control_characters() {
    let mut diagnosis = sample::diagnosis();
    diagnosis.incidents = diagnosis
        .incidents
        .iter()
        .cycle()
        .take(40)
        .cloned()
        .collect();
    for width in [0, 40, 80, 200] {
        let style = text::Style {
            width,
            ..text::Style::default()
        };
        let answer = Draft::new(&diagnosis, &options())
            .text(style)
            .expect("it renders");
        assert!(answer.lines().count() <= 25, "{}", answer.lines().count());
        let widest = answer.lines().map(|line| line.chars().count()).max();
        assert!(
            widest <= Some(width.max(40)),
            "{width}: {widest:?}\n{answer}"
        );
        assert!(!answer.contains('\u{1b}'));
        assert!(answer.contains("customer-4711.zip") || width < 80);
        let ascii = Draft::new(&diagnosis, &options()).text(text::Style {
            ascii: true,
            ..style
        });
        let ascii = ascii.expect("it renders");
        assert!(ascii.is_ascii(), "{ascii}");
    }
    let style = text::Style {
        color: true,
        ..text::Style::default()
    };
    let coloured = Draft::new(&diagnosis, &options())
        .text(style)
        .expect("it renders");
    assert!(coloured.contains("\u{1b}[1;31mCRITICAL \u{1b}[0m The cluster"));
}

#[test]
fn the_verdict_says_what_is_known_and_how_sure_it_is() {
    let verdict = |change: &dyn Fn(&mut Diagnosis)| {
        let mut diagnosis = sample::diagnosis();
        diagnosis.incidents[2].title = "A share could not be mounted".into();
        change(&mut diagnosis);
        view::verdict(&diagnosis)
    };
    let sentences = [
        verdict(&|_| ()),
        verdict(&|d| d.incidents[0].confidence = Confidence::Low),
        verdict(&|d| d.incidents.truncate(1)),
        verdict(&|d| d.incidents.retain(|i| i.state == State::Unknown)),
        verdict(&|d| {
            d.incidents.retain(|i| i.state == State::Resolved);
        }),
        verdict(&|d| {
            d.incidents[0].severity = Severity::Low;
            d.incidents[1].severity = Severity::Low;
        }),
        verdict(&|d| {
            d.incidents.retain(|i| i.state == State::Unknown);
            d.incidents[0].severity = Severity::Low;
        }),
        verdict(&|d| *d = sample::calm()),
        verdict(&|d| {
            *d = sample::calm();
            d.coverage
                .rules
                .retain(|rule| rule.outcome == Outcome::Clear);
        }),
        verdict(&|d| {
            let gaps = std::mem::take(&mut d.gaps);
            *d = sample::calm();
            d.gaps = gaps;
            d.bundle.entries = 0;
        }),
        verdict(&|d| {
            *d = sample::calm();
            d.coverage
                .rules
                .retain(|rule| rule.outcome == Outcome::NotChecked);
        }),
        verdict(&|d| {
            d.incidents.iter_mut().for_each(|i| {
                i.state = State::Active;
                i.title = "Something".into();
            });
        }),
    ];
    insta::assert_snapshot!("verdicts", sentences.join("\n"));
}

#[test]
fn nothing_of_the_machine_is_in_any_output() {
    let here = env!("CARGO_MANIFEST_DIR");
    for format in Format::ALL {
        let report = rendered(&sample::diagnosis(), format);
        assert!(!report.contains(here));
        assert!(!report.contains("/home/"));
    }
}

/// Relative luminance as WCAG 2 defines it.
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(hex.get(at..at + 2).expect("six digits"), 16).expect("hex");
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

#[test]
fn every_pair_of_colours_that_carries_text_has_the_contrast_of_aa() {
    let palettes: Vec<BTreeMap<&str, &str>> = STYLE
        .split(":root {")
        .skip(1)
        .map(|block| {
            let (block, _) = block.split_once('}').expect("the block ends");
            let pairs = block
                .split(';')
                .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
            pairs.collect()
        })
        .collect();
    assert_eq!(palettes.len(), 3, "light, dark and paper");
    let mut pairs = vec![
        ("mark-ink", "mark", 4.5),
        ("ctl-ink", "ctl", 4.5),
        ("notice-ink", "notice", 4.5),
    ];
    for ground in ["page", "panel", "sunk"] {
        for ink in [
            "ink", "soft", "link", "critical", "high", "medium", "low", "info", "active",
            "unknown", "resolved",
        ] {
            pairs.push((ink, ground, 4.5));
        }
        pairs.push(("focus", ground, 3.0));
    }
    for palette in &palettes {
        for &(ink, ground, wanted) in &pairs {
            let (a, b) = (luminance(palette[ink]), luminance(palette[ground]));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= wanted, "{ink} on {ground}: {contrast:.2}");
        }
    }
}

#[test]
fn the_style_serves_paper_the_dark_and_the_keyboard() {
    for rule in [
        "@media print",
        "details::details-content",
        "prefers-color-scheme: dark",
        ":focus-visible",
        "prefers-reduced-motion",
    ] {
        assert!(STYLE.contains(rule), "{rule}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// Nothing behind the name of a secret keeps the report from being written.
    #[test]
    fn no_value_of_a_bundle_keeps_a_report_back(
        text in "(password|token|name: x_secret\nvalue)[:=] ?([\u{1}\u{9}\u{1b}\u{85}\u{200b}\u{202e}\u{e0041}\n\r\\\\\"'a0:<&]|null){0,4}"
    ) {
        let mut diagnosis = sample::diagnosis();
        diagnosis.findings.truncate(1);
        let finding = &mut diagnosis.findings[0];
        finding.title.clone_from(&text);
        for citation in &mut finding.citations {
            citation.snippet.text.clone_from(&text);
            citation.snippet.after = vec![text.clone()];
            citation.snippet.matched = (0, 0);
        }
        for format in Format::ALL {
            let bytes = render(&diagnosis, &options(), format);
            proptest::prop_assert!(bytes.is_ok(), "{:?}: {:?}", format, bytes.err());
        }
    }

    /// Whatever a bundle says: every format renders, nothing is left to hide, no tag is made.
    #[test]
    fn any_text_of_a_bundle_renders_in_every_format(
        text in "(\\PC|[\u{0}-\u{1f}\u{202e}<>&\"'`=:;,\\[\\]{}|!@#]|password|sig=|Bearer |token|eyJ|://a:b@|\\[REDACTED |null|\n){0,40}"
    ) {
        let mut diagnosis = sample::diagnosis();
        diagnosis.findings.truncate(1);
        let finding = &mut diagnosis.findings[0];
        finding.title.clone_from(&text);
        finding.detail.clone_from(&text);
        finding.check = vec![text.clone()];
        finding.subject.name.clone_from(&text);
        for citation in &mut finding.citations {
            citation.snippet.text.clone_from(&text);
            citation.snippet.matched = (0, text.len());
            citation.snippet.before = vec![text.clone()];
        }
        diagnosis.incidents[0].title.clone_from(&text);
        diagnosis.inventory[0].value.clone_from(&text);
        diagnosis.bundle.kubernetes_version = Some(text.clone());
        for format in Format::ALL {
            let bytes = render(&diagnosis, &options(), format);
            proptest::prop_assert!(bytes.is_ok(), "{:?}: {:?}", format, bytes.err());
            let report = String::from_utf8(bytes.unwrap_or_default()).expect("UTF-8");
            proptest::prop_assert!(!report.chars().any(|c| c != '\n' && glyphs::is_hidden(c)));
            if format == Format::Html {
                proptest::prop_assert_eq!(report.matches("<script").count(), 2);
                proptest::prop_assert!(html::embedded_json(&report).is_some());
            }
        }
    }
}
