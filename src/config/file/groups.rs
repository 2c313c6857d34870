//! `groups:` and `suppress:` as written.

use super::Members;
use super::patterns::{DELIMITER, NAME, WHATSAPP, any_of, both, form, one_of, something, with_csv};
use crate::config::read::{Choices, Flag, List, OneOf, Text, record};
use crate::model::Membership;

impl Choices for Membership {
    const WHAT: &'static str = "a kind of membership";
    const ALL: &'static [(&'static str, Self)] = &[("exact", Self::Exact), ("at-least", Self::AtLeast)];
}

record! {
    /// A group: whom you write to. It becomes a contact list on your account.
    GroupFile, "a group";
    /// What it is called on the account. Left out: the name it has here.
    /// Refused: a name that another group has, that is empty or has several lines or a phone number in it, and 256
    /// characters or more.
    Optional name "name": Text = "VIP Clients", schema form(NAME, Some(255));
    /// Its members: phone numbers with their country codes, each alone or with a name.
    /// Refused: what is no phone number; one without its country code; one that YAML reads as another number,
    /// because it has no quotes. Somebody who is here twice is only warned of.
    Optional members "members": Members = ["+15550123456", {"phone": "+15550987654", "name": "Jane Doe"}];
    /// Members from files, from other groups or from a WhatsApp group. They are added to those under `members:`.
    /// Refused: a row of a file whose phone number is wrong, with the file and the line.
    Optional members_from "members_from": List<SourceFile> = [{"csv": "private/vip.csv"}, {"group": "newsletter"}];
    /// Groups whose members are left out of this one. Refused: names that are not under `groups:`, circles, and
    /// groups that are imported from WhatsApp.
    Optional without "without": List<Text> = ["staff"];
    /// exact: the group has these members and no others, so that whoever is added elsewhere is removed. at-least: these
    /// members are in it, and nobody is ever removed but those under `suppress:`. Refused: exact with a `whatsapp:`
    /// source, and any other word.
    Optional membership "membership": OneOf<Membership> = "exact", default "exact";
    /// Never delete this group, not even with `destroy`. To delete it later, apply `protect: false` first.
    Optional protect "protect": Flag = true, default false;
    /// A changed name of a member is changed on the account too: the member is removed and added again. Otherwise
    /// names are written once, when a member is added.
    Optional sync_names "sync_names": Flag = true, default false;
}

record! {
    /// Where members come from: exactly one of csv, json, group and whatsapp.
    SourceFile, "a source of members",
        schema both(one_of(&["csv", "json", "group", "whatsapp"]), with_csv(&["phone", "name", "delimiter"]));
    /// A CSV file with a header row, as spreadsheets write it; its place is relative to this file. A name of several
    /// lines is read as one line. A file that ends in `.age` is decrypted (`--age-identity`). Refused: files outside
    /// the project's directory, files without a column for the numbers, and rows with a wrong number.
    Optional csv "csv": Text = "private/vip.csv", schema something();
    /// A JSON file: a list of {phone, name}, as `campaignctl export --format json` writes it.
    /// Refused: files outside the project's directory, and anything else than such a list.
    Optional json "json": Text = "private/vip.json", schema something();
    /// Another group of these files: everybody in it. Refused: a name that is not under `groups:`, circles, and
    /// groups that are imported from WhatsApp.
    Optional group "group": Text = "newsletter";
    /// A WhatsApp group: the API takes in its members when the group is created. Such a group needs
    /// `membership: at-least`. Refused: without that.
    Optional whatsapp "whatsapp": WhatsappFile = {"group": "120363012345@g.us", "session": "main"};
    /// Which column of the CSV has the phone numbers, by its header. Refused: a header that the file does not have;
    /// without `csv`.
    Optional phone "phone": Text = "Mobile", default "phone";
    /// Which column of the CSV has the names, by its header. A file need not have one.
    /// Refused: a header that the file does not have; without `csv`.
    Optional name "name": Text = "Full name", default "name";
    /// The one character between the columns of the CSV. Refused: several characters; without `csv`.
    Optional delimiter "delimiter": Text = ";", default ",", schema form(DELIMITER, None);
}

record! {
    /// A WhatsApp group that one of your numbers is in.
    WhatsappFile, "a WhatsApp group";
    /// Its id, which ends in @g.us; `campaignctl wa-groups` lists them. Refused: anything else, such as its name.
    Required group "group": Text = "120363012345@g.us", schema form(WHATSAPP, None);
    /// The WhatsApp number that is in it: a name under `sessions:`. Left out: the one under `defaults:`.
    /// Refused: a name that is not there.
    Optional session "session": Text = "main";
}

record! {
    /// People who are never written to: one phone number, or a CSV file of them.
    SuppressFile, "a `suppress` entry", schema both(any_of(&["csv", "phone"]), with_csv(&["name", "delimiter"]));
    /// A CSV file with a header row; its place is relative to this file. One that ends in `.age` is decrypted.
    /// Refused: files outside the project's directory, and rows with a wrong number.
    Optional csv "csv": Text = "private/do-not-contact.csv", schema something();
    /// One phone number with its country code, in quotes. Beside `csv`: which column has the numbers, by its header.
    /// Refused: what is no phone number; a header that the file does not have.
    Optional phone "phone": Text = "+15550100000";
    /// Which column of the CSV has the names, by its header. Names are not used here. Refused: without `csv`.
    Optional name "name": Text = "Full name", default "name";
    /// The one character between the columns of the CSV. Refused: several characters; without `csv`.
    Optional delimiter "delimiter": Text = ";", default ",", schema form(DELIMITER, None);
}
