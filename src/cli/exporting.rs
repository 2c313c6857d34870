//! The members of one group of the account, as a file: what `export` and `wa-groups export` share.

use std::io;
use std::path::Path;

use super::account::Account;
use super::error::CliError;
use super::output::{Output, Rows, not_written};
use super::shell::Shell;
use crate::api::{ExportError, ExportFormat, ExportSink, Read, read_export};
use crate::model::{Id, Phone};

/// The members of a group of the account, written; how many, and how many entries were no phone.
pub async fn export_members(
    shell: &Shell,
    account: &Account,
    id: &Id,
    count: Option<u64>,
    out: Option<&Path>,
    json: bool,
) -> Result<(u64, u64), CliError> {
    let failed = |error: io::Error| not_written(out.unwrap_or("stdout".as_ref()), &error);
    let rows = Rows::begin(Output::begin(out)?, json, &["phone", "name"]).map_err(failed)?;
    let format = if json { ExportFormat::Json } else { ExportFormat::Csv };
    let body = account.client.export(id, format).await?;
    let Members(rows) = read_export(id, body, format, Members(rows)).await.map_err(|error| match error {
        ExportError::Api(error) => error.into(),
        ExportError::Write(error) => failed(error),
    })?;
    let (written, no_phone) = (rows.written, rows.no_phone);
    if let Some(count) = count.filter(|count| written + no_phone < *count) {
        return Err(CliError::failed(format!(
            "the API gave {} of {count} members, so nothing was written",
            written + no_phone
        ))
        .hint("the group may just be changing; run it again"));
    }
    rows.finish().map_err(failed)?.finish(shell).await?;
    Ok((written, no_phone))
}

/// Members as rows.
struct Members(Rows);

impl ExportSink for Members {
    fn member(&mut self, phone: Option<Phone>, name: Option<&str>) -> io::Result<()> {
        self.0.row(phone, &[name.unwrap_or_default()])
    }
}
