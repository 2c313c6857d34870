//! Requests and answers as plain values, so that the model server needs no socket. Owns no rules of the API.

use serde_json::Value;

/// One request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, `PATCH`, `DELETE`, in capitals.
    pub method: String,
    /// The path without the query, with or without `/api/v2`.
    pub path: String,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Header names (any case) and values.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body; a query after `?` is split off and decoded.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { method: method.to_owned(), path: path.to_owned(), query, ..Self::default() }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self
    }

    /// The first header of that name, any case.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The last query value of that name.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path below `/api/v2`, which may also be absent (`api.md`: with or without it), no slash at the end.
    pub fn api_path(&self) -> &str {
        let path = self.path.strip_prefix("/api/v2").filter(|rest| rest.is_empty() || rest.starts_with('/'));
        path.unwrap_or(&self.path).trim_end_matches('/')
    }

    /// Whether it may change anything: all but reads.
    pub fn is_mutating(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// One answer, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values; `date` and `content-type` among them.
    pub headers: Vec<(String, String)>,
    /// The body; empty for 204.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer of this status, type and body.
    pub fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type".to_owned(), content_type.to_owned())], body }
    }

    /// A JSON answer.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string().into_bytes())
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The first header of that name, any case.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `Null` when it is none.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_with_and_without_the_prefix() {
        for (path, api) in [
            ("/api/v2/sessions", "/sessions"),
            ("/sessions/", "/sessions"),
            ("/api/v22/x", "/api/v22/x"),
            ("/api/v2", ""),
        ] {
            assert_eq!(Request::new("GET", path).api_path(), api);
        }
        let request = Request::new("GET", "/x?limit=5&name=a%20b");
        assert_eq!((request.query_value("limit"), request.query_value("name")), (Some("5"), Some("a b")));
    }
}
