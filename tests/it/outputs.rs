//! What is written where: never in place of what is read, never half, never over what is no file.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::{bundlescope, run};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A log that is recognised by what its lines name, whatever its file is called.
const LOG: &str = "I0301 14:02:10.000000 1 kubelet.go:1] started\n\
                   I0301 14:02:11.000000 1 kubelet.go:2] running\n\
                   I0301 14:02:12.000000 1 kubelet.go:3] still running\n";

/// A folder with a log in it.
fn folder_with_log() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("kubelet.log"), LOG).unwrap();
    folder
}

/// The run has to be refused with one line that says this, and must have changed nothing.
fn refused(folder: &Path, arguments: &[&str], says: &str) {
    let before = contents(folder);
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
    assert!(said.contains(says), "{arguments:?}: {said}");
    assert_eq!(output.stdout, b"", "{arguments:?}");
    assert_eq!(contents(folder), before, "{arguments:?}");
}

/// Names and bytes of all files of a folder.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn an_output_is_never_what_is_read() {
    let folder = folder_with_log();
    let path = folder.path();
    fs::create_dir(path.join("sub")).unwrap();
    fs::hard_link(path.join("kubelet.log"), path.join("hard.txt")).unwrap();
    fs::create_dir(path.join("bundle")).unwrap();
    fs::write(path.join("bundle/a.log"), LOG).unwrap();
    fs::hard_link(path.join("bundle/a.log"), path.join("inner.txt")).unwrap();
    fs::write(path.join("mine.toml"), "schema = 1").unwrap();
    let absolute = path.join("kubelet.log").display().to_string();
    let mut spellings = vec!["kubelet.log", "./sub/../kubelet.log", &absolute, "hard.txt"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("kubelet.log", path.join("link.txt")).unwrap();
        std::os::unix::fs::symlink("link.txt", path.join("link2.txt")).unwrap();
        spellings.extend(["link.txt", "link2.txt"]);
    }
    for output in spellings {
        refused(
            path,
            &["analyze", "kubelet.log", "-o", output],
            "is an input",
        );
        refused(
            path,
            &["diff", "bundle", "kubelet.log", "-o", output],
            "is an input",
        );
    }
    for output in ["bundle/a.log", "inner.txt"] {
        refused(
            path,
            &["analyze", "bundle", "-o", output],
            "is part of bundle",
        );
    }
    // What is wrong with a rule file is said first.
    fs::write(path.join("mine.toml"), "").unwrap();
    let output = run(
        path,
        &[
            "analyze",
            "bundle",
            "--rules",
            "mine.toml",
            "-o",
            "mine.toml",
        ],
    );
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(path.join("mine.toml")).unwrap(), b"");
    // A report among what is read is replaced by a newer one.
    for _ in 0..2 {
        let output = run(path, &["analyze", "bundle", "-o", "bundle/report.html"]);
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn two_outputs_are_two_places() {
    let folder = folder_with_log();
    let path = folder.path();
    fs::create_dir(path.join("sub")).unwrap();
    for outputs in [
        ["new.html", "new.html"],
        ["new.html", "./sub/../new.html"],
        ["-", "-"],
    ] {
        let [one, two] = outputs;
        let arguments = ["analyze", "kubelet.log", "-o", one, "-o", two];
        refused(path, &arguments, "given twice as an output");
        let arguments = ["diff", "kubelet.log", "kubelet.log", "-o", one, "-o", two];
        refused(path, &arguments, "given twice as an output");
    }
    let arguments = [
        "analyze",
        "kubelet.log",
        "--format",
        "json",
        "--format",
        "json",
    ];
    refused(path, &arguments, "given twice as an output");
}

#[test]
fn threads_are_as_many_as_a_machine_can_start() {
    let folder = folder_with_log();
    for arguments in [
        &["analyze", "kubelet.log", "--threads", "20000"][..],
        &["inspect", "kubelet.log", "--threads", "20000"],
        &["batch", "kubelet.log", "-o", "x", "--threads", "20000"],
        &["batch", "kubelet.log", "-o", "x", "--jobs", "20000"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("256"), "{said}");
    }
}

#[test]
fn a_report_of_a_time_that_was_asked_for_says_that_it_is_partial() {
    let folder = folder_with_log();
    let arguments = ["analyze", "kubelet.log", "--max-time", "0", "-o", "r.json"];
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0));
    let report = fs::read_to_string(folder.path().join("r.json")).unwrap();
    assert!(report.contains("reading was stopped after 0 s"), "{report}");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
    use std::process::{Child, Command, Stdio};

    #[test]
    fn what_is_no_regular_file_is_written_to_and_stays() {
        let folder = folder_with_log();
        let path = folder.path();
        let output = run(path, &["analyze", "kubelet.log", "-o", "/dev/null"]);
        assert_eq!(output.status.code(), Some(0));
        let null = fs::metadata("/dev/null").unwrap();
        assert!(null.file_type().is_char_device());
        if Path::new("/dev/full").exists() {
            let output = run(path, &["analyze", "kubelet.log", "-o", "/dev/full"]);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains("/dev/full: cannot be written"), "{said}");
            assert!(
                fs::metadata("/dev/full")
                    .unwrap()
                    .file_type()
                    .is_char_device()
            );
        }
        let fifo = path.join("pipe.json");
        assert!(
            Command::new("mkfifo")
                .arg(&fifo)
                .status()
                .unwrap()
                .success()
        );
        let reading = {
            let fifo = fifo.clone();
            std::thread::spawn(move || fs::read_to_string(fifo).unwrap())
        };
        let output = run(path, &["analyze", "kubelet.log", "-o", "pipe.json"]);
        assert_eq!(output.status.code(), Some(0));
        assert!(reading.join().unwrap().starts_with('{'));
        assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());
    }

    #[test]
    fn links_stay_and_their_targets_are_written() {
        let folder = folder_with_log();
        let path = folder.path();
        fs::create_dir(path.join("there")).unwrap();
        fs::write(path.join("there/old.html"), "old").unwrap();
        for (link, target) in [("old", "there/old.html"), ("new", "there/new.html")] {
            symlink(target, path.join(link)).unwrap();
            let output = run(path, &["analyze", "kubelet.log", "-o", link]);
            assert_eq!(output.status.code(), Some(0), "{link}");
            assert!(path.join(link).is_symlink(), "{link}");
            let report = fs::read_to_string(path.join(target)).unwrap();
            assert!(report.contains("kubelet.log"), "{link}");
        }
        symlink("loop", path.join("loop")).unwrap();
        refused(
            path,
            &["analyze", "kubelet.log", "-o", "loop"],
            "cannot be written",
        );
    }

    #[test]
    fn permissions_are_kept_and_the_umask_is_honoured() {
        let folder = folder_with_log();
        let path = folder.path();
        let mode = |name: &str| fs::metadata(path.join(name)).unwrap().permissions().mode() & 0o777;
        fs::write(path.join("kept.html"), "old").unwrap();
        fs::set_permissions(path.join("kept.html"), fs::Permissions::from_mode(0o640)).unwrap();
        for (umask, expected) in [("077", 0o600), ("002", 0o664), ("022", 0o644)] {
            let name = format!("new-{umask}.html");
            let tool = env!("CARGO_BIN_EXE_bundlescope");
            let command = format!(
                "umask {umask} && {tool} analyze kubelet.log -o {name} -o kept.html && \
                 {tool} batch kubelet.log -o archive-{umask}"
            );
            let mut shell = Command::new("sh");
            let output = shell
                .args(["-c", &command])
                .current_dir(path)
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            assert_eq!(mode(&name), expected, "umask {umask}");
            assert_eq!(mode("kept.html"), 0o640, "umask {umask}");
            assert_eq!(
                mode(&format!("archive-{umask}/index.html")),
                expected,
                "umask {umask}"
            );
        }
    }

    #[test]
    fn too_little_memory_is_said_before_the_work_begins() {
        // The systems differ in what they limit.
        if !Path::new("/proc/self/status").exists() {
            return;
        }
        let folder = folder_with_log();
        let tool = env!("CARGO_BIN_EXE_bundlescope");
        for command in [
            "analyze kubelet.log -o r.html",
            "inspect kubelet.log",
            "diff kubelet.log kubelet.log",
            "batch kubelet.log -o archive",
        ] {
            let script = format!("ulimit -v 400000; exec {tool} {command} --threads 16");
            let mut shell = Command::new("sh");
            shell.args(["-c", &script]).current_dir(folder.path());
            let output = shell.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{command}: {said}");
            assert_eq!(said.lines().count(), 1, "{command}: {said}");
            assert!(said.contains("not enough memory"), "{command}: {said}");
            assert!(said.contains("--threads"), "{command}: {said}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn names_do_not_reach_the_terminal_as_they_are() {
        let folder = folder_with_log();
        let path = folder.path();
        let name = "\u{1b}[2J\rfake\nbundlescope: all is well\u{202e}";
        fs::write(path.join(format!("{name}.log")), LOG).unwrap();
        let gone = format!("{name}.gone");
        let there = format!("{name}.log");
        for arguments in [
            &["analyze", &gone][..],
            &["analyze", &there],
            &["analyze", &there, "-o", &format!("{gone}/x")],
            &["analyze", &there, "--rules", &gone],
            &["analyze", &there, &format!("--{name}")],
            &["analyze", &there, "--archive", &gone],
            &["diff", &there, &gone],
            &["diff", &there, &there, "-o", &format!("{name}.html")],
            &["explain", name],
            &["batch", &there, &gone, "-o", &format!("{name}-archive")],
            &["batch", &there, "-o", &format!("{name}-archive")],
            &["rules", "test", &gone, &there],
        ] {
            let output = run(path, arguments);
            for said in [output.stdout, output.stderr] {
                let said = String::from_utf8(said).unwrap();
                assert!(
                    !said.contains(['\u{1b}', '\r', '\u{202e}']),
                    "{arguments:?}: {said:?}"
                );
                let faked = said.lines().any(|line| line == "bundlescope: all is well");
                assert!(!faked, "{arguments:?}: {said:?}");
            }
        }
    }

    /// The binary, reading a log that does not end.
    fn reading(folder: &Path, arguments: &[&str]) -> Child {
        let tool = env!("CARGO_BIN_EXE_bundlescope");
        let mut command = Command::new(tool);
        command.current_dir(folder).args(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // More than a pipe holds: when it is written, the reading goes on and signals are heard.
        let stdin = child.stdin.as_mut().unwrap();
        stdin.write_all(LOG.repeat(40_000).as_bytes()).unwrap();
        child
    }

    /// Sends a signal.
    fn signal(child: &Child, name: &str) {
        let mut kill = Command::new("kill");
        let status = kill.args(["-s", name, &child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    #[test]
    fn the_first_signal_ends_the_reading_and_the_second_the_run() {
        for (name, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
            for again in [false, true] {
                let folder = tempfile::tempdir().unwrap();
                let mut child = reading(
                    folder.path(),
                    &["analyze", "-", "-o", "r.html", "-o", "r.json"],
                );
                signal(&child, name);
                let mut said = BufReader::new(child.stderr.take().unwrap());
                let mut line = String::new();
                said.read_line(&mut line).unwrap();
                assert!(line.contains("stopping"), "{name}: {line}");
                if again {
                    signal(&child, name);
                    assert_eq!(child.wait().unwrap().code(), Some(status), "{name}");
                    assert_eq!(contents(folder.path()), [], "{name}");
                    continue;
                }
                drop(child.stdin.take());
                assert_eq!(child.wait().unwrap().code(), Some(2), "{name}");
                let files = contents(folder.path());
                assert_eq!(files.len(), 2, "{name}");
                let json: serde_json::Value = serde_json::from_slice(&files[1].1).unwrap();
                let gaps = json["gaps"].to_string();
                assert!(gaps.contains("reading was stopped by Ctrl-C"), "{gaps}");
                let verdict = json["verdict"].as_str().unwrap();
                assert!(verdict.contains("reading was stopped"), "{verdict}");
                assert!(
                    json["bundle"]["bytes_read"].as_u64() > Some(100_000),
                    "{}",
                    json["bundle"]
                );
            }
        }
    }

    #[test]
    fn a_signal_that_nohup_keeps_away_is_not_heard() {
        let folder = tempfile::tempdir().unwrap();
        let tool = env!("CARGO_BIN_EXE_bundlescope");
        let script = format!("trap '' HUP; exec {tool} analyze - -o r.txt");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(folder.path());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = LOG.repeat(40_000);
        child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(log.as_bytes())
            .unwrap();
        signal(&child, "HUP");
        drop(child.stdin.take());
        let output = child.wait_with_output().unwrap();
        let linux = Path::new("/proc/self/status").exists();
        assert_eq!(output.status.code(), Some(if linux { 0 } else { 2 }));
    }

    #[test]
    fn a_shell_may_name_standard_output_as_a_file() {
        let folder = folder_with_log();
        if !Path::new("/dev/stdout").exists() {
            return;
        }
        let mut command = bundlescope(folder.path());
        let arguments = ["analyze", "kubelet.log", "-o", "/dev/stdout", "-o", "-"];
        let output = command.args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
}
