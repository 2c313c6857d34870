//! What the API refuses, and how it says so in each dialect. Owns the error bodies; never repeats a value that
//! was sent, so that no phone or text ends in a client's log through the sandbox.

use serde_json::{Value, json};

use super::dialect::ErrorForm;
use super::message::Response;

/// A request that was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, in one sentence; for 422 made from the fields.
    pub text: String,
    /// What is wrong with which field (422).
    pub fields: Vec<FieldError>,
    /// The scopes the key lacks (403, `X-Required-Scopes`).
    pub scopes: Option<&'static str>,
    /// The methods that the path takes (405, `Allow`).
    pub allow: Option<String>,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// Where: `["body", "members", 3, "phone"]`.
    pub loc: Vec<Value>,
    /// What is wrong, never with the value.
    pub message: String,
    /// `missing` or `value_error`, as `FastAPI` names them.
    pub kind: &'static str,
}

impl FieldError {
    /// `members.3.phone: not a phone number`
    fn line(&self) -> String {
        let path: Vec<String> = self.loc.iter().skip(1).map(plain).collect();
        if path.is_empty() { self.message.clone() } else { format!("{}: {}", path.join("."), self.message) }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Refusal {
    /// A refusal with this status and sentence.
    pub fn new(status: u16, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), fields: Vec::new(), scopes: None, allow: None }
    }

    /// 400: what makes no sense in this state.
    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::new(400, text)
    }

    /// 403: over the plan or not in it.
    pub fn forbidden(text: impl Into<String>) -> Self {
        Self::new(403, text)
    }

    /// 403: the key lacks a scope.
    pub fn lacks_scope(scope: &'static str) -> Self {
        Self { scopes: Some(scope), ..Self::new(403, format!("the API key lacks the scope {scope}")) }
    }

    /// 404: no such object.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, format!("{what} not found"))
    }

    /// 422: these fields.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let text = fields.iter().map(FieldError::line).collect::<Vec<_>>().join("; ");
        Self { status: 422, text, fields, scopes: None, allow: None }
    }

    /// 422: one field.
    pub fn field(name: &str, message: impl Into<String>) -> Self {
        let loc = vec![json!("body"), json!(name)];
        Self::invalid(vec![FieldError { loc, message: message.into(), kind: "value_error" }])
    }

    /// The answer, in this dialect's form.
    pub fn response(&self, form: ErrorForm) -> Response {
        let response = match form {
            ErrorForm::Detail => Response::json(self.status, &json!({"detail": self.text})),
            ErrorForm::List => Response::json(self.status, &json!({"detail": self.list()})),
            ErrorForm::Message => {
                Response::json(self.status, &json!({"error": self.name(), "message": self.text}))
            }
            ErrorForm::Text => {
                Response::new(self.status, "text/plain; charset=utf-8", self.text.clone().into_bytes())
            }
        };
        let response = match self.scopes {
            Some(scopes) => response.header("x-required-scopes", scopes),
            None => response,
        };
        match &self.allow {
            Some(methods) => response.header("allow", methods.clone()),
            None => response,
        }
    }

    fn list(&self) -> Vec<Value> {
        if self.fields.is_empty() {
            return vec![json!({"loc": ["request"], "msg": self.text, "type": self.name()})];
        }
        let entry = |field: &FieldError| json!({"loc": field.loc, "msg": field.message, "type": field.kind});
        self.fields.iter().map(entry).collect()
    }

    fn name(&self) -> &'static str {
        match self.status {
            400 => "bad_request",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            413 => "too_large",
            422 => "validation_error",
            429 => "rate_limited",
            503 => "unavailable",
            _ => "error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_names_the_field() {
        let refusal = Refusal::field("phones", "field required");
        let body = |form| String::from_utf8(refusal.response(form).body).unwrap();
        assert_eq!(body(ErrorForm::Detail), r#"{"detail":"phones: field required"}"#);
        assert_eq!(
            body(ErrorForm::List),
            r#"{"detail":[{"loc":["body","phones"],"msg":"field required","type":"value_error"}]}"#
        );
        assert_eq!(
            body(ErrorForm::Message),
            r#"{"error":"validation_error","message":"phones: field required"}"#
        );
        assert_eq!(body(ErrorForm::Text), "phones: field required");
        let scoped = Refusal::lacks_scope("bulk-send:manage").response(ErrorForm::Text);
        assert_eq!(scoped.header_value("X-Required-Scopes"), Some("bulk-send:manage"));
    }
}
