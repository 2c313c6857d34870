//! The JSON Schema of campaign files, from the same types that read them.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::file::CampaignFile;

/// The schema, draft 2020-12; committed as `schemas/campaign.schema.json`.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut value = generator.into_root_schema_for::<CampaignFile>().to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("title".to_owned(), json!("campaignctl campaign file"));
    }
    value
}
