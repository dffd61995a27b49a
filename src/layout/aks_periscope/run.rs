//! Folders of runs, which are named by their time.

use jiff::Timestamp;

/// The time in a run's id, `2023-10-05T09-15-02Z`; other ids are free text.
pub(super) fn run_time(id: &str) -> Option<Timestamp> {
    const FORM: &[u8] = b"dddd-dd-ddTdd-dd-ddZ";
    let fits = id.len() == FORM.len()
        && id
            .bytes()
            .zip(FORM)
            .enumerate()
            .all(|(at, (byte, form))| match form {
                b'd' => byte.is_ascii_digit(),
                // Whoever renames the folder may put the colons back.
                b'-' => byte == b'-' || at > 10 && byte == b':',
                _ => byte == *form,
            });
    let (date, time) = id.split_once('T').filter(|_| fits)?;
    format!("{date}T{}", time.replace('-', ":")).parse().ok()
}

/// Whether the last of these folders lies in the folder of a run.
pub(super) fn is_in_run(base: &[&str]) -> bool {
    matches!(base, [.., run, _] if run_time(run).is_some())
}
