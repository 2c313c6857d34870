//! `examples/agency` in three states, one after another, so that an apply of it makes, edits, replaces and removes:
//! what the fault matrix and the kills run through. Owns the edits; the project is the example's own.

use std::path::Path;

use crate::support::Project;

/// The sessions that the example names.
pub const SESSIONS: [&str; 2] = ["Acme Shop", "Acme Customer Care"];

/// How many states there are.
pub const STAGES: usize = 3;

/// One text of a file, and what it becomes.
type Edit = (&'static str, &'static str, &'static str);

/// Members come and go, names and texts change, a schedule is replaced, one is paused, one begins; a send goes to a
/// snapshot of its group, and another to one as well.
const SECOND: &[Edit] = &[
    ("groups.yaml", "name: Staff", "name: The staff"),
    ("groups.yaml", "\"+14155550121\"]", "\"+14155550122\", \"+14155550123\"]"),
    ("members/newsletter.csv", "+16135550141;John Example\n", "+16135550143;Joan Example\n"),
    ("schedules.yaml", "daily: \"08:30\"", "daily: \"08:40\""),
    (
        "schedules.yaml",
        "monthly: {on: 1, at: \"09:00\"}",
        "monthly: {on: 2, at: \"09:00\"}\n    paused: true",
    ),
    ("schedules.yaml", "    group: vip\n    session: care\n", "    group: everyone\n    session: care\n"),
    ("schedules.yaml", "at: 2036-05-04T11:00", "at: 2036-05-05T11:00"),
    ("schedules.yaml", "    paused: true                 # created when it is first unpaused\n", ""),
    (
        "sends.yaml",
        "    state: paused                # not sent before this is `running`\n",
        "    audience: snapshot\n",
    ),
    (
        "sends.yaml",
        "sends:\n",
        "sends:\n  last-call:\n    group: vip\n    message: The last call.\n    audience: snapshot\n",
    ),
];

/// What is no longer wanted goes, and so do the groups that were made for a send.
const THIRD: &[Edit] = &[
    (
        "groups.yaml",
        "  event-guests:\n",
        "  unused: {name: Unused, members: [\"+14155550129\"]}\n  event-guests:\n",
    ),
    ("schedules.yaml", "    paused: true\n", ""),
    (
        "schedules.yaml",
        "  office-hours:\n    name: Office hours\n    group: staff\n    session: care\n    message: {use: opening-hours}\n    cron: \"0 8-16/4 * * MON-FRI\"\n    timezone: Europe/Berlin\n",
        "",
    ),
    ("groups.yaml", "    without: [staff]\n", ""),
    (
        "groups.yaml",
        "  staff:\n    name: The staff\n    members: [\"+14155550120\", \"+14155550122\", \"+14155550123\"]\n",
        "",
    ),
];

/// A copy of the example, as it is but for its rate, which would make a test wait.
pub fn project() -> Project {
    let project = Project::example("agency");
    let limits = "messages_per_month: 5000}";
    change(
        &project.path(),
        &("campaign.yaml", limits, "messages_per_month: 5000, requests_per_minute: 6000}"),
    );
    project
}

/// Brings the copy into a state, from the one before it; 0 is the example's own.
pub fn edit(path: &Path, stage: usize) {
    let edits = match stage {
        0 => &[],
        1 => SECOND,
        2 => THIRD,
        other => panic!("there is no stage {other}"),
    };
    for edit in edits {
        change(path, edit);
    }
}

fn change(path: &Path, (file, from, to): &Edit) {
    let file = path.join(file);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        text.matches(from).count(),
        1,
        "the example is written otherwise now: {from:?} in {}",
        file.display()
    );
    std::fs::write(file, text.replace(from, to)).unwrap();
}
