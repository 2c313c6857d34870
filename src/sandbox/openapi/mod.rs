//! The emulator's own description: an OpenAPI 3.1 document of what it serves in the default dialect, at
//! `/openapi.json` and committed as `schemas/openapi.json`. Owns the document; no rule of the API: what it says is
//! held to what the server does by `tests/it/contract_openapi.rs` and by `tests/schemathesis.sh`.

mod operations;
mod parts;
mod schemas;

use serde_json::{Value, json};

use operations::operations;

/// Where the document is served; needs no key.
pub const PATH: &str = "/openapi.json";

/// The document.
pub fn openapi() -> Value {
    let mut paths = serde_json::Map::new();
    for operation in operations() {
        let item = paths.entry(operation.path.to_owned()).or_insert_with(|| json!({}));
        item[operation.method.to_lowercase()] = operation.describe();
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "campaignctl sandbox: the MoltFlow Outreach API, emulated",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            "description": "What `campaignctl sandbox serve` answers in its default dialect. The vendor publishes no \
                such document: this one describes the emulator, which follows the vendor's public documentation where \
                it says something and one reading of it where it does not (`--dialect` serves the others). Every path \
                is also served without `/api/v2`. Looking into the sandbox and arranging it (`/__sandbox/…`) is not \
                part of the API and not described here."
        },
        "servers": [{"url": "/api/v2"}],
        "security": [{"ApiKey": []}, {"Bearer": []}],
        "tags": [
            {"name": "sessions", "description": "Connected WhatsApp numbers."},
            {"name": "custom-groups", "description": "Contact lists; not WhatsApp groups."},
            {"name": "bulk-send", "description": "One message to everybody in a group, once."},
            {"name": "scheduled-messages", "description": "One message to everybody in a group, at times."},
            {"name": "account", "description": "What the account is and how a campaign went."}
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "Bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "parameters": parts::parameters(),
            "headers": parts::headers(),
            "responses": parts::responses(),
            "schemas": schemas::schemas()
        }
    })
}
