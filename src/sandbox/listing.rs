//! Lists: pages, envelopes and order, as each dialect gives them (`api.md`, Lists). Owns paging; must not know
//! what the items are.

use serde_json::{Map, Value, json};

use super::dialect::{Dialect, Envelope, Order};
use super::fields::Fields;
use super::message::{Request, Response};
use super::refusal::Refusal;

/// Items asked for when no `limit` is given (`api.md`: default 50).
const DEFAULT_LIMIT: usize = 50;

/// One page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The first item.
    pub offset: usize,
    /// At most so many.
    pub limit: usize,
}

impl Page {
    /// What the query asks for, within what the dialect gives. A limit or offset that is no number is 422.
    pub fn of(request: &Request, dialect: &Dialect) -> Result<Self, Refusal> {
        let mut mistakes = Fields::new(Map::new());
        let mut number = |name: &str, default: usize, least: usize| match request.query_value(name) {
            None => default,
            Some(text) => match whole(text) {
                Some(number) if number >= least => number,
                _ => {
                    let loc = vec![json!("query"), json!(name)];
                    mistakes.push(loc, format!("must be a whole number from {least}"), "value_error");
                    default
                }
            },
        };
        let limit = number("limit", DEFAULT_LIMIT, 1).min(dialect.page);
        let offset = number("offset", 0, 0);
        mistakes.finish()?;
        Ok(Self { offset: if dialect.offset_ignored { 0 } else { offset }, limit })
    }

    /// Cuts the page out of items that are in order of creation, and turns each into JSON.
    pub fn cut<T>(
        self,
        items: Vec<T>,
        name: &'static str,
        dialect: &Dialect,
        order: Order,
        show: impl Fn(T) -> Value,
    ) -> Response {
        let total = items.len();
        let ordered: Box<dyn Iterator<Item = T>> = match order {
            Order::Old => Box::new(items.into_iter()),
            Order::New => Box::new(items.into_iter().rev()),
        };
        let shown: Vec<Value> = ordered.skip(self.offset).take(self.limit).map(show).collect();
        Response::json(200, &self.wrap(shown, total, name, dialect))
    }

    fn wrap(self, shown: Vec<Value>, total: usize, name: &'static str, dialect: &Dialect) -> Value {
        let key = match dialect.envelope {
            Envelope::Bare => return Value::Array(shown),
            Envelope::Named => name,
            Envelope::Items => "items",
        };
        let mut object = Map::new();
        object.insert(key.to_owned(), Value::Array(shown));
        if dialect.total {
            object.insert("total".to_owned(), json!(total));
        }
        object.insert("limit".to_owned(), json!(self.limit));
        object.insert("offset".to_owned(), json!(self.offset));
        Value::Object(object)
    }
}

/// A whole number; one that is larger than any list is that large.
fn whole(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

/// Keeps only these fields of an object, for `list_fields=few`.
pub fn keep(value: Value, names: &[&str]) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(dialect: &str, target: &str) -> Value {
        let dialect = Dialect::parse(dialect).unwrap();
        let page = Page::of(&Request::new("GET", target), &dialect).unwrap();
        page.cut((0..5).collect(), "groups", &dialect, dialect.order, |n| json!(n)).value()
    }

    #[test]
    fn each_envelope_order_and_page() {
        assert_eq!(list("", "/x?limit=2"), json!({"groups": [4, 3], "total": 5, "limit": 2, "offset": 0}));
        assert_eq!(list("envelope=bare,order=old", "/x?limit=2&offset=4"), json!([4]));
        let items = list("envelope=items,total=no,page=3,order=old", "/x?limit=100&offset=1");
        assert_eq!(items, json!({"items": [1, 2, 3], "limit": 3, "offset": 1}));
        assert_eq!(list("envelope=bare,offset=ignored", "/x?limit=2&offset=2"), json!([4, 3]));
        assert_eq!(list("envelope=bare", "/x?offset=99"), json!([]));
    }

    #[test]
    fn a_limit_that_is_no_number_is_refused() {
        let endless = Request::new("GET", &format!("/x?limit={0}&offset={0}", "9".repeat(40)));
        assert_eq!(Page::of(&endless, &Dialect::default()), Ok(Page { offset: usize::MAX, limit: 50 }));
        for target in ["/x?limit=0", "/x?limit=many", "/x?offset=-1", "/x?offset=", "/x?limit=1.5"] {
            let refusal = Page::of(&Request::new("GET", target), &Dialect::default()).unwrap_err();
            assert_eq!(refusal.status, 422);
        }
    }
}
