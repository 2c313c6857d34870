//! Two months of the sandbox's clock against what plans said before: who got what and when, exactly; how long it took,
//! within the stated bounds. When schedules fire is committed data made by croniter (`tests/two_months.py`).

use std::collections::{BTreeMap, BTreeSet};

use campaignctl::model::{Desired, PhoneSet, Timing};
use campaignctl::plan::{Forecast, firings};
use campaignctl::time::{Pacing, Zone};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::{World, summary};

const CAMPAIGN: &str = include_str!("../data/two_months/campaign.yaml");
const NOVEMBER: &str = include_str!("../data/two_months/november.yaml");
const EXPECTED: &str = include_str!("../data/two_months/expected.tsv");

/// How long the sandbox keeps a job pending: no message leaves before.
const PENDING: SignedDuration = SignedDuration::from_secs(5);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn start() -> Timestamp {
    at("2026-10-01T06:30:00Z")
}

fn end() -> Timestamp {
    at("2026-12-01T06:30:00Z")
}

/// The last moment that the committed times know of.
fn known_until() -> Timestamp {
    at("2026-12-05T00:00:00Z")
}

/// By schedule: its expression (or local time), its zone, its firings.
fn expected() -> BTreeMap<&'static str, (&'static str, &'static str, Vec<Timestamp>)> {
    EXPECTED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            (columns[0], (columns[1], columns[2], columns[3..].iter().map(|text| at(text)).collect()))
        })
        .collect()
}

/// A job that the sandbox carried out.
struct Job {
    schedule: Option<String>,
    created: Timestamp,
    phones: BTreeSet<u64>,
    left: Vec<Timestamp>,
    total: u64,
    sent: u64,
    status: String,
}

impl Job {
    fn read(value: &Value, schedules: &BTreeMap<String, String>) -> Self {
        let moment = |value: &Value| at(value.as_str().unwrap());
        let recipients = &value["recipients"];
        Self {
            schedule: value["schedule"].as_str().map(|id| schedules[id].clone()),
            created: moment(&value["created_at"]),
            phones: recipients["phones"].as_array().unwrap().iter().map(|p| p.as_u64().unwrap()).collect(),
            left: recipients["outcomes"].as_array().unwrap().iter().map(|o| moment(&o["at"])).collect(),
            total: value["total"].as_u64().unwrap(),
            sent: value["sent"].as_u64().unwrap(),
            status: value["status"].as_str().unwrap().to_owned(),
        }
    }

    /// Everybody meant got it, in the time that the forecast's bounds allow.
    fn is_as_forecast(&self, people: &BTreeSet<u64>) {
        let what = format!("{:?} of {}", self.schedule, self.created);
        assert_eq!(self.status, "completed", "{what}");
        assert_eq!(&self.phones, people, "{what}: the recipients");
        assert_eq!((self.total, self.sent), (people.len() as u64, people.len() as u64), "{what}: the counts");
        assert_eq!(self.left.len(), people.len(), "{what}");
        assert_eq!(self.left[0], self.created + PENDING, "{what}: it starts at once");
        let took = self.left[self.left.len() - 1].duration_since(self.left[0]);
        let Pacing { shortest, longest, .. } = Pacing::of(people.len() as u64);
        assert!(shortest <= took && took <= longest, "{what}: {took}, not {shortest} to {longest}");
    }
}

fn digits(phones: &PhoneSet) -> BTreeSet<u64> {
    phones.iter().map(campaignctl::model::Phone::as_u64).collect()
}

async fn messages_this_month(world: &World) -> u64 {
    world.get("/billing/subscription").await["usage"]["messages_this_month"].as_u64().unwrap()
}

fn advance_to(world: &World, to: &str) {
    world.advance(at(to).duration_since(world.clock.now()));
}

/// The forecast of the schedules against croniter.
fn schedules_are_as_expected(desired: &Desired, forecast: &Forecast, now: Timestamp) {
    let month =
        now.to_zoned(jiff::tz::TimeZone::UTC).checked_add(jiff::Span::new().months(1)).unwrap().timestamp();
    for (key, (_, zone, fire)) in expected() {
        let coming: Vec<Timestamp> = fire.into_iter().filter(|at| *at > now).collect();
        let schedule = &desired.schedules[key];
        assert_eq!(firings(schedule, now, known_until(), usize::MAX), coming, "{key}: every firing");
        let shown = forecast.schedules.iter().find(|s| s.address.key == key);
        if coming.is_empty() {
            assert!(shown.is_none_or(|s| !s.next.is_empty()), "{key}");
            continue;
        }
        let shown = shown.unwrap_or_else(|| panic!("{key} is not in the forecast"));
        let people = desired.groups[&schedule.group].members.len() as u64;
        assert_eq!((shown.recipients, shown.timezone.as_str()), (people, zone), "{key}");
        let next: Vec<Timestamp> = coming.iter().copied().take(3).collect();
        assert_eq!(shown.next[..next.len()], next, "{key}: the next ones");
        let in_month = coming.iter().filter(|at| **at <= month).count() as u64;
        assert_eq!(shown.per_month, in_month * people, "{key}: messages in a month");
    }
}

#[test]
fn the_expected_times_are_of_this_campaign_and_this_zone_data() {
    assert!(
        EXPECTED.starts_with(&format!("# tzdata {} croniter ", Zone::tzdata_version())),
        "run tests/two_months.py with this tzdata"
    );
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("campaign.yaml"), CAMPAIGN).unwrap();
    let desired = crate::support::desired_of(dir.path(), start());
    let expected = expected();
    let of_yaml: BTreeMap<&str, (String, &str)> = desired
        .schedules
        .iter()
        .map(|(key, schedule)| {
            let when = match &schedule.timing {
                Timing::Recurring { cron, .. } => cron.clone(),
                Timing::Once { local, .. } => local.strftime("%Y-%m-%dT%H:%M").to_string(),
            };
            (key.as_str(), (when, schedule.timezone.as_str()))
        })
        .collect();
    let of_data: BTreeMap<&str, (String, &str)> =
        expected.iter().map(|(key, (when, zone, _))| (*key, ((*when).to_owned(), *zone))).collect();
    assert_eq!(of_yaml, of_data);
    // Both changes of clocks are in it: a time that comes twice and one that does not exist.
    let count =
        |key: &str, day: &str| expected[key].2.iter().filter(|at| at.to_string().starts_with(day)).count();
    assert_eq!(count("berlin-twice", "2026-10-25"), 2);
    assert_eq!(count("ny-twice", "2026-11-01"), 2);
    assert!(expected["howe-gap"].2.contains(&at("2026-10-03T15:30:00Z")));
}

#[tokio::test]
async fn what_was_forecast_is_what_was_sent() {
    let world = World::at(start(), "").await;
    world.write("campaign.yaml", CAMPAIGN);
    let october = world.desired();
    let first = world.plan().await.forecast;
    schedules_are_as_expected(&october, &first, start());
    let welcome = first.sends[0].clone();
    assert_eq!((welcome.address.to_string().as_str(), welcome.recipients), ("send.welcome", 20));
    assert_eq!(welcome.quota, Some((3_000, 2_980)));
    let overlap = first.overlap.unwrap();
    assert_eq!((overlap.people, overlap.several), (20, 20), "everybody gets the welcome and payday");
    world.settle().await;
    let applied = world.clock.now();

    advance_to(&world, "2026-10-31T23:59:59Z");
    let month = first.month.unwrap();
    assert_eq!((month.used, month.runs_out), (Some(0), None));
    assert_eq!(messages_this_month(&world).await, month.planned, "October");

    advance_to(&world, "2026-11-03T12:00:00Z");
    world.write("november.yaml", NOVEMBER);
    let november = world.desired();
    let second_plan = world.plan().await;
    assert_eq!(
        summary(&second_plan),
        "group.everybody group_remove_members\ngroup.israel group_remove_members\n\
         schedule.once schedule_create OVER\nsend.november send"
    );
    let second = second_plan.forecast;
    schedules_are_as_expected(&november, &second, at("2026-11-03T12:00:00Z"));
    world.settle().await;
    let changed = world.clock.now();
    advance_to(&world, "2026-11-30T23:59:59Z");
    let month = second.month.unwrap();
    assert_eq!(messages_this_month(&world).await, month.used.unwrap() + month.planned, "November");

    // An hour more, for what began last.
    world.advance(end().duration_since(world.clock.now()) + SignedDuration::from_hours(1));
    let state = world.get("/__sandbox/state").await;
    let names: BTreeMap<String, String> = state["schedules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["id"].as_str().unwrap().to_owned(), s["fields"]["name"].as_str().unwrap().to_owned()))
        .collect();
    let jobs: Vec<Job> = state["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| Job::read(value, &names))
        .filter(|job| job.created <= end())
        .collect();
    let mut all = 0;
    for (key, (_, _, mut fire)) in expected() {
        fire.retain(|at| *at <= end());
        let of_it: Vec<&Job> = jobs.iter().filter(|job| job.schedule.as_deref() == Some(key)).collect();
        assert_eq!(of_it.iter().map(|job| job.created).collect::<Vec<_>>(), fire, "{key}: every firing");
        for job in of_it {
            let then = if job.created < changed { &october } else { &november };
            job.is_as_forecast(&digits(&then.groups[&then.schedules[key].group].members));
        }
        all += fire.len();
    }
    let sends: Vec<&Job> = jobs.iter().filter(|job| job.schedule.is_none()).collect();
    assert_eq!(jobs.len(), all + 2, "nothing else went out");
    assert!(start() <= sends[0].created && sends[0].created <= applied);
    sends[0].is_as_forecast(&digits(&october.groups["everybody"].members));
    sends[1].is_as_forecast(&digits(&november.groups["israel"].members));
    let (planned, took) = (&second.sends[0], sends[1].left[sends[1].left.len() - 1] - sends[1].left[0]);
    assert_eq!(planned.recipients, sends[1].sent);
    let took = SignedDuration::try_from(took).unwrap();
    assert!(planned.shortest <= took && took <= planned.longest, "{took}");
}

#[tokio::test]
async fn the_day_it_runs_out_is_the_day_it_ran_out() {
    // 3,000 messages a month, and 150 people each evening.
    let world = World::at(start(), "").await;
    let people: Vec<String> = (0..150).map(|n| format!("\"+9725023{n:05}\"")).collect();
    world.write(
        "campaign.yaml",
        &format!(
            "version: 1\nproject: runs-out\ndefaults: {{session: main, timezone: Asia/Jerusalem}}\nsessions: {{main: \
             {{name: Main Line}}}}\ngroups:\n  all: {{members: [{}]}}\nschedules:\n  daily: {{group: all, message: \
             Hello there., daily: \"18:00\"}}\n",
            people.join(", ")
        ),
    );
    let month = world.plan().await.forecast.month.unwrap();
    let runs_out = month.runs_out.unwrap();
    // Twenty evenings use 3,000; the 21st, on 21 October, is too much.
    assert_eq!(runs_out, at("2026-10-21T15:00:00Z"));
    world.settle().await;
    advance_to(&world, "2026-10-31T23:00:00Z");
    let state = world.get("/__sandbox/state").await;
    let executions = state["schedules"][0]["executions"].as_array().unwrap();
    let failed = executions.iter().find(|e| !e["error"].is_null()).unwrap();
    assert_eq!(at(failed["fired_at"].as_str().unwrap()), runs_out);
    assert_eq!(messages_this_month(&world).await, month.limit);
}
