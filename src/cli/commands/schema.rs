//! `schema`: JSON Schemas, for editors and for programs that read plans and reports.

use crate::cli::args::{Format, SchemaArgs, SchemaKind};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::shell::Shell;
use crate::config;
use crate::render::{plan_schema, report_schema};

/// Prints one.
pub fn run(shell: &Shell, args: &SchemaArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text, Format::Json])?;
    shell.ui.json(&match args.kind {
        SchemaKind::Campaign => config::schema(),
        SchemaKind::Plan => plan_schema(),
        SchemaKind::Report => report_schema(),
    });
    Ok(Exit::Done)
}
