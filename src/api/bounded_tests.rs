//! Answers without end: each is given up at its bound, and what was read until then is no more than that.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::answer::{STREAMED, WHOLE, limited};
use super::clock::VirtualClock;
use super::echo::Echo;
use super::error_body::ErrorBody;
use super::lists::{PAGE, Pager, Paging};
use super::rate_headers::RateHeaders;
use super::sse::progress;
use super::transport::{BodyStream, RawResponse, Transport, TransportError};
use super::wire::{FromWire, Node};
use super::{ApiError, Auth, BaseUrl, Call, Client, ClientOptions, ExportFormat, Read};
use crate::model::{Id, ObservedGroup, Secret};

/// The size of the pieces in which endless answers come.
const PIECE: u64 = 1 << 18;

/// An answer that goes on for ever, and how much of it was taken.
struct Endless {
    status: u16,
    begins: &'static [u8],
    goes_on: u8,
    taken: Arc<AtomicU64>,
}

impl Transport for Endless {
    fn call(&self, _: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        let answer = RawResponse { status: self.status, headers: Vec::new(), body: self.body() };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

impl Endless {
    fn body(&self) -> BodyStream {
        let (taken, goes_on) = (self.taken.clone(), self.goes_on);
        let first = stream::iter([Ok(self.begins.to_vec())]);
        let rest = stream::repeat_with(move || {
            taken.fetch_add(PIECE, Ordering::Relaxed);
            Ok(vec![goes_on; usize::try_from(PIECE).unwrap()])
        });
        first.chain(rest).boxed()
    }
}

fn endless(status: u16, begins: &'static [u8], goes_on: u8) -> (Client, Arc<AtomicU64>) {
    let taken = Arc::new(AtomicU64::new(0));
    let mut options =
        ClientOptions::new(BaseUrl::parse("http://127.0.0.1:1").unwrap(), Auth::Key(Secret::new("k")), 6_000);
    options.clock = Arc::new(VirtualClock::new(Timestamp::UNIX_EPOCH));
    options.transport = Some(Arc::new(Endless { status, begins, goes_on, taken: taken.clone() }));
    (Client::new(options).unwrap(), taken)
}

fn is_about(taken: &AtomicU64, bound: u64) -> bool {
    // One piece more than fits was looked at, and one may be ahead.
    (bound.saturating_sub(PIECE)..=bound + 2 * PIECE).contains(&taken.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_list_without_end_is_given_up_at_its_bound() {
    for begins in [&b"{\"groups\": ["[..], b"{\"groups\": [{\"id\": \"", b""] {
        let (client, taken) = endless(200, begins, b' ');
        let error = client.groups().await.unwrap_err();
        assert!(matches!(error, ApiError::TooLarge { .. }), "{error:?}");
        assert!(is_about(&taken, WHOLE), "{taken:?}");
    }
}

#[tokio::test]
async fn an_error_without_end_is_given_up_at_its_bound() {
    // A 404 is not tried again.
    for begins in [&b"{\"detail\": \""[..], b"<html>", b""] {
        let (client, taken) = endless(404, begins, b'x');
        let error = client.job(&Id::new("j").unwrap()).await.unwrap_err();
        assert_eq!(error.status(), Some(404));
        assert!(is_about(&taken, 1 << 20), "{taken:?}");
        assert!(error.to_string().len() < 1_000);
    }
}

#[tokio::test]
async fn an_event_without_end_is_given_up_at_its_bound() {
    let (client, taken) = endless(200, b"data: {\"sent\": 1}\n\ndata: ", b'x');
    let events: Vec<_> = client.progress(&Id::new("j").unwrap()).await.unwrap().collect().await;
    assert!(matches!(&events[..], [Ok(first), Err(_)] if first.sent == Some(1)), "{events:?}");
    assert!(is_about(&taken, 64 << 10), "{taken:?}");
}

#[tokio::test]
async fn an_export_without_end_is_given_up_at_its_bound() {
    let (client, taken) = endless(200, b"phone\n", b'5');
    let mut body = client.export(&Id::new("g").unwrap(), ExportFormat::Csv).await.unwrap();
    let mut last = Ok(Vec::new());
    while let Some(piece) = body.next().await {
        last = piece;
        if last.is_err() {
            break;
        }
    }
    assert!(last.is_err() && is_about(&taken, STREAMED), "{taken:?}");
}

/// The reader of members takes from the same body, and keeps none of what is no member.
#[tokio::test]
async fn a_streamed_answer_is_limited_before_it_is_read() {
    let piece = || Ok(vec![b' '; 1 << 10]);
    let body = limited(stream::repeat_with(piece).boxed(), 10 << 10);
    let pieces: Vec<_> = body.take(12).collect().await;
    assert_eq!(pieces.iter().take_while(|piece| piece.is_ok()).count(), 10);
}

type Wire = <ObservedGroup as FromWire>::Wire;

fn page(ids: &[u32], total: Option<u64>) -> super::wire::Page<Wire> {
    let items: Vec<_> = ids.iter().map(|id| serde_json::json!({"id": id})).collect();
    let mut body = serde_json::json!({"groups": items});
    if let Some(total) = total {
        body["total"] = total.into();
    }
    serde_json::from_value::<Node<Wire>>(body).unwrap().page("groups").unwrap()
}

async fn events_of(bytes: &[u8], cuts: &[usize]) -> Vec<Option<(u64, Option<u64>)>> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    for cut in cuts {
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        pieces.push(Ok(piece.to_vec()));
        rest = after;
    }
    pieces.push(Ok(rest.to_vec()));
    let events: Vec<_> = progress(stream::iter(pieces).boxed(), "GET /x".into()).collect().await;
    events.into_iter().map(|event| event.ok().map(|e| (e.sent.unwrap_or(0), e.total))).collect()
}

proptest! {
    /// Pages as no server gives them: it ends, nothing is there twice, and a total that was never met is an error.
    #[test]
    fn any_pages_end(
        pages in prop::collection::vec((prop::collection::vec(0_u32..30, 0..6), prop::option::of(0_u64..20)), 0..30),
        documented in any::<bool>(),
    ) {
        let paging = if documented { Paging::Documented } else { Paging::Tolerated };
        let mut pager: Pager<ObservedGroup> = Pager::new(paging, PAGE);
        // The last one again and again.
        let last = pages.last().cloned().unwrap_or_default();
        let mut given = pages.into_iter().chain(std::iter::repeat_n(last, 200));
        let mut asked = 0;
        while pager.next().is_some() {
            asked += 1;
            let Some((ids, total)) = given.next() else { panic!("asked {asked} times") };
            if pager.take(page(&ids, total)).is_err() {
                return Ok(());
            }
        }
        let found: Vec<_> = pager.finish().into_iter().map(|g| g.id).collect();
        let different: std::collections::BTreeSet<_> = found.iter().collect();
        prop_assert_eq!(different.len(), found.len());
    }

    /// A server at rest is read whole, whatever its pages are.
    #[test]
    fn a_list_at_rest_is_whole(count in 0_u32..60, size in 1_usize..20, total in any::<bool>()) {
        let ids: Vec<u32> = (0..count).collect();
        let mut pager: Pager<ObservedGroup> = Pager::new(Paging::Documented, PAGE);
        while let Some(request) = pager.next() {
            let rest = &ids[usize::try_from(request.offset).unwrap().min(ids.len())..];
            let shown = &rest[..size.min(rest.len())];
            pager.take(page(shown, total.then_some(u64::from(count)))).unwrap();
        }
        prop_assert_eq!(pager.finish().len(), ids.len());
    }

    /// Where the network cuts the stream changes nothing, and bytes of any kind end it at most with one error.
    #[test]
    fn events_do_not_depend_on_the_pieces(
        lines in prop::collection::vec(
            prop::sample::select(vec![
                &b"data: {\"sent\": 3, \"total\": 9}"[..],
                b"data: {\"sent\":",
                b"data: 4}",
                b"",
                b": beat",
                b"event: ping",
                b"data",
                b"\xff\xfe",
                b"id: 7",
            ]),
            0..30,
        ),
        ends in prop::sample::select(vec![&b"\n"[..], b"\r\n", b"\r"]),
        cuts in prop::collection::vec(0_usize..20, 0..30),
    ) {
        let bytes = lines.join(ends);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (whole, cut) = runtime.block_on(async { (events_of(&bytes, &[]).await, events_of(&bytes, &cuts).await) });
        prop_assert!(whole.iter().rev().skip(1).all(Option::is_some), "nothing comes after an error");
        prop_assert_eq!(whole, cut);
    }

    /// A wait is between nothing and a day, by whatever `Date` and `Retry-After` there are.
    #[test]
    fn waits_have_bounds(retry in 0_i64..253_402_300_800, date in 0_i64..253_402_300_800, ours in -1_000_000_000_i64..253_000_000_000) {
        let text = |second: i64| {
            let second = u64::try_from(second).unwrap();
            httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(second))
        };
        let headers = vec![("retry-after".to_owned(), text(retry)), ("date".to_owned(), text(date))];
        let now = Timestamp::from_second(ours).unwrap();
        let read = RateHeaders::of(&RawResponse::full(429, headers, Vec::new()), now);
        if let Some(wait) = read.retry_after {
            prop_assert!(!wait.is_negative() && wait <= SignedDuration::from_hours(24));
            // Both are the server's clock: ours does not matter.
            prop_assert_eq!(wait.as_secs(), (retry - date).max(0));
        }
    }

    /// Whatever a body says, it is shown short, on one line and without the key.
    #[test]
    fn words_of_an_error_are_fit_to_be_shown(
        before in "\\PC{0,40}", after in "(?s).{0,400}", json in any::<bool>(), field in "detail|error|message|other",
    ) {
        let text = format!("{before}secret-key-1{after}");
        let body = if json { serde_json::json!({field: text}).to_string() } else { text };
        let read = ErrorBody::read(body.as_bytes(), "secret-key-1", &Echo::nothing());
        let shown = read.text.to_string();
        prop_assert!(!shown.contains("secret-key-1") && !shown.contains('\n') && shown.chars().count() <= 310, "{shown:?}");
    }
}
