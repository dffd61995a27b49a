//! AKS Periscope's uploads as users hand them in: blobs, zips, both, packed and unpacked again by
//! the tools of Windows, from several nodes and runs. The same evidence gives the same findings.
//!
//! What a folder can show is a case of its own (`testdata/cases/periscope-*`); here are the shapes
//! that need an archive, or names that not every system can have.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::support::{Files, analyze_bytes, findings, json_of, rendered, tar, zip};
use bundlescope::diagnose::Diagnosis;
use bundlescope::limits::Limits;
use bundlescope::report::Format;
use serde_json::json;

const RUN: &str = "2023-05-10T14-30-05Z";
const NODE: &str = "aks-nodepool1-31245678-vmss000000";
const WINDOWS: &str = "akswnp000000";

/// A connection that could not be made.
const TIMEOUT: &str = "Error: dial tcp: lookup mcr.microsoft.com: i/o timeout";

/// A log line that says how the set-up of a Windows node ended.
const CSE: &str = "2023-05-10T14:20:00.0000000+00:00: Set ExitCode to 49 and exit. Error: gone.\n";

/// Collector, key and content of what a node collects.
type Collected = Vec<(&'static str, String, String)>;

/// What every node collects at this time, as `networkoutbound` and `networkconfig` write it: the
/// registry could not be reached.
fn basics(node: &str, at: &str) -> Collected {
    let probe = |kind: &str, status: &str| {
        json!({"TimeStamp": at, "Type": kind, "URL": "x:80", "Status": status}).to_string()
    };
    let told = |kind: &str, status: &str| json!({"HostName": node, "Type": kind, "Start": at, "End": at, "Status": status});
    let registry = "Microsoft Container Registry";
    let rows = json!([told("Internet", "Connected"), told(registry, TIMEOUT)]);
    let config = json!({"HostName": node, "NetworkPlugin": "", "VirtualMachineDNS": null, "KubernetesDNS": null, "MaxPodsPerNode": 30});
    vec![
        (
            "networkoutbound",
            "Internet".into(),
            probe("Internet", "Connected"),
        ),
        ("networkoutbound", registry.into(), probe(registry, TIMEOUT)),
        (
            "networkoutbound",
            "networkoutbound".into(),
            rows.to_string(),
        ),
        ("networkconfig", "networkconfig".into(), config.to_string()),
    ]
}

/// The blobs of a node, below its folder.
fn blobs(folder: &str, collected: &Collected) -> Files {
    let blob = |(_, key, text): &(_, String, String)| {
        (format!("{folder}/{key}"), text.as_bytes().to_vec())
    };
    collected.iter().map(blob).collect()
}

/// What the zip of a node holds.
fn packed(collected: &Collected) -> Files {
    let entry = |(collector, key, text): &(&str, String, String)| {
        (format!("{collector}/{key}"), text.as_bytes().to_vec())
    };
    collected.iter().map(entry).collect()
}

/// The diagnosis of a tar of these files, which may have any name.
fn of(files: &Files) -> Diagnosis {
    analyze_bytes("upload.tar", &tar(files), &Limits::RELEASE)
}

/// Rule, subject, state and count of every finding, sorted.
fn found(diagnosis: &Diagnosis) -> Vec<String> {
    let mut found = findings(diagnosis);
    found.sort();
    found
}

/// When a bundle was taken, as its report says.
fn captured(diagnosis: &Diagnosis) -> String {
    json_of(diagnosis)["bundle"]["captured_at"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A kubelet's journal with a failure at each of these times of a day of May 2023.
fn journal(day: u8, times: &[&str]) -> String {
    let line = |time: &&str| {
        format!(
            "May {day:02} {time} {NODE} kubelet[2741]: E05{day:02} {time}.123456    2741 reflector.go:138] failed to list *v1.Pod: net/http: TLS handshake timeout\n"
        )
    };
    let head = "-- Journal begins at Wed 2023-05-10 08:30:05 UTC. --\n";
    head.to_owned() + &times.iter().map(line).collect::<String>()
}

/// The description of a pod that crashes, or that runs where it never was started again.
fn described(pod: &str, restarts: u32) -> String {
    let (state, ready) = match restarts {
        0 => ("Running", "True"),
        _ => ("Waiting\n      Reason:       CrashLoopBackOff", "False"),
    };
    format!(
        "Name:         {pod}\nNamespace:    shop\nNode:         {NODE}/10.0.0.4\nLabels:       app=web\nAnnotations:  <none>\nStatus:       Running\nContainers:\n  web:\n    Image:          web:1\n    State:          {state}\n    Ready:          {ready}\n    Restart Count:  {restarts}\nQoS Class:    BestEffort\nEvents:       <none>\n"
    )
}

#[test]
fn blobs_and_zip_are_one_upload() {
    let mut collected = basics(NODE, "2023-05-10T14:30:25Z");
    let table = format!(
        "NAME   READY   STATUS             RESTARTS   AGE   IP   NODE\nweb    1/2     CrashLoopBackOff   14         3h    -    {NODE}\n"
    );
    // The default name of a mesh is that of its collector.
    collected.push(("osm", "osm/shop_pods_list".into(), table));
    let trace = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: odd\n  namespace: shop\nstatus:\n  phase: Running\n  containerStatuses:\n  - name: c\n    state:\n      waiting:\n        reason: ImagePullBackOff\n";
    collected.push((
        "smi",
        "smi/namespace_shop/x_custom_resource".into(),
        trace.into(),
    ));
    let folder = format!("{RUN}/{NODE}");
    let loose = blobs(&folder, &collected);
    let expected = found(&of(&loose));
    assert_eq!(
        expected,
        [
            "image-pull-backoff Pod shop/odd Active x1".to_owned(),
            format!("periscope-outbound-failed Node {NODE} Active x1"),
            "pod-crashloop Pod shop/web Active x1".to_owned(),
        ]
    );
    let own_zip = (format!("{folder}/{NODE}.zip"), zip(&packed(&collected)));
    let with_zip = [loose.clone(), vec![own_zip.clone()]].concat();
    // "Extract here" puts the folders beside the blobs.
    let unpacked: Files = packed(&collected)
        .into_iter()
        .map(|(name, text)| (format!("{folder}/{name}"), text))
        .collect();
    let with_unpacked = [loose.clone(), unpacked].concat();
    let apart = vec![
        ("run.zip".to_owned(), zip(&loose)),
        ("download.zip".to_owned(), own_zip.1.clone()),
    ];
    let wrapped: Files = loose
        .iter()
        .map(|(name, text)| (format!("osm/{name}"), text.clone()))
        .collect();
    for (what, files) in [
        ("with the zip", with_zip),
        ("the zip alone", vec![own_zip]),
        ("unpacked beside the blobs", with_unpacked),
        ("a zip of blobs and a renamed zip", apart),
        ("in a folder called like a collector", wrapped),
    ] {
        let diagnosis = of(&files);
        assert_eq!(found(&diagnosis), expected, "{what}");
        assert_eq!(captured(&diagnosis), "2023-05-10T14:30:25Z", "{what}");
    }
}

#[test]
fn a_renamed_zip_is_of_the_node_that_its_files_name() {
    let mut collected = basics(WINDOWS, "2023-05-10T14:30:05Z");
    let hns = "2023/05/10 13:50:05 [1356] [net] Failed to create endpoint: HNS failed with error : Element not found.\n";
    let key = "collect-windows-logs/azure-vnet.log";
    collected.push(("windowslogs", key.into(), hns.into()));
    let bytes = zip(&packed(&collected));
    let expected = [
        format!("periscope-outbound-failed Node {WINDOWS} Active x1"),
        format!("windows-hns-endpoint-not-created Node {WINDOWS} Unknown x1"),
    ];
    let inside = of(&vec![("download.zip".to_owned(), bytes.clone())]);
    assert_eq!(found(&inside), expected);
    let alone = analyze_bytes("download (1).zip", &bytes, &Limits::RELEASE);
    assert_eq!(found(&alone), expected);
}

#[test]
fn release_0_3_zips_its_diagnosers_too() {
    let at = "2020-06-02T07:05:09Z";
    let run = "2020-06-02T07-05-09Z";
    let layers = |(collector, key, text): (&str, String, String)| {
        let diagnoser = matches!(key.as_str(), "networkoutbound" | "networkconfig");
        let path = if diagnoser {
            format!("diagnoser/{key}")
        } else {
            format!("collector/{collector}/{key}")
        };
        (path, text.into_bytes())
    };
    let files: Files = basics(NODE, at).into_iter().map(layers).collect();
    let below = |root: &str| -> Files {
        let files = files.iter();
        files
            .map(|(name, text)| (format!("{root}/{name}"), text.clone()))
            .collect()
    };
    let folder = format!("{run}/{NODE}");
    let mut all = below(&folder);
    let expected = [format!("periscope-outbound-failed Node {NODE} Active x1")];
    assert_eq!(found(&of(&all)), expected);
    let inside = below(&format!("var/log/aks-periscope/{folder}"));
    all.push((format!("{folder}/{NODE}.zip"), zip(&inside)));
    assert_eq!(found(&of(&all)), expected);
}

#[test]
fn a_zip_with_backslashes_between_its_folders_is_read_as_what_it_is() {
    let collected = basics(NODE, "2023-05-10T14:30:05Z");
    let tree = blobs(&format!("upload/{RUN}/{NODE}"), &collected);
    let packed: Files = tree
        .iter()
        .map(|(name, text)| (name.replace('/', "\\"), text.clone()))
        .collect();
    let expected = [format!("periscope-outbound-failed Node {NODE} Active x1")];
    assert_eq!(found(&of(&tree)), expected);
    let diagnosis = analyze_bytes("upload.zip", &zip(&packed), &Limits::RELEASE);
    assert_eq!(found(&diagnosis), expected);
    let folder = format!("upload/{RUN}/{NODE}/");
    let cited = &diagnosis.findings[0].citations[0].path;
    assert!(cited.path().starts_with(&folder), "{cited}");
}

#[test]
fn the_path_of_a_windows_log_is_one_key_however_it_is_spelled() {
    let basics = basics(WINDOWS, "2023-05-10T14:30:05Z");
    let expected = [
        format!("cse-windows-failed Node {WINDOWS} Unknown x1"),
        format!("periscope-outbound-failed Node {WINDOWS} Active x1"),
    ];
    let spellings = [
        r"C:\AzureData\CustomDataSetupScript.log",
        "C%3A%5CAzureData%5CCustomDataSetupScript.log",
        "C_/AzureData/CustomDataSetupScript.log",
        "C:/AzureData/CustomDataSetupScript.log",
        "C__AzureData_CustomDataSetupScript.log",
        "C\u{f03a}\u{f05c}AzureData\u{f05c}CustomDataSetupScript.log",
    ];
    let mut collected = basics.clone();
    collected.push(("nodelogs", spellings[0].into(), CSE.into()));
    let own_zip = zip(&packed(&collected));
    // In the zip that Periscope makes, the backslashes are part of the key.
    let alone = analyze_bytes("akswnp000000.zip", &own_zip, &Limits::RELEASE);
    assert_eq!(found(&alone), expected);
    for key in spellings {
        let mut spelled = basics.clone();
        spelled.push(("nodelogs", key.into(), CSE.into()));
        let folder = format!("{RUN}/{WINDOWS}");
        let mut all = blobs(&folder, &spelled);
        assert_eq!(found(&of(&all)), expected, "the blob {key}");
        let unpacked: Files = packed(&spelled)
            .into_iter()
            .map(|(name, text)| (format!("any/{name}"), text))
            .collect();
        assert_eq!(found(&of(&unpacked)), expected, "unpacked as {key}");
        all.push((format!("{folder}/{WINDOWS}.zip"), own_zip.clone()));
        assert_eq!(found(&of(&all)), expected, "the blob {key} and the zip");
    }
}

#[test]
fn journals_of_several_runs_are_one_journal() {
    let upload = |at: &str, times: &[&str]| {
        let mut collected = basics(NODE, at);
        collected.push(("systemlogs", "kubelet".into(), journal(10, times)));
        collected
    };
    let early: Vec<&str> = vec!["13:40:05", "13:41:05", "13:42:05"];
    let late = [early.as_slice(), &["14:38:05", "14:39:05"]].concat();
    let (first, second) = (
        upload("2023-05-10T14:30:05Z", &early),
        upload("2023-05-10T14:40:05Z", &late),
    );
    let at = |run: &str, collected: &Collected| blobs(&format!("{run}/{NODE}"), collected);
    let (run, again) = (RUN, "2023-05-10T14-40-05Z");
    let journals = |files: &Files| {
        let all = found(&of(files));
        let own = all.into_iter().filter(|said| said.contains("handshake"));
        own.collect::<Vec<_>>()
    };
    let expected = journals(&at(again, &second));
    assert_eq!(expected.len(), 1, "{expected:?}");
    assert!(expected[0].ends_with("x5"), "{expected:?}");
    let loose = [at(run, &first), at(again, &second)].concat();
    assert_eq!(journals(&loose), expected, "loose");
    let mut both = loose.clone();
    for (run, collected) in [(run, &first), (again, &second)] {
        both.push((format!("{run}/{NODE}/{NODE}.zip"), zip(&packed(collected))));
    }
    assert_eq!(journals(&both), expected, "with zips");
    let zips = vec![
        (format!("{NODE}.zip"), zip(&packed(&first))),
        (format!("{NODE} (1).zip"), zip(&packed(&second))),
    ];
    assert_eq!(journals(&zips), expected, "zips without their runs");
    // The journal was vacuumed between the runs: of the first, what the second lost is left.
    let vacuumed = upload(
        "2023-05-10T14:40:05Z",
        &["13:42:05", "14:38:05", "14:39:05"],
    );
    let parted = journals(&[at(run, &first), at(again, &vacuumed)].concat());
    assert_eq!(parted, expected, "vacuumed");
}

#[test]
fn a_journal_beside_the_syslog_counts_once_in_the_zip_too() {
    let mut collected = basics(NODE, "2023-05-10T14:30:05Z");
    let own = journal(10, &["13:40:05", "13:41:05", "13:42:05"]);
    let line = format!(
        "May 10 13:42:06 {NODE} containerd[900]: time=\"2023-05-10T13:42:06Z\" level=info msg=ok\n"
    );
    collected.push(("systemlogs", "kubelet".into(), own.clone()));
    collected.push(("nodelogs", "var_log_syslog".into(), own + &line));
    let loose = blobs(&format!("{RUN}/{NODE}"), &collected);
    let expected = found(&of(&loose));
    let handshakes = format!("tls-handshake-timeout Node {NODE} Unknown x3");
    assert!(expected.contains(&handshakes), "{expected:?}");
    let packed = vec![(format!("{NODE}.zip"), zip(&packed(&collected)))];
    assert_eq!(found(&of(&packed)), expected);
}

#[test]
fn every_node_counts_from_its_own_time() {
    let upload = |node: &str, at: &str, day: u8| {
        let mut collected = basics(node, at);
        let own = journal(day, &["13:40:05", "13:41:05"]).replace(NODE, node);
        collected.push(("systemlogs", "kubelet".into(), own));
        collected
    };
    let other = "aks-nodepool1-31245678-vmss000009";
    // The second node started under the id of a run of the year before.
    let files = [
        blobs(
            &format!("{RUN}/{NODE}"),
            &upload(NODE, "2023-05-10T14:30:05Z", 10),
        ),
        blobs(
            &format!("{RUN}/{other}"),
            &upload(other, "2024-05-09T14:30:05Z", 9),
        ),
    ]
    .concat();
    let diagnosis = of(&files);
    assert_eq!(captured(&diagnosis), "2024-05-09T14:30:05Z");
    let mut since: Vec<_> = diagnosis
        .findings
        .iter()
        .filter(|finding| finding.rule == "tls-handshake-timeout")
        .map(|finding| {
            (
                finding.subject.to_string(),
                finding.first_seen.unwrap().to_string(),
            )
        })
        .collect();
    since.sort();
    let expected = [
        (
            format!("Node {NODE}"),
            "2023-05-10T13:40:05.123456Z".to_owned(),
        ),
        (
            format!("Node {other}"),
            "2024-05-09T13:40:05.123456Z".to_owned(),
        ),
    ];
    assert_eq!(since, expected);
}

#[test]
fn a_pod_that_the_last_run_does_not_describe_is_gone() {
    let upload = |(run, node): (&str, &str), at: &str, pod: &str, restarts: u32| {
        let mut collected = basics(node, at);
        let key = format!("shop_pod_{pod}");
        collected.push(("kubeobjects", key, described(pod, restarts)));
        blobs(&format!("{run}/{node}"), &collected)
    };
    let crashes = |files: &Files| {
        let all = found(&of(files));
        all.iter().any(|said| said.starts_with("pod-crashloop"))
    };
    let first = upload((RUN, NODE), "2023-05-10T14:30:05Z", "web-a", 9);
    assert!(crashes(&first));
    let next = ("2023-05-11T08-00-00Z", NODE);
    let later = upload(next, "2023-05-11T08:02:11Z", "web-b", 0);
    assert!(!crashes(&[first.clone(), later].concat()));
    // The nodes of one run are a minute apart: the pod may have been made in between.
    let beside = (RUN, "aks-nodepool1-31245678-vmss000001");
    let beside = upload(beside, "2023-05-10T14:31:40Z", "web-b", 0);
    assert!(crashes(&[first, beside].concat()));
}

#[test]
fn the_order_of_nodes_and_entries_changes_no_byte() {
    let mut files: Files = Vec::new();
    for (number, at) in ["14:30:05", "14:32:05", "14:31:05"].iter().enumerate() {
        let node = format!("aks-nodepool1-31245678-vmss00000{number}");
        let mut collected = basics(&node, &format!("2023-05-10T{at}Z"));
        let restarts = u32::try_from(number).unwrap() + 5;
        collected.push((
            "kubeobjects",
            "shop_pod_web-0".into(),
            described("web-0", restarts),
        ));
        files.extend(blobs(&format!("{RUN}/{node}"), &collected));
        let name = format!("{RUN}/{node}/{node}.zip");
        files.push((name, zip(&packed(&collected))));
    }
    let forward = of(&files);
    // The newest of the three says how often it was started.
    let crash = "pod-crashloop Pod shop/web-0 Active x6".to_owned();
    assert!(found(&forward).contains(&crash), "{:?}", found(&forward));
    assert_eq!(captured(&forward), "2023-05-10T14:32:05Z");
    files.reverse();
    let text = |diagnosis: &Diagnosis| {
        let json = rendered(diagnosis, Format::Json);
        // The archive itself is another.
        let hashless = json.lines().filter(|line| !line.contains("\"sha256\""));
        hashless.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(text(&of(&files)), text(&forward));
}
