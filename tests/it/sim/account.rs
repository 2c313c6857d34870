//! The server's side of a request: what it does to the account, and which invariants it may have broken.

use std::collections::BTreeSet;

use campaignctl::ledger::{Phase, State as Ledger, fold};
use campaignctl::model::{AudienceDigest, Content, Id, Phone, PhoneSet};
use campaignctl::sandbox::{Request, Response, Server};
use serde_json::Value;
use uuid::Uuid;

use super::faults::{is_list, is_send};
use super::guards;
use super::world::{Post, World};

impl World {
    /// The server answers.
    pub fn serve(
        &mut self,
        process: usize,
        request: &Request,
        post: Option<usize>,
        awaited: bool,
    ) -> Response {
        self.stats.requests += 1;
        if request.is_mutating() {
            self.remember();
            if let Some(id) = object_of(request).filter(|id| self.foreign.contains(*id)) {
                let what = format!("{} {} touches {id}, which is not ours", request.method, request.path);
                self.breaks(what);
            }
        }
        let response = self.server.handle(request, self.now);
        self.log(|| {
            format!(
                "  server: {} {} -> {}{}",
                request.method,
                request.path,
                response.status,
                if awaited { "" } else { " (nobody waits)" }
            )
        });
        if (200..300).contains(&response.status) {
            if let Some(post) = post {
                self.job_made(post, &response, awaited);
            } else if let Some(group) = group_of(request) {
                let group = group.to_owned();
                if request.is_mutating() && !awaited {
                    self.touched.insert(group, self.now);
                } else if request.method == "GET"
                    && let Some(there) = self.members(&group)
                {
                    let now = self.now;
                    self.processes[process].reads.insert(group, (now, there));
                }
            }
        }
        guards::after_answer(self, process, request, response)
    }

    /// A list from a replica that lags.
    pub fn serve_stale(&mut self, request: &Request) -> Option<Response> {
        let oldest = self.now - jiff::SignedDuration::from_secs(self.weather.stale_most);
        let known: Vec<usize> = (0..self.old.len()).filter(|i| self.old[*i].0 >= oldest).collect();
        if !is_list(request) || known.is_empty() {
            return None;
        }
        let (at, state) = self.old[*self.rng.pick(&known)].clone();
        self.log(|| format!("  a stale list, of {at}"));
        let mut replica = Server::with_state(self.server.config().clone(), state, at);
        let mut response = replica.handle(request, at);
        response.headers.retain(|(name, _)| name != "date");
        Some(response.header("date", campaignctl::sandbox::http_date(self.now)))
    }

    /// Who is in the group now.
    pub fn members(&self, group: &str) -> Option<BTreeSet<u64>> {
        let id: Uuid = group.parse().ok()?;
        Some(self.server.state().group(id)?.members.get().phones().iter().copied().collect())
    }

    /// A POST /bulk-send leaves: was it armed, durably, once, for the people who are in the group?
    pub fn note_post(&mut self, process: usize, request: &Request) -> Option<usize> {
        if !is_send(request) {
            return None;
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let field = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let (group, text) = (field("custom_group_id"), field("message_content"));
        let bytes = self.store.durable_bytes();
        let state = match fold(&bytes, "durable") {
            Ok((state, _)) => state,
            Err(error) => {
                self.breaks(format!("the durable ledger does not load: {error}"));
                return None;
            }
        };
        let slept = std::mem::replace(&mut self.asleep, jiff::SignedDuration::ZERO);
        self.offset += slept;
        let Some((send, run, attempt, digest, not_after)) = armed_for(&state, &group, &text) else {
            self.breaks(format!("POST /bulk-send of {text:?} without a durable `armed`"));
            return self.push_post(Post {
                ledger: self.ledger,
                send: text.split(' ').next().unwrap_or_default().to_owned(),
                run: "?".to_owned(),
                attempt: 0,
                group,
                text,
                read: None,
                jobs: Vec::new(),
                raced: false,
            });
        };
        if self.now + self.offset > not_after {
            self.breaks(format!("send.{send} left after the moment until which it might"));
        }
        let again = self
            .posts
            .iter()
            .any(|p| (p.ledger, &p.send, &p.run, p.attempt) == (self.ledger, &send, &run, attempt));
        if again {
            self.breaks(format!("a second POST /bulk-send for attempt {attempt} of send.{send} run {run}"));
        }
        let read = self.processes[process].reads.get(&group).cloned();
        match &read {
            None => self.breaks(format!("send.{send} was posted without reading its group")),
            Some((_, there)) => {
                let phones: PhoneSet = there.iter().filter_map(|p| Phone::from_u64(*p)).collect();
                if state.salt.as_ref().is_some_and(|salt| AudienceDigest::of(salt, &phones) != digest) {
                    self.breaks(format!("send.{send} was armed for others than are in its group"));
                }
                if there.iter().any(|phone| self.processes[process].suppressed.contains(phone)) {
                    self.breaks(format!("send.{send} was posted with a suppressed person in its group"));
                }
            }
        }
        self.push_post(Post {
            ledger: self.ledger,
            send,
            run,
            attempt,
            group,
            text,
            read,
            jobs: Vec::new(),
            raced: false,
        })
    }

    fn push_post(&mut self, post: Post) -> Option<usize> {
        self.posts.push(post);
        Some(self.posts.len() - 1)
    }

    /// A job came of a POST.
    fn job_made(&mut self, at: usize, response: &Response, awaited: bool) {
        self.stats.jobs += 1;
        let job: Uuid = response.value()["id"].as_str().unwrap_or_default().parse().unwrap();
        let recipients: BTreeSet<u64> = self
            .server
            .state()
            .job(job)
            .map(|j| j.recipients.get().phones.iter().copied().collect())
            .unwrap_or_default();
        let post = &mut self.posts[at];
        post.jobs.push(job);
        let (send, text) = (post.send.clone(), post.text.clone());
        if let Some((read_at, there)) = &post.read
            && *there != recipients
        {
            let touched = self.touched.get(&post.group).is_some_and(|at| at >= read_at);
            post.raced = true;
            if awaited && !touched {
                self.breaks(format!("the job of send.{send} goes to others than were armed"));
            }
        }
        // What must be one: this text, for this run of this send.
        let identity =
            |world: &Self, post: &Post| (world.identity(&post.send), post.run.clone(), post.text.clone());
        let wanted = identity(self, &self.posts[at]);
        let jobs: usize =
            self.posts.iter().filter(|p| identity(self, p) == wanted).map(|p| p.jobs.len()).sum();
        if jobs > 1 {
            self.breaks(format!("{jobs} jobs for send.{send} ({text:?})"));
        }
    }

    /// The send that a key is or was a name of.
    pub fn identity(&self, send: &str) -> String {
        self.identities.get(send).cloned().unwrap_or_else(|| send.to_owned())
    }
}

/// Send, run, number, audience, and the latest moment at which it may leave.
type Attempt = (String, String, u32, AudienceDigest, jiff::Timestamp);

/// The open attempt of the ledger that this request is.
fn armed_for(state: &Ledger, group: &str, text: &str) -> Option<Attempt> {
    let content = Content { text: Some(text.to_owned()), media: None };
    let group = Id::new(group)?;
    state.runs().find_map(|(send, run, history)| {
        let (_, armed) = history.armed.as_ref().filter(|_| history.phase == Phase::Armed)?;
        let same = armed.group_id == group && armed.content.matches(&content);
        let digest = armed.audience_digest.clone();
        same.then(|| (send.to_owned(), run.to_owned(), armed.attempt, digest, armed.not_after))
    })
}

fn object_of(request: &Request) -> Option<&str> {
    request.api_path().trim_start_matches('/').split('/').nth(1)
}

fn group_of(request: &Request) -> Option<&str> {
    let id = request.api_path().strip_prefix("/custom-groups/")?.split('/').next()?;
    id.parse::<Uuid>().is_ok().then_some(id)
}
