//! The files as written: each key, its type and what it means. From here come the reader and the JSON Schema.

mod account;
mod forms;
mod groups;
mod members;
mod message;
mod patterns;
mod policy;
mod schedules;
mod sends;

pub use account::{AccountFile, DefaultsFile, MoveFile, SessionFile};
pub use forms::{Clock, MonthDay};
pub use groups::{GroupFile, SourceFile, SuppressFile, WhatsappFile};
pub use members::{Members, WRONG_NAME, phone_of_cell, phone_of_text};
pub use message::{MessageFile, MessageTable};
pub use policy::{MaxPerRecipientFile, PolicyFile, QuietHoursFile, Weighed};
pub use schedules::ScheduleFile;
pub use sends::SendFile;

use patterns::{LEDGER, PROJECT, form};

use super::read::{Count, Hidden, List, Map, Text, record};

record! {
    /// A campaignctl project, or a part of it: all YAML files of a directory are read together. A name that is given
    /// twice is a mistake; `suppress` and `moved` are joined.
    CampaignFile, "a campaign file";
    /// The version of this format, in every file. Refused: any other number.
    EachFile version "version": Count = 1, schema serde_json::json!({"const": 1});
    /// The project's name, which names its ledger; one of the files has to say it, all may. Refused: anything but a-z, 0-9 and
    /// -; more than 40 characters; two projects in one directory.
    Optional project "project": Text = "acme", schema form(PROJECT, None);
    /// Your MoltFlow account.
    Optional account "account": AccountFile = {"name": "default", "plan": "business"};
    /// What schedules and sends use where they do not say otherwise.
    Optional defaults "defaults": DefaultsFile = {"session": "main", "timezone": "Asia/Jerusalem"};
    /// The WhatsApp numbers you send from, each under a name of your choice.
    Optional sessions "sessions": Map<SessionFile> = {"main": {"name": "Main Line"}};
    /// People who are never written to: they are in no group, whatever the rest says.
    Optional suppress "suppress": Hidden<List<SuppressFile>> = [{"csv": "private/do-not-contact.csv"}];
    /// Whom you write to: contact lists, each under a name of your choice.
    Optional groups "groups": Map<GroupFile> = {"vip": {"name": "VIP Clients", "members": ["+15550123456"]}};
    /// Texts that are used more than once, each under a name of your choice; others write `message: {use: NAME}`.
    Optional messages "messages": Map<MessageFile> = {"weekly": "Weekly report is ready."};
    /// What goes out at given times, again and again or once; each under a name of your choice.
    Optional schedules "schedules": Map<ScheduleFile> =
        {"weekly-update": {"group": "vip", "message": "Hello", "daily": "09:00"}};
    /// What goes out once, when it is applied, and never twice; each under a name of your choice.
    Optional sends "sends": Map<SendFile> = {"spring-offer": {"group": "vip", "message": "Special offer!"}};
    /// Names that you changed in these files: their history goes along.
    Optional moved "moved": List<MoveFile> = [{"from": "group.vips", "to": "group.vip"}];
    /// Where the ledger is kept: a file; s3://, gs:// or az:// with a bucket and a prefix; or file:// with a directory
    /// that is used like a bucket. Left out: a file in `.campaignctl/` in the project's directory. Refused: other kinds
    /// of addresses, and user names or passwords in it.
    Optional ledger "ledger": Text = "s3://bucket/prefix", schema form(LEDGER, None);
    /// Rules against accidents: a plan that breaks one is refused.
    Optional policy "policy": PolicyFile = {"max_delete": "30%"};
    /// What is different in an environment, such as production; `-e NAME` chooses one.
    /// Refused: one that is called sandbox.
    Optional environments "environments": Map<EnvironmentFile> = {"production": {"account": {"plan": "business"}}};
}

record! {
    /// What is different in one environment. What is left out is as in the rest of the files.
    EnvironmentFile, "an environment";
    /// The account there, key by key.
    Optional account "account": AccountFile = {"plan": "business"};
    /// The WhatsApp numbers there, name by name.
    Optional sessions "sessions": Map<SessionFile> = {"main": {"name": "Main Line"}};
    /// The rules there, key by key.
    Optional policy "policy": PolicyFile = {"max_delete": "10%"};
    /// Where the ledger is kept there. Refused: what `ledger` refuses.
    Optional ledger "ledger": Text = "s3://bucket/production", schema form(LEDGER, None);
}
