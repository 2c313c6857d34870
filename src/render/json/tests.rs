//! The JSON fits its committed schema, is stable, and holds nobody's number.

use std::path::Path;

use serde_json::Value;

use super::{plan_json, plan_schema, report_json, report_schema};
use crate::render::samples;

/// Compares with the committed file; `UPDATE_SCHEMAS=1` writes it.
fn committed(name: &str, made: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    let text = format!("{}\n", serde_json::to_string_pretty(made).unwrap());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "run the tests with UPDATE_SCHEMAS=1");
}

fn valid(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn plans_fit_their_schema() {
    let schema = plan_schema();
    committed("plan.schema.json", &schema);
    for plan in [samples::everything(), samples::quickstart(), samples::refused(), samples::empty()] {
        valid(&schema, &plan_json(&plan));
    }
}

#[test]
fn reports_fit_their_schema() {
    let schema = report_schema();
    committed("report.schema.json", &schema);
    for report in [samples::report(), samples::report_done()] {
        valid(&schema, &report_json(&report));
    }
}

#[test]
fn the_same_plan_is_the_same_bytes() {
    assert_eq!(plan_json(&samples::everything()).to_string(), plan_json(&samples::everything()).to_string());
}

#[test]
fn a_small_plan_in_full() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan_json(&samples::quickstart())).unwrap());
}

#[test]
fn a_report_in_full() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&report_json(&samples::report())).unwrap());
}
