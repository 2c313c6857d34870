//! How long the steps take that see every member: `cargo bench`. Each at 100,000 members in ten groups and at 1,000,000,
//! so that growth shows; the figures are in `docs/performance.md`. Nothing is asserted here.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on stops, and prints figures"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use campaignctl::api::{
    Auth, BaseUrl, Call, Client, ClientOptions, RawResponse, Read, Transport, TransportError, VirtualClock,
};
use campaignctl::config::{LoadOptions, load};
use campaignctl::ledger::{GroupState, State};
use campaignctl::model::{
    Desired, Id, Observed, ObservedGroup, ObservedMembers, ObservedSession, Phone, PhoneSet, Secret,
    SessionStatus,
};
use campaignctl::plan::{Input, PlanOptions, plan};
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

/// Groups of a project.
const GROUPS: u64 = 10;
/// Members of each.
const SIZES: [u64; 2] = [10_000, 100_000];

fn now() -> Timestamp {
    "2026-12-01T09:00:00Z".parse().unwrap()
}

/// The `i`th of `n` phone numbers of a group, in no order.
fn number(group: u64, i: u64, n: u64) -> u64 {
    447_400_000_000 + group * n + (i * 7_919) % n
}

fn project(dir: &Path, n: u64, policy: &str) {
    let mut yaml = format!(
        "version: 1\nproject: scale\ndefaults: {{session: main, timezone: Europe/London}}\nsessions: {{main: {{name: Main \
         Line}}}}\naccount: {{limits: {{messages_per_month: 1000000000}}}}\n{policy}groups:\n"
    );
    let mut rest = String::from("schedules:\n");
    for group in 0..GROUPS {
        writeln!(yaml, "  g{group}: {{members_from: [{{csv: g{group}.csv}}]}}").unwrap();
        writeln!(
            rest,
            "  s{group}: {{group: g{group}, message: Hello, weekly: {{on: monday, at: \"1{group}:00\"}}}}"
        )
        .unwrap();
        let mut csv = String::from("phone,name\n");
        for i in 0..n {
            writeln!(csv, "+{},Person {i}", number(group, i, n)).unwrap();
        }
        std::fs::write(dir.join(format!("g{group}.csv")), csv).unwrap();
    }
    rest.push_str("sends:\n  offer: {group: g0, message: An offer}\n");
    std::fs::write(dir.join("campaign.yaml"), yaml + &rest).unwrap();
}

fn loaded(dir: &Path) -> Desired {
    let none = BTreeMap::new();
    load(&LoadOptions::new(dir, &none, now())).desired.unwrap()
}

fn validate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("validate");
    for n in SIZES {
        let dir = tempfile::tempdir().unwrap();
        project(dir.path(), n, "");
        group.throughput(Throughput::Elements(n * GROUPS));
        group.bench_function(BenchmarkId::from_parameter(n * GROUPS), |bench| {
            bench.iter(|| loaded(dir.path()));
        });
    }
    group.finish();
}

/// An account that has the project's groups, each but for its last hundred members.
fn account(desired: &Desired) -> (Observed, State) {
    let (mut observed, mut state) = (nobody(), State::default());
    for (key, group) in &desired.groups {
        let id = Id::new(&format!("id-{key}")).unwrap();
        let phones: PhoneSet = group.members.iter().take(group.members.len() - 100).collect();
        observed.groups.push(ObservedGroup {
            id: id.clone(),
            name: group.name.clone(),
            member_count: Some(phones.len() as u64),
            created_at: Some(now()),
            members: Some(ObservedMembers { phones, ..ObservedMembers::default() }),
        });
        let known = GroupState { id: Some(id), name: group.name.clone(), ..GroupState::default() };
        state.groups.insert(key.clone(), known);
    }
    (observed, state)
}

fn nobody() -> Observed {
    let id = Id::new("session").unwrap();
    let session = ObservedSession { id, name: "Main Line".to_owned(), status: SessionStatus::Working };
    Observed { sessions: vec![session], ..Observed::default() }
}

/// The planner alone: a new project, one that differs by a few members, and the second with rules that look at people.
fn planner(criterion: &mut Criterion) {
    const RULES: &str = "policy: {max_per_recipient: {messages: 30, days: 7}, quiet_hours: {warn: {from: \"21:00\", to: \
                         \"08:00\"}}}\n";
    for (name, policy, fresh) in
        [("plan new", "", true), ("plan drift", "", false), ("plan rules", RULES, false)]
    {
        let mut group = criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat);
        for n in SIZES {
            let dir = tempfile::tempdir().unwrap();
            project(dir.path(), n, policy);
            let desired = loaded(dir.path());
            let (observed, state) = if fresh { (nobody(), State::default()) } else { account(&desired) };
            let options = PlanOptions::default();
            let input = Input {
                desired: &desired,
                observed: &observed,
                state: &state,
                host: "sandbox",
                options: &options,
                now: now(),
            };
            println!("{name}: {} changes", plan(&input).changes.len());
            group.throughput(Throughput::Elements(n * GROUPS));
            group.bench_function(BenchmarkId::from_parameter(n * GROUPS), |bench| {
                bench.iter(|| black_box(plan(black_box(&input))));
            });
        }
        group.finish();
    }
}

/// A network that answers every request with one group's members, in pieces as a socket gives them.
struct Members {
    pieces: Vec<Vec<u8>>,
}

impl Members {
    fn of(n: u64) -> Self {
        let mut body = format!("{{\"id\":\"g\",\"name\":\"g\",\"member_count\":{n},\"members\":[");
        for i in 0..n {
            let comma = if i == 0 { "" } else { "," };
            write!(
                body,
                "{comma}{{\"id\":\"m{i}\",\"phone\":\"+{}\",\"name\":\"Person {i}\",\"created_at\":\"2026-01-01T00:00:00Z\"}}",
                number(0, i, n)
            )
            .unwrap();
        }
        body.push_str("]}");
        Self { pieces: body.as_bytes().chunks(16 << 10).map(<[u8]>::to_vec).collect() }
    }
}

impl Transport for Members {
    fn call(&self, _: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        let body = stream::iter(self.pieces.clone().into_iter().map(Ok)).boxed();
        Box::pin(async move { Ok(RawResponse { status: 200, headers: Vec::new(), body }) })
    }
}

/// The members of one group out of the API's answer, as a stream.
fn reading(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("read members");
    for n in [100_000_u64, 1_000_000] {
        let client = Client::new(ClientOptions {
            transport: Some(Arc::new(Members::of(n))),
            clock: Arc::new(VirtualClock::new(now())),
            ..ClientOptions::new(BaseUrl::parse(BaseUrl::DEFAULT).unwrap(), Auth::Key(Secret::new("k")), 60)
        })
        .unwrap();
        let id = Id::new("g").unwrap();
        group.throughput(Throughput::Elements(n));
        group.bench_function(BenchmarkId::from_parameter(n), |bench| {
            bench.iter(|| {
                let members = runtime.block_on(client.group_members(&id, Some(n))).unwrap();
                assert_eq!(members.phones.len() as u64, n);
                members
            });
        });
    }
    group.finish();
}

/// Sets of phones: the union and the difference of two that share half.
fn sets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sets");
    for n in [100_000_u64, 1_000_000] {
        let set = |from: u64| -> PhoneSet {
            (0..n).filter_map(|i| Phone::from_u64(number(0, i, n) + from)).collect()
        };
        let (one, other) = (set(0), set(n / 2));
        group.throughput(Throughput::Elements(n));
        group.bench_function(BenchmarkId::from_parameter(n), |bench| {
            bench.iter(|| (black_box(&one).minus(&other), one.matching(&other)));
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    validate(&mut criterion);
    planner(&mut criterion);
    reading(&mut criterion);
    sets(&mut criterion);
    criterion.final_summary();
}
