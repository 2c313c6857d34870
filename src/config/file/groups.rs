//! `groups:` and `suppress:` as written.

use super::Members;
use crate::config::read::{Choices, Flag, List, OneOf, Text, record};
use crate::model::Membership;

impl Choices for Membership {
    const WHAT: &'static str = "a kind of membership";
    const ALL: &'static [(&'static str, Self)] = &[("exact", Self::Exact), ("at-least", Self::AtLeast)];
}

record! {
    /// A contact list.
    GroupFile, "a group";
    /// Its name on the account. By default the key.
    Optional name "name": Text = "VIP Clients";
    /// Its members: phone numbers, or numbers with names.
    Optional members "members": Members = ["+15550123456", {"phone": "+15550987654", "name": "Jane Doe"}];
    /// Members from files, from other groups or from a WhatsApp group.
    Optional members_from "members_from": List<SourceFile> = [{"csv": "private/vip.csv"}, {"group": "newsletter"}];
    /// Groups whose members are left out.
    Optional without "without": List<Text> = ["staff"];
    /// exact: the group has these members and no others. at-least: nobody but the suppressed is ever removed.
    Optional membership "membership": OneOf<Membership> = "exact";
    /// Never delete it. To delete it later, apply `protect: false` first.
    Optional protect "protect": Flag = true;
    /// Apply changed names of members too, by removing and adding the member.
    Optional sync_names "sync_names": Flag = false;
}

record! {
    /// Where members come from: exactly one of csv, json, group, whatsapp.
    SourceFile, "a source of members";
    /// A CSV file with a header row, relative to this file.
    Optional csv "csv": Text = "private/vip.csv";
    /// A JSON file: an array of {phone, name}, as `export --format json` writes it.
    Optional json "json": Text = "private/vip.json";
    /// Another group: all of its members.
    Optional group "group": Text = "newsletter";
    /// A WhatsApp group, imported by the API when the group is created.
    Optional whatsapp "whatsapp": WhatsappFile = {"group": "120363012345@g.us", "session": "main"};
    /// The CSV column with the phone numbers, by its header. By default phone.
    Optional phone "phone": Text = "Mobile";
    /// The CSV column with the names, by its header. By default name.
    Optional name "name": Text = "Full name";
    /// The character between the CSV's columns. By default a comma.
    Optional delimiter "delimiter": Text = ";";
}

record! {
    /// A WhatsApp group.
    WhatsappFile, "a WhatsApp group";
    /// Its id, which ends in @g.us; `campaignctl wa-groups` lists them.
    Required group "group": Text = "120363012345@g.us";
    /// The session that is in it. By default the default session.
    Optional session "session": Text = "main";
}

record! {
    /// People never to be contacted: one phone number, or a CSV file of them.
    SuppressFile, "a `suppress` entry";
    /// A CSV file with a header row, relative to this file.
    Optional csv "csv": Text = "private/do-not-contact.csv";
    /// One phone number; or, beside csv, the column with the numbers.
    Optional phone "phone": Text = "+15550100000";
    /// The CSV column with the names, which are not used.
    Optional name "name": Text = "Full name";
    /// The character between the CSV's columns. By default a comma.
    Optional delimiter "delimiter": Text = ";";
}
