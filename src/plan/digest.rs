//! The digest of a plan: SHA-256 over what will be done, without now, forecast, quota, counters, progress,
//! `next_run_at` and warnings (`product.md`, *Plan*). A blocked change counts as the change it blocks; a refusal
//! that a flag lifts counts as the change it permits. Old values count too: what was reviewed is a change from one
//! thing to another.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Action, Change, Detail, GroupTarget, Plan, Refusal, ScheduleOrder, SchedulePatch, SendOrder, Verdict,
};
use crate::ledger::ScheduleSpec;
use crate::model::{InDoubt, Kind, PhoneSet, Policy, Sha256Hex};

/// Version of the rule.
const VERSION: u32 = 3;

/// `audiences`: of the schedules that start, by key. `policy`: a send whose fate is not known may go out again by it,
/// which is part of what was reviewed.
pub(super) fn digest(plan: &Plan, audiences: &BTreeMap<String, Value>, policy: &Policy) -> Sha256Hex {
    let Plan {
        project,
        environment,
        account,
        host,
        now: _,
        changes,
        notes: _,
        refusals,
        forecast: _,
        unchanged: _,
        read_back: _,
        requests_per_minute: _,
        digest: _,
        records: _,
    } = plan;
    // By address and not in plan order: that a group is deleted early is no other plan.
    let mut entries: Vec<String> = changes.iter().map(|c| change(c, audiences).to_string()).collect();
    entries.sort_unstable();
    let sends = |c: &Change| matches!(c.action, Action::Send(_) | Action::Recover { .. });
    let retries = policy.in_doubt == InDoubt::Retry && changes.iter().any(sends);
    let value = json!({
        "version": VERSION,
        "retry_after_seconds": retries.then(|| policy.settle.as_secs()),
        "project": project,
        "environment": environment,
        "account": account,
        "host": host,
        "changes": entries,
        "refusals": refusals.iter().filter(|r| !r.only_flag).map(refusal).collect::<Vec<_>>(),
    });
    Sha256Hex::of(value.to_string().as_bytes())
}

fn refusal(refusal: &Refusal) -> Value {
    let Refusal { rule, text: _, ways: _, only_flag: _ } = refusal;
    json!(rule)
}

fn change(change: &Change, audiences: &BTreeMap<String, Value>) -> Value {
    let Change {
        address,
        kind,
        step: _,
        verdict,
        also_refused: _,
        reason: _,
        details,
        requests: _,
        needs: _,
        action: what,
    } = change;
    let verdict = match verdict {
        Verdict::Go | Verdict::Blocked(_) => json!("go"),
        Verdict::Refused(r) if r.only_flag => json!("go"),
        Verdict::Refused(r) => json!({"refused": r.rule}),
        Verdict::Held(_) => json!("held"),
        Verdict::Expired => json!("expired"),
        Verdict::Over => json!("over"),
    };
    let values: Vec<Value> = details.iter().filter_map(value).collect();
    let audience = audiences.get(&address.key).filter(|_| address.kind == Kind::Schedule);
    json!([address.to_string(), kind.as_str(), verdict, action(what), values, audience])
}

/// Old and new as they are shown. Members are in the action, in full; what else is said has counts and estimates.
fn value(detail: &Detail) -> Option<Value> {
    match detail {
        Detail::Field { name, old, new } => Some(json!({"field": name, "old": old, "new": new})),
        Detail::Text { old, new, hidden } => {
            let hash =
                |t: &Option<String>| t.as_ref().map(|t| Sha256Hex::of(t.as_bytes()).as_str().to_owned());
            Some(json!({"text": hidden, "old": hash(old), "new": hash(new)}))
        }
        Detail::Added(_) | Detail::Removed(_) | Detail::Suppressed(_) | Detail::Info(_) => None,
    }
}

fn action(action: &Action) -> Value {
    match action {
        Action::None => Value::Null,
        Action::Reimport { import } => {
            json!({"import": import.iter().map(|i| json!([i.wa_group_id, i.session])).collect::<Vec<_>>()})
        }
        Action::DropImport => json!("drop_import"),
        Action::Recover { run } => json!({"run": run}),
        Action::PauseJob { job } | Action::ResumeJob { job } => json!({"job": job}),
        Action::PauseForSuppressed { run, job } | Action::CancelJob { run, job } => {
            json!({"run": run, "job": job})
        }
        Action::AdoptGroup { id, name } => json!({"id": id, "name": name}),
        Action::AdoptSchedule { id, spec: s } => json!({"id": id, "spec": s.as_ref().map(spec)}),
        Action::DeleteSnapshot { run, attempt, id } => json!({"run": run, "attempt": attempt, "id": id}),
        Action::ForgetGone { id } | Action::DeleteGroup { id } => json!({"id": id}),
        Action::CreateGroup(group) | Action::AddMembers { target: group } => target(group),
        Action::ImportGroup { target: group, import } => json!({
            "target": target(group),
            "import": import.iter().map(|i| json!([i.wa_group_id, i.session])).collect::<Vec<_>>(),
        }),
        Action::RenameGroup { name } => json!({"name": name}),
        Action::RemoveMembers { phones: p, suppressed } => {
            json!({"phones": phones(p), "suppressed": phones(suppressed)})
        }
        Action::CreateSchedule { order: o } => order(o),
        Action::UpdateSchedule { id, patch: p, order: o } => {
            json!({"id": id, "patch": patch(p), "order": order(o)})
        }
        Action::ReplaceSchedule { old, order: o } => json!({"old": old, "order": order(o)}),
        Action::PauseSchedule { id } | Action::ResumeSchedule { id } | Action::CancelSchedule { id } => {
            json!({"id": id})
        }
        Action::DeleteSchedule { id, retired } => json!({"id": id, "retired": retired}),
        Action::Send(o) => send(o),
    }
}

/// Full sets are part of the digest; as a hash, so that the text hashed stays small.
pub(super) fn phones(set: &PhoneSet) -> Value {
    let mut text = String::with_capacity(set.len() * 14);
    for phone in set.iter() {
        text.push_str(&phone.digits());
        text.push('\n');
    }
    json!([set.len(), Sha256Hex::of(text.as_bytes()).as_str()])
}

fn target(group: &GroupTarget) -> Value {
    let GroupTarget { name, phones: p, names } = group;
    let names: Vec<_> = names.iter().map(|(phone, name)| json!([phone.digits(), name])).collect();
    json!({"name": name, "phones": phones(p), "names": Sha256Hex::of(json!(names).to_string().as_bytes()).as_str()})
}

fn spec(spec: &ScheduleSpec) -> Value {
    json!(spec)
}

fn order(order: &ScheduleOrder) -> Value {
    let ScheduleOrder { name, group, session, session_id, content, timing, timezone, paused } = order;
    let timing = match timing {
        crate::model::Timing::Once { local, at } => json!({"local": local.to_string(), "at": at.to_string()}),
        crate::model::Timing::Recurring { schedule_type, cron } => {
            json!({"type": schedule_type, "cron": cron})
        }
    };
    json!({
        "name": name, "group": group, "session": session, "session_id": session_id, "content": content.hash(),
        "timing": timing, "timezone": timezone, "paused": paused,
    })
}

fn patch(patch: &SchedulePatch) -> Value {
    let SchedulePatch { name, text, scheduled_time, cron, timezone } = patch;
    json!({
        "name": name,
        "text": text.as_ref().map(|t| Sha256Hex::of(t.as_bytes()).as_str().to_owned()),
        "scheduled_time": scheduled_time.map(|t| t.to_string()),
        "cron": cron,
        "timezone": timezone,
    })
}

fn send(order: &SendOrder) -> Value {
    let SendOrder {
        run,
        group,
        session,
        session_id,
        content,
        audience,
        via,
        send_by,
        timezone,
        quota_left: _,
    } = order;
    json!({
        "run": run, "group": group, "session": session, "session_id": session_id, "content": content.hash(),
        "audience": phones(audience), "via": format!("{via:?}"), "send_by": send_by.map(|t| t.to_string()),
        "timezone": timezone,
    })
}
