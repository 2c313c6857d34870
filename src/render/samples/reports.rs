//! Sample reports.

use super::*;

fn outcome(address: Address, kind: ChangeKind, result: ChangeResult) -> Outcome {
    Outcome { address, kind, result }
}

/// A report in which everything happened.
pub(in crate::render) fn report() -> Report {
    let s = Address::send;
    let outcomes = vec![
        outcome(Address::group("vip"), ChangeKind::CreateGroup, ChangeResult::Done { note: None }),
        outcome(
            s("spring-offer"),
            ChangeKind::Send,
            ChangeResult::Done { note: Some("MoltFlow took 1,238 of 1,240 people".to_owned()) },
        ),
        outcome(
            Address::group("team"),
            ChangeKind::AddMembers,
            ChangeResult::Failed {
                error: "MoltFlow answered 422: phone: 15550123456 is not valid. Take it out of the YAML."
                    .to_owned(),
            },
        ),
        outcome(
            s("team"),
            ChangeKind::Send,
            ChangeResult::Skipped { because: "group.team is not as planned".to_owned() },
        ),
        outcome(
            s("autumn"),
            ChangeKind::Send,
            ChangeResult::Blocked { why: "the number “Main Line” is not connected".to_owned() },
        ),
        outcome(s("winter"), ChangeKind::Send, ChangeResult::Held(hold())),
        outcome(s("black-friday"), ChangeKind::Send, ChangeResult::Expired),
        outcome(
            Address::schedule("weekly"),
            ChangeKind::CreateSchedule,
            ChangeResult::Unknown { why: "no answer in 30 s".to_owned() },
        ),
        outcome(Address::schedule("past"), ChangeKind::CreateSchedule, ChangeResult::Nothing),
    ];
    Report {
        project: "acme".to_owned(),
        environment: "production".to_owned(),
        digest: Sha256Hex::of(b"a plan").to_string(),
        started: at("2026-12-01T09:00:00Z"),
        took: SignedDuration::from_secs(42),
        requests: 17,
        outcomes,
        interrupted: true,
        stopped: Some("the ledger cannot be written: no space left on the device".to_owned()),
        notes: vec!["+972 50 123 4567 was already in group.vip".to_owned()],
    }
}

/// A report in which all went well.
pub(in crate::render) fn report_done() -> Report {
    let mut report = report();
    report.outcomes.truncate(2);
    report.interrupted = false;
    report.stopped = None;
    report.notes.clear();
    report
}

/// More than fits a job summary.
pub(in crate::render) fn huge_report() -> Report {
    let mut report = report();
    report.outcomes = report.outcomes.iter().cycle().take(4_000).cloned().collect();
    report.notes = vec!["x".repeat(3_000); 50];
    report
}
