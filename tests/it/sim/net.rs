//! The network between the client and the model server: loses, delays, repeats, cuts and invents, as drawn.
//! Requests and answers travel by themselves: a client that dies stops neither.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use campaignctl::api::{Call, Cause, RawResponse, Transport, TransportError};
use campaignctl::sandbox::{Request, Response};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;

use super::faults::Fault;
use super::guards::{self, Guard};
use super::timers::Due;
use super::world::{Shared, World};

/// What the client gets in the end.
pub enum Verdict {
    Answer(Response),
    /// The head and a part of the body.
    Cut(Response),
    Error(TransportError),
}

/// Where a client waits for its answer.
#[derive(Default)]
pub struct Slot(Mutex<(Option<Verdict>, Option<Waker>)>);

impl Slot {
    pub fn fill(&self, verdict: Verdict) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.get_or_insert(verdict);
        if let Some(waker) = inner.1.take() {
            waker.wake();
        }
    }
}

/// A request on its way.
#[derive(Clone)]
pub struct Delivery {
    pub process: usize,
    pub request: Request,
    /// Which of [`World::posts`] it is.
    pub post: Option<usize>,
    /// Who waits for the answer; nobody where it gave up, or where a proxy repeats.
    pub slot: Option<Arc<Slot>>,
    /// What is done to the answer.
    pub answer: Fault,
}

/// The network as one process sees it.
pub struct Network {
    pub world: Shared,
    pub process: usize,
}

impl Transport for Network {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        let slot = Arc::new(Slot::default());
        let left = {
            let mut world = self.world.lock();
            world.depart(self.process, &call, &slot)
        };
        if !left {
            return Box::pin(std::future::pending());
        }
        Box::pin(Waiting { world: self.world.clone(), process: self.process, slot })
    }
}

struct Waiting {
    world: Shared,
    process: usize,
    slot: Arc<Slot>,
}

impl Future for Waiting {
    type Output = Result<RawResponse, TransportError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let verdict = {
            let mut inner = self.slot.0.lock().unwrap_or_else(PoisonError::into_inner);
            inner.1 = Some(cx.waker().clone());
            match inner.0.take() {
                Some(verdict) => verdict,
                None => return Poll::Pending,
            }
        };
        // The answer has come; the process may die before it does anything with it.
        if !self.world.lock().step(self.process, "answer") {
            return Poll::Pending;
        }
        Poll::Ready(match verdict {
            Verdict::Answer(response) => Ok(raw(response, None)),
            Verdict::Cut(response) => Ok(raw(response, Some(TransportError::unknown(Cause::Truncated, "")))),
            Verdict::Error(error) => Err(error),
        })
    }
}

fn raw(response: Response, cut: Option<TransportError>) -> RawResponse {
    let headers = response.headers.into_iter().map(|(n, v)| (n.to_ascii_lowercase(), v)).collect();
    let Some(error) = cut else { return RawResponse::full(response.status, headers, response.body) };
    let mut part = response.body;
    part.truncate(part.len() / 2);
    let body = stream::iter([Ok(part), Err(error)]).boxed();
    RawResponse { status: response.status, headers, body }
}

impl World {
    /// A request leaves the process, unless the process dies first.
    fn depart(&mut self, process: usize, call: &Call, slot: &Arc<Slot>) -> bool {
        if !self.step(process, "request") {
            return false;
        }
        let mut request = Request::new(
            call.request.method.as_str(),
            &guards::real_path(&format!("/api/v2{}", call.request.path_and_query())),
        )
        .header("x-api-key", "sim");
        if let Some(body) = &call.request.body {
            request = request.json(body);
        }
        let post = self.note_post(process, &request);
        self.check_creating(&request);
        let fault = self.draw_fault(&request);
        let timeout = call.timeout.or(call.idle).unwrap_or(SignedDuration::from_secs(30));
        self.log(|| format!("p{process} {} {} [{fault:?}]", request.method, request.path));
        let there = self.latency();
        let delivery = Delivery { process, request, post, slot: Some(slot.clone()), answer: fault };
        let fail = |cause| Box::new(Verdict::Error(TransportError::unknown(cause, "")));
        match fault {
            Fault::NotSent => {
                let error = TransportError::not_sent(Cause::Refused, "");
                self.after(there, Due::Answer(slot.clone(), Box::new(Verdict::Error(error))));
            }
            Fault::LostRequest => self.after(there, Due::Answer(slot.clone(), fail(Cause::Closed))),
            Fault::Hang => self.after(timeout, Due::Answer(slot.clone(), fail(Cause::Timeout))),
            Fault::Late(by) => {
                self.after(timeout, Due::Answer(slot.clone(), fail(Cause::Timeout)));
                self.after(by, Due::Deliver(Box::new(Delivery { slot: None, ..delivery })));
            }
            Fault::StatusBefore(status) | Fault::ProxyBefore(status) => {
                let response = self.invented(status, matches!(fault, Fault::StatusBefore(_)));
                self.after(there, Due::Answer(slot.clone(), Box::new(Verdict::Answer(response))));
            }
            Fault::Twice(by) => {
                let again = Delivery { slot: None, ..delivery.clone() };
                self.after(there, Due::Deliver(Box::new(delivery)));
                self.after(there + by, Due::Deliver(Box::new(again)));
            }
            Fault::LostAnswer | Fault::StatusAfter(_) | Fault::ProxyAfter(_)
                if post.is_some() && self.guard == Some(Guard::OnePost) =>
            {
                let again = Delivery { answer: Fault::None, ..delivery.clone() };
                self.after(there, Due::Deliver(Box::new(Delivery { slot: None, ..delivery })));
                self.after(there, Due::Deliver(Box::new(again)));
            }
            Fault::Slow(by) => self.after(by, Due::Deliver(Box::new(delivery))),
            _ => self.after(there, Due::Deliver(Box::new(delivery))),
        }
        true
    }

    /// A request reaches the server, and its answer sets out.
    pub fn deliver(&mut self, delivery: Delivery) {
        let Delivery { process, request, post, slot, answer } = delivery;
        // A slot that only we still hold is one whose client is gone.
        let awaited = slot.as_ref().is_some_and(|slot| Arc::strong_count(slot) > 1) && !self.is_dead(process);
        let stale = if answer == Fault::Stale { self.serve_stale(&request) } else { None };
        let response = match stale {
            Some(stale) => super::guards::after_answer(self, process, &request, stale),
            None => self.serve(process, &request, post, awaited),
        };
        if slot.is_none() && request.method == "POST" && request.api_path() == "/custom-groups" {
            self.strays.extend(response.value()["id"].as_str().map(str::to_owned));
        }
        let Some(slot) = slot.filter(|_| awaited) else { return };
        let verdict = match answer {
            Fault::LostAnswer => Verdict::Error(TransportError::unknown(Cause::Closed, "")),
            Fault::StatusAfter(status) => Verdict::Answer(self.invented(status, true)),
            Fault::ProxyAfter(status) => Verdict::Answer(self.invented(status, false)),
            Fault::Truncated => Verdict::Cut(response),
            Fault::Empty => {
                let status = if response.status < 300 { response.status } else { 200 };
                Verdict::Answer(Response { status, body: Vec::new(), ..response })
            }
            _ => Verdict::Answer(response),
        };
        let back = self.latency();
        self.after(back, Due::Answer(slot, Box::new(verdict)));
    }

    /// An answer that does not come from the API's own code: a JSON body as the API has it, or a proxy's page.
    fn invented(&self, status: u16, api: bool) -> Response {
        let response = if api {
            let text = serde_json::json!({"detail": "simulated"});
            Response::json(status, &text)
        } else {
            Response::new(status, "text/html", b"<html>simulated</html>".to_vec())
        };
        if status == 429 { response.header("retry-after", "3") } else { response }
    }

    fn latency(&mut self) -> SignedDuration {
        SignedDuration::from_millis(self.rng.between(10, 400))
    }
}
