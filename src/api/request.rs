//! A request to the API as a value: what to ask, and how often it may be asked. Sending is [`super::Client`]'s
//! business; the constructors, one an endpoint, are in `endpoints`.

use serde_json::Value;

use crate::model::Id;

/// An HTTP method of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or acts.
    Post,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// As in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// How often a request may be made (`send-safety.md`, *Groups and schedules*, last line).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// A read.
    Safe,
    /// Twice is as once: PATCH, DELETE, members/add, members/remove, pause, resume, cancel.
    Repeatable,
    /// Makes an object each time: again only when it surely did nothing.
    Create,
    /// POST `/bulk-send`: never again by itself; the executor decides.
    Send,
}

/// One request. `Debug` leaves the body out: it may hold phones and texts.
#[derive(Clone, PartialEq)]
pub struct ApiRequest {
    /// The method.
    pub method: Method,
    /// The path under `/api/v2`, ids percent-encoded.
    pub path: String,
    /// Query parameters: paging only, never people's data.
    pub query: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Option<Value>,
    /// How often it may be made.
    pub idempotency: Idempotency,
    /// Whether the answer is an event stream or a file and not one JSON value.
    pub accept: Accept,
}

/// What kind of answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// JSON.
    Json,
    /// CSV.
    Csv,
    /// Server-sent events.
    Events,
}

impl Accept {
    /// The `Accept` header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Events => "text/event-stream",
        }
    }
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// At most so many items.
    pub limit: u32,
    /// So many items are left out first.
    pub offset: u64,
}

impl ApiRequest {
    pub(super) fn new(method: Method, idempotency: Idempotency, path: String) -> Self {
        Self { method, path, query: Vec::new(), body: None, idempotency, accept: Accept::Json }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, Idempotency::Safe, path.into())
    }

    pub(super) fn page(mut self, page: PageRequest) -> Self {
        self.query.push(("limit", page.limit.to_string()));
        if page.offset > 0 {
            self.query.push(("offset", page.offset.to_string()));
        }
        self
    }

    pub(super) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub(super) fn accept(mut self, accept: Accept) -> Self {
        self.accept = accept;
        self
    }

    /// Path and query, as in a request line.
    pub fn path_and_query(&self) -> String {
        let mut out = self.path.clone();
        for (i, (key, value)) in self.query.iter().enumerate() {
            out.push(if i == 0 { '?' } else { '&' });
            out.push_str(key);
            out.push('=');
            out.push_str(&percent_encode(value));
        }
        out
    }

    /// Method and path, for errors and logs; no query, no body.
    pub fn label(&self) -> String {
        format!("{} {}", self.method.as_str(), self.path)
    }
}

impl std::fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("idempotency", &self.idempotency)
            .finish_non_exhaustive()
    }
}

/// An id as a segment of a path.
pub(super) fn segment(id: &Id) -> String {
    percent_encode(id.as_str())
}

/// Everything but RFC 3986's unreserved characters as `%XX`.
fn percent_encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_encoded_and_bodies_stay_out_of_debug() {
        let id = Id::new("1203@g.us:1").unwrap();
        assert_eq!(segment(&id), "1203%40g.us%3A1");
        let request = ApiRequest::get("/x")
            .page(PageRequest { limit: 100, offset: 0 })
            .body(serde_json::json!({"phone": "+15550123456"}));
        assert_eq!(request.path_and_query(), "/x?limit=100");
        assert!(!format!("{request:?}").contains("5550123456"));
        let second = ApiRequest::get("/x").page(PageRequest { limit: 100, offset: 50 });
        assert_eq!(second.path_and_query(), "/x?limit=100&offset=50");
    }
}
