//! The files as written: each key, its type and what it means. From here come the reader and the JSON Schema.

mod account;
mod forms;
mod groups;
mod members;
mod message;
mod policy;
mod schedules;
mod sends;

pub use account::{AccountFile, DefaultsFile, MoveFile, SessionFile};
pub use forms::{Clock, MonthDay};
pub use groups::{GroupFile, SourceFile, SuppressFile, WhatsappFile};
pub use members::{Members, phone_of_text, phone_words};
pub use message::{MessageFile, MessageTable};
pub use policy::{MaxPerRecipientFile, PolicyFile, QuietHoursFile, Weighed};
pub use schedules::ScheduleFile;
pub use sends::SendFile;

use super::read::{Count, List, Map, Text, record};

record! {
    /// A campaignctl project, or a part of it: all YAML files of a directory are read together.
    CampaignFile, "a campaign file";
    /// The version of this format: 1.
    EachFile version "version": Count = 1;
    /// The project's name, which names its ledger: a-z, 0-9 and -, at most 40. Every file may repeat it.
    Optional project "project": Text = "acme";
    /// The MoltFlow account.
    Optional account "account": AccountFile = {"name": "default", "plan": "business"};
    /// What schedules and sends use that do not say otherwise.
    Optional defaults "defaults": DefaultsFile = {"session": "main", "timezone": "Asia/Jerusalem"};
    /// WhatsApp numbers to send from, by a name of your choice.
    Optional sessions "sessions": Map<SessionFile> = {"main": {"name": "Main Line"}};
    /// People who are in no group, whatever the rest says.
    Optional suppress "suppress": List<SuppressFile> = [{"csv": "private/do-not-contact.csv"}];
    /// Contact lists, by a name of your choice.
    Optional groups "groups": Map<GroupFile> = {"vip": {"name": "VIP Clients", "members": ["+15550123456"]}};
    /// Texts that are used more than once.
    Optional messages "messages": Map<MessageFile> = {"weekly": "Weekly report is ready."};
    /// Messages that go out at given times.
    Optional schedules "schedules": Map<ScheduleFile> =
        {"weekly-update": {"group": "vip", "message": "Hello", "daily": "09:00"}};
    /// Messages that go out once, when applied.
    Optional sends "sends": Map<SendFile> = {"spring-offer": {"group": "vip", "message": "Special offer!"}};
    /// Keys that were renamed: their history goes along.
    Optional moved "moved": List<MoveFile> = [{"from": "group.vips", "to": "group.vip"}];
    /// Where the ledger is kept; by default a file in .campaignctl/ next to this one.
    Optional ledger "ledger": Text = "s3://bucket/prefix";
    /// What differs in an environment that is chosen with -e.
    Optional environments "environments": Map<EnvironmentFile> = {"production": {"account": {"plan": "business"}}};
    /// Rules that a plan must keep; what is broken is refused.
    Optional policy "policy": PolicyFile = {"max_delete": "30%"};
}

record! {
    /// What differs in one environment.
    EnvironmentFile, "an environment";
    /// The account there; keys that are not given stay.
    Optional account "account": AccountFile = {"plan": "business"};
    /// Sessions there, by name; others stay.
    Optional sessions "sessions": Map<SessionFile> = {"main": {"name": "Main Line"}};
    /// Rules there, by key; others stay.
    Optional policy "policy": PolicyFile = {"max_delete": "10%"};
    /// Where the ledger is kept there.
    Optional ledger "ledger": Text = "s3://bucket/production";
}
