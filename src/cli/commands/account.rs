//! `sessions`, `contacts`, `wa-groups`: what the account has, also before there is a project.

use serde_json::json;

use crate::api::{Read, WaGroup};
use crate::cli::args::{ContactsArgs, Format, ProjectArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::on_account_alone;
use crate::cli::shell::Shell;
use crate::model::{SessionStatus, masked_phones, one_line};
use crate::render::Table;

/// The WhatsApp numbers.
pub async fn sessions(shell: &Shell, args: &ProjectArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    let sessions =
        on_account_alone(shell, &args.path, async |account| Ok(account.client.sessions().await?)).await?;
    let rows = sessions.iter().map(|session| {
        let status = match &session.status {
            SessionStatus::Working => "working".to_owned(),
            SessionStatus::Other(word) => one_line(word, 40),
        };
        (session.name.clone(), status, session.id.to_string())
    });
    match format {
        Format::Json => shell.ui.json(&json!({
            "sessions": rows.map(|(name, status, id)| json!({"name": name, "status": status, "id": id})).collect::<Vec<_>>()
        })),
        Format::Text | Format::Markdown | Format::Csv | Format::Ics | Format::Html => {
            let mut table = Table::new(["name", "status", "id"]).width(shell.ui.terminal().width());
            rows.for_each(|(name, status, id)| table.row([name, status, id]));
            show(shell, &table, "The account has no WhatsApp number yet: connect one in the MoltFlow dashboard.");
        }
    }
    Ok(Exit::Done)
}

/// The people. Numbers are masked, except for one who looks at a terminal and asks for them.
pub async fn contacts(shell: &Shell, args: &ContactsArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    let contacts =
        on_account_alone(shell, &args.project.path, async |account| Ok(account.client.contacts().await?))
            .await?;
    let full = shell.ui.text(args.show_phones).show_phones;
    let rows = contacts.iter().map(|contact| {
        let phone = match contact.phone {
            Some(phone) if full => format!("+{}", phone.digits()),
            Some(phone) => phone.masked().to_string(),
            None => "hidden by the API".to_owned(),
        };
        (phone, contact.name.clone().unwrap_or_default())
    });
    match format {
        // As in every JSON: counts, no phones, no names of people.
        Format::Json => shell.ui.json(&json!({
            "contacts": contacts.len(),
            "without_phone": contacts.iter().filter(|c| c.phone.is_none()).count(),
        })),
        Format::Text | Format::Markdown | Format::Csv | Format::Ics | Format::Html => {
            let mut table = Table::new(["phone", "name"]).width(shell.ui.terminal().width());
            rows.for_each(|(phone, name)| table.row([phone, name]));
            show(shell, &table, "The account has no contacts.");
        }
    }
    Ok(Exit::Done)
}

/// The WhatsApp groups.
pub async fn wa_groups(shell: &Shell, args: &ProjectArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    let (groups, sessions) = on_account_alone(shell, &args.path, async |account| {
        let groups = account.client.wa_groups().await?;
        let named = groups.iter().any(|group| group.session_id.is_some());
        Ok((groups, if named { account.client.sessions().await? } else { Vec::new() }))
    })
    .await?;
    // As `members_from: whatsapp` needs it: by its name; by its id where it has none.
    let session = |group: &WaGroup| {
        let id = group.session_id.as_ref()?;
        let name = sessions.iter().find(|session| session.id == *id).map(|session| session.name.clone());
        Some(name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string()))
    };
    match format {
        Format::Json => shell.ui.json(&json!({
            "wa_groups": groups.iter().map(|g| json!({
                "id": g.id, "name": masked_phones(&g.name), "session": session(g), "session_id": g.session_id, "members": g.member_count,
            })).collect::<Vec<_>>()
        })),
        Format::Text | Format::Markdown | Format::Csv | Format::Ics | Format::Html => {
            let mut table = Table::new(["name", "members", "session", "id"]).right(1).width(shell.ui.terminal().width());
            for group in &groups {
                let members = group.member_count.map(|n| n.to_string()).unwrap_or_default();
                table.row([masked_phones(&group.name), members, session(group).unwrap_or_default(), group.id.clone()]);
            }
            show(shell, &table, "The account's numbers are in no WhatsApp group.");
        }
    }
    Ok(Exit::Done)
}

fn show(shell: &Shell, table: &Table, empty: &str) {
    if table.is_empty() {
        shell.ui.line(empty);
    } else {
        shell.ui.out(table);
    }
}
