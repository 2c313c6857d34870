//! A schedule as desired against the same as observed, by meaning and not by spelling (`product.md`, *Plan*).

use super::when_words::when;
use super::{Detail, SchedulePatch};
use crate::ledger::{ScheduleSpec, ScheduleState};
use crate::model::{DesiredSchedule, Id, ObservedSchedule, ScheduleType, Sha256Hex, Timing};
use crate::time::{Cron, Zone, local};

/// What differs.
#[derive(Debug, Clone, Default)]
pub(super) struct ScheduleDiff {
    /// Fields that PATCH takes.
    pub patch: SchedulePatch,
    /// Fields that it does not: the schedule must be replaced.
    pub replace: bool,
    /// Old and new, for people.
    pub details: Vec<Detail>,
}

impl ScheduleDiff {
    pub(super) fn is_empty(&self) -> bool {
        self.patch.is_empty() && !self.replace
    }
}

/// The ids that the desired keys stand for; `None` for a group that is created in this plan.
pub(super) struct Targets<'a> {
    pub session_id: Option<&'a Id>,
    pub group_id: Option<&'a Id>,
    /// Words for an observed group id, for people.
    pub old_group: Option<String>,
}

/// Compares field by field. A field that the API does not show is compared by what the ledger says was written.
pub(super) fn diff_schedule(
    desired: &DesiredSchedule,
    there: &ObservedSchedule,
    state: &ScheduleState,
    targets: &Targets<'_>,
) -> ScheduleDiff {
    let spec = state.spec.as_ref();
    // After a change in doubt only what is shown is known of the fields that it may have changed.
    let sure = spec.filter(|_| !state.updating);
    let mut diff = ScheduleDiff::default();
    if there.name != desired.name {
        diff.patch.name = Some(desired.name.clone());
        diff.details.push(field("name", Some(there.name.clone()), Some(desired.name.clone())));
    }
    let old_session = there.session_id.as_ref().or(spec.map(|s| &s.session_id));
    if let (Some(new), Some(old)) = (targets.session_id, old_session)
        && new != old
    {
        diff.replace = true;
        diff.details.push(field("session", Some(old.short().to_owned()), Some(desired.session.clone())));
    }
    let old_group = there.group_id.as_ref().or(spec.map(|s| &s.group_id));
    if old_group.is_some() && old_group != targets.group_id {
        diff.replace = true;
        diff.details.push(field("group", targets.old_group.clone(), Some(desired.group.clone())));
    }
    timing(desired, there, spec.map(|s| s.schedule_type), sure, &mut diff);
    content(desired, there, state, &mut diff);
    diff
}

fn field(name: &'static str, old: Option<String>, new: Option<String>) -> Detail {
    Detail::Field { name, old, new }
}

fn timing(
    desired: &DesiredSchedule,
    there: &ObservedSchedule,
    written_type: Option<ScheduleType>,
    spec: Option<&ScheduleSpec>,
    diff: &mut ScheduleDiff,
) {
    let wanted = desired.timing.schedule_type();
    // What was written wins: servers are known to give types back in other words (`api.md`, *Lists*).
    let old_type = written_type.or(there.schedule_type);
    if let Some(old) = old_type.filter(|old| *old != wanted) {
        diff.replace = true;
        diff.details.push(field("type", Some(old.as_str().to_owned()), Some(wanted.as_str().to_owned())));
    }
    let shown = match desired.timing {
        Timing::Once { .. } => there.scheduled_time.clone(),
        Timing::Recurring { .. } => there.cron.clone(),
    };
    let same_type = old_type.is_none_or(|old| old == wanted);
    let old_timing = shown.or_else(|| spec.filter(|_| same_type).map(|s| s.timing.clone()));
    let old_zone = there.timezone.clone().or_else(|| spec.map(|s| s.timezone.clone()));
    let unsure = spec.is_none() && written_type.is_some();
    let zone_differs = old_zone.as_deref().map_or(unsure, |old| !same_zone(old, &desired.timezone));
    let timing_differs =
        old_timing.as_deref().is_none_or(|old| !same_timing(old, &desired.timing, old_zone.as_deref()));
    match &desired.timing {
        Timing::Once { local, at } => {
            // The local time belongs to its zone: when the moment differs both are written.
            let unchanged = !timing_differs && !zone_differs;
            if !unchanged && (same_type || diff.replace) {
                let _ = at;
                diff.patch.scheduled_time = Some(*local);
                if timing_differs {
                    diff.details.push(field("at", old_timing, Some(local.to_string())));
                }
            }
        }
        Timing::Recurring { schedule_type, cron } => {
            if timing_differs {
                diff.patch.cron = Some(cron.clone());
                diff.details.push(when(*schedule_type, old_timing, cron));
            }
        }
    }
    if zone_differs {
        diff.patch.timezone = Some(desired.timezone.clone());
        diff.details.push(field("timezone", old_zone, Some(desired.timezone.clone())));
    }
}

/// Whether two names are the same zone.
pub(super) fn same_zone(a: &str, b: &str) -> bool {
    a == b || matches!((Zone::parse(a), Zone::parse(b)), (Ok(a), Ok(b)) if a == b)
}

/// Whether a timing as the API gives it back is the desired one. A time with an offset is the same when the
/// moment is, or when the server put an offset to what is the local time (`api.md`, *Lists*: times with an
/// offset).
pub(super) fn same_timing(old: &str, desired: &Timing, old_zone: Option<&str>) -> bool {
    match desired {
        Timing::Recurring { cron, .. } => {
            old == cron || matches!((Cron::parse(old), Cron::parse(cron)), (Ok(a), Ok(b)) if a == b)
        }
        Timing::Once { local, at } => match local::parse_at(old) {
            Ok(local::At::Local(time)) => {
                let _ = old_zone;
                time == *local
            }
            Ok(local::At::Fixed(moment, offset)) => moment == *at || offset.to_datetime(moment) == *local,
            Err(_) => false,
        },
    }
}

fn content(
    desired: &DesiredSchedule,
    there: &ObservedSchedule,
    state: &ScheduleState,
    diff: &mut ScheduleDiff,
) {
    let wanted = &desired.content;
    let spec = state.spec.as_ref();
    if there.shows_content {
        let old_text = there.text.as_deref().filter(|t| !t.is_empty());
        let old_media = there.media.as_deref().filter(|m| !m.is_empty());
        if wanted.same_as_echo(old_text, old_media) {
            return;
        }
        if old_media != wanted.media.as_deref() {
            diff.replace = true;
            diff.details.push(field("media", old_media.map(str::to_owned), wanted.media.clone()));
        }
        let old_text = old_text.map(crate::model::Content::normalise);
        if old_text != wanted.text {
            diff.patch.text.clone_from(&wanted.text);
            diff.replace |= wanted.text.is_none();
            diff.details.push(Detail::Text { old: old_text, new: wanted.text.clone(), hidden: false });
        }
        return;
    }
    let known = spec.filter(|_| !state.updating);
    if known.is_some_and(|s| s.content.matches(wanted)) {
        return;
    }
    // The API shows no content and the ledger knows another one, or none for sure.
    let media = wanted.media.as_ref().map(|m| Sha256Hex::of(m.as_bytes()));
    let other = spec.map_or(media.is_some(), |s| s.media != media);
    if other {
        diff.replace = true;
        diff.details.push(field("media", None, wanted.media.clone()));
    }
    diff.patch.text.clone_from(&wanted.text);
    diff.replace |= wanted.text.is_none();
    diff.details.push(Detail::Text { old: None, new: wanted.text.clone(), hidden: true });
}
