//! `docs/api-coverage.md` has a row for every endpoint of the contract, and what it says is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use campaignctl::api::ENDPOINTS;

const DOCUMENT: &str = include_str!("../../docs/api-coverage.md");

/// The rows of the contract's tables (`api.md`), copied by hand, and the endpoints that only its text names. Not
/// made from the client's table: an endpoint that is forgotten there is to be noticed here.
const CONTRACT: &str = "
GET /sessions
GET /sessions/{id}
GET /custom-groups
POST /custom-groups
GET /custom-groups/contacts
GET /custom-groups/wa-groups
POST /custom-groups/from-wa-groups
GET /custom-groups/{id}
PATCH /custom-groups/{id}
DELETE /custom-groups/{id}
POST /custom-groups/{id}/members/add
POST /custom-groups/{id}/members/remove
GET /custom-groups/{id}/export/csv
GET /custom-groups/{id}/export/json
POST /bulk-send
GET /bulk-send
GET /bulk-send/{id}
POST /bulk-send/{id}/pause
POST /bulk-send/{id}/resume
POST /bulk-send/{id}/cancel
GET /bulk-send/{id}/progress
GET /analytics/campaigns/{id}
GET /scheduled-messages
POST /scheduled-messages
GET /scheduled-messages/{id}
PATCH /scheduled-messages/{id}
POST /scheduled-messages/{id}/cancel
POST /scheduled-messages/{id}/pause
POST /scheduled-messages/{id}/resume
DELETE /scheduled-messages/{id}
GET /scheduled-messages/{id}/history
GET /billing/subscription
";

#[derive(Debug)]
struct Row<'a> {
    endpoint: String,
    used_by: &'a str,
    tests: Vec<&'a str>,
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn rows(document: &str) -> Vec<Row<'_>> {
    let table = document.lines().filter(|line| line.starts_with('|')).skip(2);
    table
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [method, path, used_by, tests] = cells[..] else { panic!("four cells: {line}") };
            let endpoint = format!("{method} {}", quoted(path).first().unwrap());
            Row { endpoint, used_by, tests: quoted(tests) }
        })
        .collect()
}

fn contract() -> BTreeSet<String> {
    CONTRACT.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// What the document lacks or has too much of.
fn differences(document: &str) -> Vec<String> {
    let rows = rows(document);
    let described: BTreeSet<String> = rows.iter().map(|row| row.endpoint.clone()).collect();
    let mut wrong: Vec<String> =
        contract().symmetric_difference(&described).map(|e| format!("only on one side: {e}")).collect();
    if described.len() < rows.len() {
        wrong.push("a row is there twice".to_owned());
    }
    wrong.extend(rows.iter().filter(|r| r.used_by.is_empty()).map(|r| format!("no use: {}", r.endpoint)));
    wrong.extend(rows.iter().filter(|r| r.tests.is_empty()).map(|r| format!("no test: {}", r.endpoint)));
    wrong
}

#[test]
fn the_document_has_every_row_of_the_contract() {
    assert_eq!(differences(DOCUMENT), Vec::<String>::new());
}

#[test]
fn a_row_that_is_removed_is_missed() {
    let lines: Vec<&str> = DOCUMENT.lines().collect();
    let mut removed = 0;
    for (at, line) in
        lines.iter().enumerate().filter(|(_, line)| line.starts_with("| ") && line.contains("`/"))
    {
        let without: Vec<&str> =
            lines.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, l)| *l).collect();
        assert_eq!(differences(&without.join("\n")).len(), 1, "{line}");
        removed += 1;
    }
    assert_eq!(removed, contract().len());
}

#[test]
fn the_client_has_a_constructor_for_each() {
    let table: BTreeSet<String> =
        ENDPOINTS.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(table, contract());
    let source = std::fs::read_to_string(root().join("src/api/endpoints.rs")).unwrap();
    for (_, _, constructor) in ENDPOINTS {
        assert!(source.contains(&format!("pub fn {constructor}(")), "{constructor}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Whether `module::name` is a test of that module under `tests/it`.
fn is_test(named: &str) -> bool {
    let Some((module, name)) = named.split_once("::") else { return false };
    let path = root().join("tests/it").join(format!("{module}.rs"));
    let Ok(source) = std::fs::read_to_string(path) else { return false };
    let lines: Vec<&str> = source.lines().collect();
    lines.windows(2).any(|pair| {
        let marked = matches!(pair[0].trim(), "#[test]" | "#[tokio::test]");
        marked && (pair[1].contains(&format!("fn {name}(")))
    })
}

#[test]
fn every_named_test_is_there() {
    assert!(!is_test("contract_coverage::no_such_test") && !is_test("contract_coverage::is_test"));
    let introduction = DOCUMENT.lines().take_while(|line| !line.starts_with('|')).flat_map(quoted);
    let named: BTreeSet<&str> = introduction
        .filter(|text| text.contains("::"))
        .chain(rows(DOCUMENT).into_iter().flat_map(|row| row.tests))
        .collect();
    let missing: Vec<_> = named.iter().filter(|name| !is_test(name)).collect();
    assert!(missing.is_empty(), "no such test: {missing:?}");
    let modules = std::fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for name in named {
        let module = name.split("::").next().unwrap();
        assert!(modules.contains(&format!("mod {module};")), "{module} is not compiled");
    }
}
