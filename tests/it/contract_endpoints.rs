//! Every endpoint, asked by the real client of the real sandbox: each constructor reaches the endpoint that the
//! table of the client says, and what comes back is understood.

use std::collections::BTreeSet;

use campaignctl::api::{
    Client, CreateOutcome, ENDPOINTS, ExportFormat, Optional, PageRequest, Read, ScheduleBody, SendBody,
    SendOutcome, Write,
};
use campaignctl::model::{
    Content, Id, JobStatus, Phone, ScheduleStatus, ScheduleType, SessionStatus, Timing,
};
use campaignctl::plan::SchedulePatch;
use futures_util::StreamExt;
use jiff::SignedDuration;

use crate::support::World;

fn made<T: std::fmt::Debug>(outcome: CreateOutcome<T>) -> T {
    match outcome {
        CreateOutcome::Created(made) => made,
        other => panic!("{other:?}"),
    }
}

fn phone(text: &str) -> Phone {
    Phone::parse(text).unwrap()
}

async fn body(client: &Client, id: &Id, format: ExportFormat) -> String {
    let mut stream = client.export(id, format).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend(piece.unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

async fn session(client: &Client) -> Id {
    client.sessions().await.unwrap()[0].id.clone()
}

async fn group(client: &Client, people: &[&str]) -> Id {
    let members: Vec<_> = people.iter().map(|p| (phone(p), None)).collect();
    made(client.create_group("VIP", &members).await).id
}

async fn account(world: &World) {
    let client = &world.client;
    let sessions = client.sessions().await.unwrap();
    assert_eq!((sessions.len(), &sessions[0].status), (1, &SessionStatus::Working));
    assert_eq!(client.session(&sessions[0].id).await.unwrap(), sessions[0]);
    let subscription = client.subscription().await.unwrap().known().unwrap();
    assert_eq!((subscription.max_groups, subscription.messages_this_month), (Some(100), Some(0)));
    assert!(client.contacts().await.unwrap().len() >= 45, "people of the WhatsApp groups");
    assert_eq!(client.wa_groups().await.unwrap().len(), 3);
}

async fn groups(world: &World) {
    let client = &world.client;
    let id = group(client, &["+15550123456"]).await;
    client.rename_group(&id, "VIPs").await.unwrap();
    client
        .add_members(&id, &[(phone("+15550123457"), Some("Jane")), (phone("+15550123458"), None)])
        .await
        .unwrap();
    client.remove_members(&id, &[(phone("+15550123456"), None)]).await.unwrap();
    let there = client.group(&id, None).await.unwrap();
    assert_eq!((there.name.as_str(), there.member_count), ("VIPs", Some(2)));
    assert_eq!(there.members.unwrap().names[&phone("+15550123457")], "Jane");
    assert_eq!(client.groups().await.unwrap().len(), 1);
    let csv = body(client, &id, ExportFormat::Csv).await;
    assert_eq!(csv, "phone,name\n+15550123457,Jane\n+15550123458,\n");
    assert!(body(client, &id, ExportFormat::Json).await.contains("\"+15550123458\""));
    let from = session(client).await;
    let wa_groups = [("120363012345@g.us", &from), ("120363067890@g.us", &from)];
    let imported = made(client.create_group_from_wa("Both", &wa_groups).await);
    assert_eq!(imported.member_count, Some(45), "each person once");
    for id in [&id, &imported.id] {
        client.delete_group(id).await.unwrap();
    }
    assert!(client.groups().await.unwrap().is_empty());
}

async fn jobs(world: &World) {
    let client = &world.client;
    let group_id = group(client, &["+15550123456", "+15550123457", "+15550123458"]).await;
    let content = Content { text: Some("Hello.".to_owned()), media: None };
    let send = SendBody { session_id: session(client).await, group_id, content };
    let SendOutcome::Accepted { job } = client.create_job(&send).await else { panic!("not accepted") };
    assert_eq!(client.pause_job(&job.id).await.unwrap().unwrap().status, JobStatus::Paused);
    client.resume_job(&job.id).await.unwrap();
    world.advance(SignedDuration::from_secs(30));
    assert_eq!(client.jobs().await.unwrap().len(), 1);
    assert_eq!(client.job(&job.id).await.unwrap().total, Some(3));
    assert_eq!(client.job_detail(&job.id).await.unwrap().recipients.unwrap().len(), 3);
    let mut progress = client.progress(&job.id).await.unwrap();
    let first = progress.next().await.unwrap().unwrap();
    assert_eq!((first.total, first.status.clone()), (Some(3), Some(JobStatus::Running)));
    assert_eq!(client.cancel_job(&job.id).await.unwrap().unwrap().status, JobStatus::Cancelled);
    let mut last = first;
    while let Some(next) = progress.next().await {
        last = next.unwrap();
    }
    assert_eq!(last.status, Some(JobStatus::Cancelled), "the stream ends with the job");
    let Optional::Known(analytics) = client.analytics(&job.id).await.unwrap() else { panic!("on business") };
    assert_eq!((analytics.total, analytics.contacts.len()), (Some(3), 3));
}

async fn schedules(world: &World) {
    let client = &world.client;
    let schedule = ScheduleBody {
        name: "Daily".to_owned(),
        session_id: session(client).await,
        group_id: group(client, &["+15550123456"]).await,
        content: Content { text: Some("Hello.".to_owned()), media: None },
        timing: Timing::Recurring { schedule_type: ScheduleType::Daily, cron: "0 9 * * *".to_owned() },
        timezone: "UTC".to_owned(),
    };
    let id = made(client.create_schedule(&schedule).await).id;
    world.advance(SignedDuration::from_hours(3 * 24));
    let page = |offset| PageRequest { limit: 2, offset };
    let (first, second) =
        (client.history(&id, page(0)).await.unwrap(), client.history(&id, page(2)).await.unwrap());
    assert_eq!((first.executions.len(), second.executions.len(), first.total), (2, 1, Some(3)));
    let patch = SchedulePatch { cron: Some("30 9 * * *".to_owned()), ..SchedulePatch::default() };
    let patched = client.patch_schedule(&id, &patch).await.unwrap().unwrap();
    assert_eq!(patched.cron.as_deref(), Some("30 9 * * *"));
    client.pause_schedule(&id).await.unwrap();
    assert_eq!(client.schedule(&id).await.unwrap().status, ScheduleStatus::Paused);
    client.resume_schedule(&id).await.unwrap();
    assert!(client.delete_schedule(&id).await.is_err(), "only when cancelled or completed");
    client.cancel_schedule(&id).await.unwrap();
    assert_eq!(client.schedules().await.unwrap()[0].status, ScheduleStatus::Cancelled);
    client.delete_schedule(&id).await.unwrap();
    assert!(client.schedules().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_account_is_read() {
    account(&World::new().await).await;
}

#[tokio::test]
async fn a_group_from_creation_to_deletion() {
    groups(&World::new().await).await;
}

#[tokio::test]
async fn a_job_from_sending_to_its_end() {
    jobs(&World::new().await).await;
}

#[tokio::test]
async fn a_schedule_with_its_history_in_two_pages() {
    schedules(&World::new().await).await;
}

/// `/bulk-send/0000…/pause` as `/bulk-send/{id}/pause`.
fn template(path: &str) -> String {
    let is_id = |s: &str| s.len() == 36 && s.bytes().filter(|b| *b == b'-').count() == 4;
    path.split('/').map(|s| if is_id(s) { "{id}" } else { s }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_endpoint_of_the_table_is_reached() {
    let world = World::new().await;
    account(&world).await;
    groups(&world).await;
    jobs(&world).await;
    schedules(&world).await;
    let log = world.get("/__sandbox/log").await;
    let reached: BTreeSet<(String, String)> = log["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["method"].as_str().unwrap().to_owned(), template(r["path"].as_str().unwrap())))
        .collect();
    let table: BTreeSet<(String, String)> =
        ENDPOINTS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(reached, table);
}
