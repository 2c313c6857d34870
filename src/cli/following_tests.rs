//! Following against a scripted server on a virtual clock.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::*;
use crate::api::{
    Auth, BaseUrl, Call, Cause, Client, ClientOptions, RawResponse, Transport, TransportError, VirtualClock,
};
use crate::model::{JobStatus, Secret};
use crate::time::Zone;

/// What it says at a look (`false`) or on a stream (`true`), at the how-manieth of its kind, from 1.
type Says = Box<dyn Fn(bool, usize) -> Result<Vec<Value>, TransportError> + Send + Sync>;

struct Server {
    says: Says,
    clock: Arc<VirtualClock>,
    /// When each request came, in seconds from the start, and whether it was for the stream.
    asked: Mutex<Vec<(i64, bool)>>,
    /// How long a stream lasts.
    lasts: SignedDuration,
}

impl Transport for Server {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        let stream = call.request.path.ends_with("/progress");
        let nth = {
            let mut asked = self.asked.lock().unwrap();
            asked.push((self.clock.now().duration_since(start()).as_secs(), stream));
            asked.iter().filter(|(_, s)| *s == stream).count()
        };
        let answer = (self.says)(stream, nth).map(|said| {
            let body = if stream {
                self.clock.advance(self.lasts);
                said.iter().map(|event| format!("data: {event}\n\n")).collect()
            } else {
                said[0].to_string()
            };
            RawResponse::full(200, Vec::new(), body.into_bytes())
        });
        Box::pin(std::future::ready(answer))
    }
}

fn start() -> Timestamp {
    "2026-12-01T10:00:00Z".parse().unwrap()
}

#[derive(Default)]
struct Noted {
    shown: Vec<Standing>,
    said: Mutex<Vec<String>>,
    leaves_after: Option<usize>,
}

impl Face for &mut Noted {
    fn show(&mut self, _: Timestamp, watched: &Watched) {
        self.shown.push(watched.standing().unwrap().clone());
    }

    fn say(&self, text: &str) {
        self.said.lock().unwrap().push(text.to_owned());
    }

    fn is_read(&self) -> bool {
        self.leaves_after.is_none_or(|after| self.shown.len() < after)
    }
}

/// How it ended, and when what was asked for.
async fn follow(
    face: &mut Noted,
    lasts: i64,
    says: impl Fn(bool, usize) -> Result<Vec<Value>, TransportError> + Send + Sync + 'static,
) -> (Result<End, CliError>, Vec<(i64, bool)>) {
    let clock = Arc::new(VirtualClock::new(start()));
    let server = Arc::new(Server {
        says: Box::new(says),
        clock: clock.clone(),
        asked: Mutex::default(),
        lasts: SignedDuration::from_secs(lasts),
    });
    let options =
        ClientOptions::new(BaseUrl::parse(BaseUrl::DEFAULT).unwrap(), Auth::Key(Secret::new("k")), 60);
    let client =
        Client::new(ClientOptions { clock: clock.clone(), transport: Some(server.clone()), ..options })
            .unwrap();
    let mut following = Following {
        client: &client,
        clock: clock.as_ref(),
        streams: true,
        job: Id::new("j-1").unwrap(),
        watched: Watched::new(Zone::utc()),
        face,
    };
    let end = following.follow().await;
    let asked = server.asked.lock().unwrap().clone();
    (end, asked)
}

fn job(sent: usize, status: &str) -> Value {
    json!({"id": "j-1", "sent_count": sent, "total_recipients": 127, "failed_count": 0, "status": status})
}

fn over(end: Result<End, CliError>) -> Standing {
    match end {
        Ok(End::Over(standing)) => standing,
        other => panic!("{other:?}"),
    }
}

#[test]
fn streams_that_break_are_asked_for_ever_more_seldom() {
    let waits: Vec<i64> = [0, 1, 2, 3, 4, 40].map(|short| before_stream(short).as_secs()).to_vec();
    assert_eq!(waits, [2, 2, 4, 8, 15, 15]);
}

#[tokio::test]
async fn a_stream_that_breaks_is_taken_up_again() {
    let mut face = Noted::default();
    let (end, asked) = follow(&mut face, 60, |stream, nth| {
        Ok(match (stream, nth) {
            (true, 3) => vec![json!({"sent": 127, "status": "completed"})],
            (true, _) => vec![json!({"sent": nth * 10, "total": 127, "failed": 1, "status": "running"})],
            (false, _) => vec![job(nth * 10 - 10, "running")],
        })
    })
    .await;
    let end = over(end);
    assert_eq!((end.sent, end.failed, end.total), (127, 0, Some(127)), "the last look knew of no failure");
    // A look before each stream, two seconds after the one before ended.
    assert_eq!(asked, [(0, false), (0, true), (62, false), (62, true), (124, false), (124, true)]);
    assert!(face.said.lock().unwrap().is_empty());
}

#[tokio::test]
async fn streams_without_news_are_given_up_and_it_is_asked_instead() {
    let mut face = Noted::default();
    let (end, asked) = follow(&mut face, 0, |stream, nth| {
        Ok(match (stream, nth) {
            // Two events each time, as the look before has it; the second without a status.
            (true, _) => {
                vec![json!({"sent": 9, "total": 127, "failed": 0, "status": "running"}), json!({"sent": 9})]
            }
            (false, 6) => vec![job(127, "completed")],
            (false, _) => vec![job(9, "running")],
        })
    })
    .await;
    assert_eq!(over(end).sent, 127);
    let looks: Vec<i64> = asked.iter().filter(|(_, stream)| !stream).map(|(at, _)| *at).collect();
    let streams: Vec<i64> = asked.iter().filter(|(_, stream)| *stream).map(|(at, _)| *at).collect();
    assert_eq!((looks, streams), (vec![0, 2, 6, 14, 29, 44], vec![0, 2, 6]));
    assert_eq!(
        *face.said.lock().unwrap(),
        ["The live progress ends early each time; asking every 15 seconds instead."]
    );
    assert!(face.shown.iter().all(|seen| seen.status != JobStatus::Unknown("unknown".to_owned())));
}

#[tokio::test]
async fn short_streams_with_news_cost_no_more_than_asking() {
    let mut face = Noted::default();
    let (end, asked) = follow(&mut face, 0, |stream, nth| {
        Ok(match (stream, nth) {
            (true, _) => vec![json!({"sent": nth * 2, "status": "running"}), json!({"sent": nth * 2 + 1})],
            (false, 12) => vec![job(127, "completed")],
            (false, _) => vec![job(nth * 2 - 1, "running")],
        })
    })
    .await;
    assert_eq!(over(end).sent, 127);
    let in_a_minute = asked.iter().filter(|(at, _)| *at < 60).count();
    assert!(in_a_minute <= 14, "{in_a_minute}: {asked:?}");
}

#[tokio::test]
async fn whoever_never_answered_is_not_waited_for_and_who_did_is() {
    let refused = || TransportError::not_sent(Cause::Refused, "");
    let mut face = Noted::default();
    let (end, asked) = follow(&mut face, 0, move |_, _| Err(refused())).await;
    let error = end.unwrap_err();
    assert!(error.hints.iter().any(|hint| hint.contains("is the server running?")), "{error:?}");
    assert!(asked.last().unwrap().0 < 5, "{asked:?}");
    let mut face = Noted::default();
    let (end, _) = follow(&mut face, 0, move |stream, nth| match (stream, nth) {
        (false, 1) => Ok(vec![job(3, "running")]),
        (false, 20..) => Ok(vec![job(127, "completed")]),
        _ => Err(refused()),
    })
    .await;
    assert_eq!(over(end).sent, 127);
    assert!(face.said.lock().unwrap()[0].contains("trying again"));
}

#[tokio::test]
async fn it_ends_when_nobody_looks_any_more() {
    for leaves_after in [1, 2] {
        let mut face = Noted { leaves_after: Some(leaves_after), ..Noted::default() };
        let (end, asked) = follow(&mut face, 0, |stream, _| {
            Ok(vec![if stream { json!({"sent": 5}) } else { job(3, "running") }])
        })
        .await;
        assert_eq!((end.unwrap(), asked.len()), (End::Unread, leaves_after));
    }
}
