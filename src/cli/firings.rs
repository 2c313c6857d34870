//! The firings of a schedule, page by page up to a limit: never silently short, none twice. Pure; pages go in, and
//! what to ask for next comes out.

use std::collections::BTreeSet;

use super::error::CliError;
use crate::api::{Execution, ExecutionPage, PageRequest};

/// Firings asked for at once; a server may give fewer.
const PAGE: u64 = 50;

/// What there is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// In the server's order, at most as many as were asked for.
    pub executions: Vec<Execution>,
    /// How many the server says there are in all.
    pub total: Option<u64>,
    /// Whether there are more than these.
    pub more: bool,
}

/// Collects them.
pub struct Firings {
    limit: u64,
    all: Vec<Execution>,
    seen: BTreeSet<String>,
    first: Vec<Execution>,
    offset: u64,
    /// What was asked for and what came, the last time.
    previous: Option<u64>,
    total: Option<u64>,
    done: bool,
}

impl Firings {
    /// At most `limit` of them.
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            all: Vec::new(),
            seen: BTreeSet::new(),
            first: Vec::new(),
            offset: 0,
            previous: None,
            total: None,
            done: false,
        }
    }

    /// The page to ask for; nothing when all is there. One more than wanted is asked for, to know whether there are
    /// more.
    pub fn next(&self) -> Option<PageRequest> {
        let left = (self.limit.saturating_add(1)).saturating_sub(self.all.len() as u64);
        let limit = u32::try_from(left.min(PAGE)).unwrap_or(u32::MAX);
        (!self.done && limit > 0).then_some(PageRequest { limit, offset: self.offset })
    }

    /// Takes the page that was asked for.
    pub fn take(&mut self, page: ExecutionPage) -> Result<(), CliError> {
        let ExecutionPage { executions, total } = page;
        let asked = self.next().map_or(PAGE, |request| u64::from(request.limit));
        let got = executions.len() as u64;
        if self.offset == 0 {
            (self.first, self.total) = (executions.clone(), total);
        } else if got > 0 && same(&executions, &self.first) {
            return Err(repeats());
        } else if let (Some(before), Some(now)) = (self.total, total) {
            // One that fires meanwhile is on top of a page that was read; one that is gone has moved the others.
            if now < before {
                return Err(CliError::failed("the schedule's firings changed while they were read")
                    .hint("nothing was changed by this; run it again"));
            }
        }
        let mut fresh = 0;
        for execution in executions {
            if execution.key().is_none_or(|key| self.seen.insert(key)) {
                self.all.push(execution);
                fresh += 1;
            }
        }
        self.offset += got;
        let have = self.all.len() as u64;
        let ended = match (self.total, self.previous) {
            (Some(total), _) if have >= total => true,
            (Some(total), _) if got == 0 || fresh == 0 => return Err(cut_short(have, total)),
            (Some(_), _) => false,
            (None, _) if got == 0 => true,
            (None, _) if fresh == 0 => return Err(repeats()),
            // Fewer than before, and not because fewer were asked for.
            (None, previous) => previous.is_some_and(|previous| got < previous) && got < asked,
        };
        self.previous = Some(got);
        self.done = ended || have > self.limit;
        Ok(())
    }

    /// All of it, once there is nothing more to ask for.
    pub fn finish(mut self) -> Fired {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = self.all.len() > limit;
        self.all.truncate(limit);
        Fired { executions: self.all, total: self.total, more }
    }
}

/// The same firings in the same order; how far their jobs are may have changed.
fn same(one: &[Execution], other: &[Execution]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(a, b)| match (a.key(), b.key()) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        })
}

fn repeats() -> CliError {
    CliError::failed(
        "the server repeats the first page of the schedule's firings whatever `offset` asks for, so the rest of them \
         cannot be read",
    )
    .hint("nothing was changed by this. Fewer can be read: --limit with at most as many as one page has")
}

fn cut_short(got: u64, total: u64) -> CliError {
    CliError::failed(format!("the list of the schedule's firings was cut short: {got} of {total} came"))
        .hint("nothing was changed by this. Run it again; when it stays so, tell MoltFlow's support")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;

    fn firing(n: u32) -> Execution {
        let at = jiff::Timestamp::from_second(1_796_115_600 + i64::from(n) * 3_600).ok();
        let (id, status) = (Id::new(&format!("e-{n}")), "completed".to_owned());
        Execution { id, at, status, job_id: None, total: None, sent: None, failed: None, error: None }
    }

    /// A server with that many firings, newest first, that gives at most `page` at once.
    struct Server {
        count: u32,
        page: usize,
        total: bool,
        ignores_offset: bool,
    }

    impl Server {
        fn answer(&self, request: PageRequest) -> ExecutionPage {
            let skip = if self.ignores_offset { 0 } else { usize::try_from(request.offset).unwrap() };
            let take = self.page.min(request.limit as usize);
            let executions = (0..self.count).rev().map(firing).skip(skip).take(take).collect();
            ExecutionPage { executions, total: self.total.then_some(u64::from(self.count)) }
        }
    }

    fn read(
        server: &mut Server,
        limit: u64,
        mut between: impl FnMut(&mut Server, u32),
    ) -> Result<(usize, bool, u32), String> {
        let (mut firings, mut requests) = (Firings::new(limit), 0);
        while let Some(request) = firings.next() {
            requests += 1;
            assert!(requests < 100, "endless");
            firings.take(server.answer(request)).map_err(|error| error.message)?;
            between(server, requests);
        }
        let fired = firings.finish();
        let mut keys: Vec<_> = fired.executions.iter().map(Execution::key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), fired.executions.len(), "one came twice");
        Ok((fired.executions.len(), fired.more, requests))
    }

    fn quiet(count: u32, page: usize, total: bool, limit: u64) -> Result<(usize, bool, u32), String> {
        read(&mut Server { count, page, total, ignores_offset: false }, limit, |_, _| {})
    }

    #[test]
    fn all_of_them_or_the_first_ones_and_that_there_are_more() {
        for total in [true, false] {
            assert_eq!(quiet(132, 50, total, 200), Ok((132, false, 3)));
            assert_eq!(quiet(132, 50, total, 100), Ok((100, true, 3)));
            assert_eq!(quiet(132, 7, total, 10), Ok((10, true, 2)));
            assert_eq!(quiet(132, 50, total, 131).map(|read| (read.0, read.1)), Ok((131, true)));
            assert_eq!(quiet(132, 50, total, 132).map(|read| (read.0, read.1)), Ok((132, false)));
            assert_eq!(quiet(0, 50, total, 100), Ok((0, false, 1)));
        }
        assert_eq!(quiet(100, 50, true, 100), Ok((100, false, 2)));
        assert_eq!(quiet(100, 50, false, 100), Ok((100, false, 3)));
    }

    #[test]
    fn a_server_without_offset_is_an_error_and_never_a_short_list() {
        for total in [true, false] {
            let mut server = Server { count: 132, page: 50, total, ignores_offset: true };
            let error = read(&mut server, 100, |_, _| {}).unwrap_err();
            assert!(error.contains("repeats the first page"), "{error}");
            assert_eq!(read(&mut server, 20, |_, _| {}), Ok((20, true, 1)), "one page is enough");
        }
    }

    #[test]
    fn an_early_empty_page_is_an_error() {
        let mut firings = Firings::new(100);
        let page =
            |n: std::ops::Range<u32>| ExecutionPage { executions: n.map(firing).collect(), total: Some(132) };
        firings.take(page(0..50)).unwrap();
        let error = firings.take(page(0..0)).unwrap_err();
        assert!(error.message.contains("cut short: 50 of 132"), "{}", error.message);
    }

    #[test]
    fn one_that_fires_between_two_pages_is_there_once_and_one_that_goes_is_said() {
        for total in [true, false] {
            let mut grows = Server { count: 132, page: 50, total, ignores_offset: false };
            let read_all = read(&mut grows, 200, |server, requests| server.count += u32::from(requests == 1));
            assert_eq!(read_all.map(|read| (read.0, read.1)), Ok((132, false)), "{total}");
        }
        let mut shrinks = Server { count: 132, page: 50, total: true, ignores_offset: false };
        let error = read(&mut shrinks, 200, |server, requests| server.count -= u32::from(requests == 1));
        assert!(error.unwrap_err().contains("changed while they were read"));
    }
}
