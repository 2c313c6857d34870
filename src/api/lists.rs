//! Reading a whole list page by page (`api.md`, *Lists*). A pure state machine: pages go in, requests for the
//! next come out. Never a silently short list, never an endless one.

use std::collections::BTreeSet;

use super::request::PageRequest;
use super::wire::{FromWire, MOST_ITEMS, Page};

/// Items asked for at once; a server may give fewer.
pub const PAGE: u32 = 100;
/// The vendor's own page (`api.md`: `limit`, default 50).
const USUAL_PAGE: usize = 50;
/// How often a list that changes under the reader is begun anew.
const MOST_RESTARTS: u32 = 3;

/// Whether `api.md` documents `limit` and `offset` for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// It does: a server that repeats its first page is at fault.
    Documented,
    /// It does not: a server that repeats its first page has given all of it, unless that page was a full one.
    Tolerated,
}

/// Why a list cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The same page again.
    #[error(
        "the server repeats the first page of the list whatever `offset` asks for, so the rest of it cannot be read"
    )]
    OffsetIgnored,
    /// Fewer than announced.
    #[error("the list was cut short: {got} of {total} came")]
    CutShort {
        /// Items that came.
        got: u64,
        /// Items announced.
        total: u64,
    },
    /// It changed again and again.
    #[error("the list kept changing while it was read")]
    Changing,
    /// Beyond the bound.
    #[error("the list has more than {MOST_ITEMS} items")]
    TooLong,
    /// An item that cannot be used.
    #[error("item {at} of the list lacks {what}")]
    BadItem {
        /// Its place, from 1.
        at: usize,
        /// What it lacks.
        what: &'static str,
    },
}

/// Collects a list.
#[derive(Debug)]
pub(super) struct Pager<T> {
    paging: Paging,
    limit: u32,
    items: Vec<T>,
    seen: BTreeSet<String>,
    /// Items that one page had twice.
    doubled: u64,
    first: Vec<Option<String>>,
    offset: u64,
    previous: Option<usize>,
    /// `total` of the first page.
    total: Option<u64>,
    /// Something moved: an item came twice, or `total` changed.
    moved: bool,
    restarts: u32,
    done: bool,
}

impl<T: FromWire> Pager<T> {
    pub(super) fn new(paging: Paging, limit: u32) -> Self {
        Self {
            paging,
            limit,
            items: Vec::new(),
            seen: BTreeSet::new(),
            doubled: 0,
            first: Vec::new(),
            offset: 0,
            previous: None,
            total: None,
            moved: false,
            restarts: 0,
            done: false,
        }
    }

    /// The page to ask for, or nothing when all is there.
    pub(super) fn next(&self) -> Option<PageRequest> {
        (!self.done).then_some(PageRequest { limit: self.limit, offset: self.offset })
    }

    /// The list, once [`Pager::next`] has nothing more.
    pub(super) fn finish(self) -> Vec<T> {
        self.items
    }

    /// Takes the page that was asked for.
    pub(super) fn take(&mut self, page: Page<T::Wire>) -> Result<(), ListError> {
        let got = page.items.len();
        let (mut keys, mut fresh) = (Vec::with_capacity(got), 0_usize);
        let mut new = Vec::with_capacity(got);
        for (i, item) in page.items.into_iter().enumerate() {
            let at = usize::try_from(self.offset).unwrap_or(usize::MAX).saturating_add(i + 1);
            let bad = |what| ListError::BadItem { at, what };
            let item = T::from_wire(item.ok_or_else(|| bad("everything: it is no object"))?).map_err(bad)?;
            keys.push(item.key());
            new.push(item);
        }
        if self.offset > 0 && got > 0 && keys == self.first {
            return self.repeated();
        }
        let mut here = BTreeSet::new();
        for (item, key) in new.into_iter().zip(&keys) {
            let twice_here = key.as_ref().is_some_and(|key| !here.insert(key));
            if twice_here {
                // Nothing moves within one answer: the server has it twice.
                self.doubled += 1;
            } else if key.as_ref().is_none_or(|key| self.seen.insert(key.clone())) {
                // Whoever cannot be told from others is somebody else each time.
                self.items.push(item);
                fresh += 1;
            } else {
                self.moved = true;
            }
        }
        if self.items.len() > MOST_ITEMS {
            return Err(ListError::TooLong);
        }
        if self.offset == 0 {
            self.first = keys;
            self.total = page.total;
        } else if page.total.is_some() && page.total != self.total {
            // Items that were deleted meanwhile have moved others to pages already read.
            self.moved = true;
            self.total = page.total;
        }
        self.offset += got as u64;
        let shorter = self.previous.is_some_and(|previous| got < previous);
        self.previous = Some(got);
        match self.total {
            Some(total) if self.offset >= total => self.end(total),
            Some(total) if got == 0 || fresh == 0 => self.end(total),
            Some(_) => Ok(()),
            None => {
                self.done = got == 0 || shorter;
                if fresh == 0 && !self.done { Err(ListError::OffsetIgnored) } else { Ok(()) }
            }
        }
    }

    /// The first page came again.
    fn repeated(&mut self) -> Result<(), ListError> {
        // As many as were asked for, or as the vendor's usual page has: that there are no more is then no chance.
        let full = [self.limit as usize, USUAL_PAGE].contains(&self.first.len());
        if self.paging == Paging::Tolerated && self.total.is_none() && !full {
            self.done = true;
            return Ok(());
        }
        Err(ListError::OffsetIgnored)
    }

    /// The server has no more: is that all it announced?
    fn end(&mut self, total: u64) -> Result<(), ListError> {
        let got = self.items.len() as u64 + self.doubled;
        if got < total && !self.moved {
            return Err(ListError::CutShort { got, total });
        }
        if !self.moved {
            self.done = true;
            return Ok(());
        }
        if self.restarts == MOST_RESTARTS {
            return Err(ListError::Changing);
        }
        let restarts = self.restarts + 1;
        *self = Self { restarts, ..Self::new(self.paging, self.limit) };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::Node;
    use crate::model::ObservedGroup;

    /// A server with these ids that gives at most `page` at once.
    struct Server {
        ids: Vec<u32>,
        page: usize,
        total: bool,
        ignores_offset: bool,
        ignores_limit: bool,
    }

    impl Server {
        fn of(count: u32, page: usize, total: bool) -> Self {
            Self { ids: (1..=count).collect(), page, total, ignores_offset: false, ignores_limit: false }
        }

        fn answer(&self, request: PageRequest) -> Page<<ObservedGroup as FromWire>::Wire> {
            let offset = if self.ignores_offset { 0 } else { usize::try_from(request.offset).unwrap() };
            let limit = if self.ignores_limit { self.page } else { self.page.min(request.limit as usize) };
            let shown: Vec<_> =
                self.ids.iter().skip(offset).take(limit).map(|id| serde_json::json!({ "id": id })).collect();
            let mut body = serde_json::json!({ "groups": shown });
            if self.total {
                body["total"] = self.ids.len().into();
            }
            let node: Node<_> = serde_json::from_value(body).unwrap();
            node.page("groups").unwrap()
        }
    }

    /// The number of items and of requests.
    fn read(
        paging: Paging,
        server: &mut Server,
        mut between: impl FnMut(&mut Server, u32),
    ) -> Result<(usize, u32), ListError> {
        let mut pager: Pager<ObservedGroup> = Pager::new(paging, PAGE);
        let mut requests = 0;
        while let Some(request) = pager.next() {
            requests += 1;
            assert!(requests < 1_000, "endless");
            pager.take(server.answer(request))?;
            between(server, requests);
        }
        Ok((pager.finish().len(), requests))
    }

    fn quiet(count: u32, page: usize, total: bool) -> Result<(usize, u32), ListError> {
        read(Paging::Documented, &mut Server::of(count, page, total), |_, _| {})
    }

    #[test]
    fn with_a_total_there_is_no_needless_request() {
        assert_eq!(quiet(0, 50, true), Ok((0, 1)));
        assert_eq!(quiet(45, 50, true), Ok((45, 1)));
        assert_eq!(quiet(50, 50, true), Ok((50, 1)));
        assert_eq!(quiet(51, 50, true), Ok((51, 2)));
        assert_eq!(quiet(7, 3, true), Ok((7, 3)));
    }

    #[test]
    fn without_a_total_the_end_is_an_empty_or_a_shorter_page() {
        assert_eq!(quiet(0, 50, false), Ok((0, 1)));
        assert_eq!(quiet(3, 50, false), Ok((3, 2)), "a server may cap its pages");
        assert_eq!(quiet(7, 3, false), Ok((7, 3)));
        assert_eq!(quiet(6, 3, false), Ok((6, 3)));
    }

    #[test]
    fn a_repeated_first_page_is_an_error_and_never_a_loop() {
        for total in [true, false] {
            let mut server = Server { ignores_offset: true, ..Server::of(7, 3, total) };
            assert_eq!(read(Paging::Documented, &mut server, |_, _| {}), Err(ListError::OffsetIgnored));
        }
        let mut whole = Server { ignores_offset: true, ..Server::of(3, 50, false) };
        assert_eq!(read(Paging::Tolerated, &mut whole, |_, _| {}), Ok((3, 2)));
        // Nobody paged here: more came than were asked for.
        let mut unpaged = Server { ignores_offset: true, ..Server::of(120, 200, false) };
        unpaged.ignores_limit = true;
        assert_eq!(read(Paging::Tolerated, &mut unpaged, |_, _| {}), Ok((120, 2)));
        for page in [50, 100] {
            let mut cut = Server { ignores_offset: true, ..Server::of(120, page, false) };
            assert_eq!(read(Paging::Tolerated, &mut cut, |_, _| {}), Err(ListError::OffsetIgnored), "{page}");
        }
        let mut announced = Server { ignores_offset: true, ..Server::of(7, 3, true) };
        assert_eq!(read(Paging::Tolerated, &mut announced, |_, _| {}), Err(ListError::OffsetIgnored));
        let mut one_page = Server { ignores_offset: true, ..Server::of(3, 50, true) };
        assert_eq!(read(Paging::Documented, &mut one_page, |_, _| {}), Ok((3, 1)));
    }

    #[test]
    fn items_that_move_while_paging_are_neither_doubled_nor_lost() {
        // A new one at the front pushes one that was read to the next page.
        let mut grows = Server::of(7, 3, true);
        let read_all = read(Paging::Documented, &mut grows, |server, requests| {
            if requests == 1 {
                server.ids.insert(0, 99);
            }
        });
        assert_eq!(read_all.unwrap().0, 8);
        // One that is deleted pulls an unread one onto a page that was read.
        let mut shrinks = Server::of(7, 3, true);
        let read_all = read(Paging::Documented, &mut shrinks, |server, requests| {
            if requests == 1 {
                server.ids.remove(0);
            }
        });
        assert_eq!(read_all.unwrap().0, 6);
        let mut restless = Server::of(7, 3, true);
        let never = read(Paging::Documented, &mut restless, |server, requests| {
            server.ids.insert(0, 1_000 + requests);
        });
        assert_eq!(never, Err(ListError::Changing));
    }

    #[test]
    fn people_who_cannot_be_told_apart_are_all_there() {
        use crate::api::wire::Contact;
        let page = |json: &str| serde_json::from_str::<Node<_>>(json).unwrap().page("contacts").unwrap();
        let erased = r#"{"phone": "REDACTED", "name": "REDACTED"}"#;
        let mut pager: Pager<Contact> = Pager::new(Paging::Tolerated, PAGE);
        pager.take(page(&format!(r#"{{"contacts": [{erased}, {erased}], "total": 3}}"#))).unwrap();
        pager.take(page(r#"{"contacts": [{"phone": "+15550123456"}], "total": 3}"#)).unwrap();
        assert_eq!((pager.next(), pager.finish().len()), (None, 3));
        // The same number known to two sessions; two erased ones with ids of their own.
        let mut pager: Pager<Contact> = Pager::new(Paging::Tolerated, PAGE);
        let twice = r#"{"contacts": [{"phone": "+15550123456"}, {"phone": "+1 555 012 3456"},
            {"id": "c-1", "phone": "REDACTED"}, {"id": "c-2", "phone": "REDACTED"}], "total": 4}"#;
        pager.take(page(twice)).unwrap();
        assert_eq!((pager.next(), pager.finish().len()), (None, 3));
    }

    #[test]
    fn fewer_than_announced_is_an_error() {
        let mut pager: Pager<ObservedGroup> = Pager::new(Paging::Documented, PAGE);
        let page = |json: &str| serde_json::from_str::<Node<_>>(json).unwrap().page("groups").unwrap();
        pager.take(page(r#"{"groups": [{"id": "a"}], "total": 3}"#)).unwrap();
        let cut = pager.take(page(r#"{"groups": [], "total": 3}"#));
        assert_eq!(cut, Err(ListError::CutShort { got: 1, total: 3 }));
        let mut pager: Pager<ObservedGroup> = Pager::new(Paging::Documented, PAGE);
        let bad = pager.take(page(r#"[{"id": "a"}, {"name": "no id"}]"#));
        assert_eq!(bad, Err(ListError::BadItem { at: 2, what: "an id" }));
    }
}
