//! What the YAML asks for, resolved and checked: references hold, texts are normalised, members are sets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Account, Address, Content, Id, Phone, PhoneSet, Policy};

/// A place in a file, for messages of later layers. One-based.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The file, as the user would name it.
    pub file: String,
    /// Line, from 1; 0 when unknown.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// The whole project as desired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// `project:`; `[a-z0-9-]{1,40}`.
    pub project: String,
    /// `-e`, or `default`.
    pub environment: String,
    /// The project's directory (that of the named file); `.campaignctl/` lies in it.
    pub root: PathBuf,
    /// `account:`.
    pub account: Account,
    /// The campaign's zone: `defaults.timezone`, else UTC.
    pub timezone: String,
    /// `sessions:`, by key.
    pub sessions: BTreeMap<String, DesiredSession>,
    /// `groups:`, by key.
    pub groups: BTreeMap<String, DesiredGroup>,
    /// `schedules:`, by key.
    pub schedules: BTreeMap<String, DesiredSchedule>,
    /// `sends:`, by key.
    pub sends: BTreeMap<String, DesiredSend>,
    /// Everyone never to be contacted, as written (match with [`PhoneSet::matching`]).
    pub suppressed: PhoneSet,
    /// `moved:`, in file order.
    pub moved: Vec<Move>,
    /// `policy:` with defaults.
    pub policy: Policy,
    /// `ledger:`, where given.
    pub ledger: Option<String>,
}

/// One of `moved:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The old name.
    pub from: MoveTarget,
    /// The new name.
    pub to: MoveTarget,
}

/// What `moved:` renames: an object, or the project itself (`project.old`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoveTarget {
    /// An object's address.
    Object(Address),
    /// A project's name.
    Project(String),
}

/// A WhatsApp number to send from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredSession {
    /// How it is found on the account.
    pub by: SessionRef,
    /// Where it is written.
    pub source: Source,
}

/// How a session is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionRef {
    /// By its name on the account.
    Name(String),
    /// By its id.
    Id(Id),
}

/// A person in a group.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The number.
    pub phone: Phone,
    /// The name, written when the member is added.
    pub name: Option<String>,
}

/// `membership:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    /// The group has exactly the desired members.
    Exact,
    /// Never remove anyone but the suppressed.
    AtLeast,
}

/// A WhatsApp group to import members from, by the API, when the group is created.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaGroupRef {
    /// `…@g.us`.
    pub wa_group_id: String,
    /// The session's key.
    pub session: String,
}

/// A group as desired. The suppressed are already left out of `members`.
#[derive(Clone, PartialEq, Eq)]
pub struct DesiredGroup {
    /// Its name on the account; by default the key.
    pub name: String,
    /// Everyone wanted, ascending, without repeats.
    pub members: PhoneSet,
    /// Names of members, by phone.
    pub names: BTreeMap<Phone, String>,
    /// Exact or at least.
    pub membership: Membership,
    /// Never delete.
    pub protect: bool,
    /// A changed name is applied (remove and add).
    pub sync_names: bool,
    /// Imported by the API at creation.
    pub import: Vec<WaGroupRef>,
    /// Where it is written.
    pub source: Source,
}

impl std::fmt::Debug for DesiredGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DesiredGroup").field("members", &self.members.len()).finish_non_exhaustive()
    }
}

/// `schedule_type` of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleType {
    /// Once.
    OneTime,
    /// Every day.
    Daily,
    /// On days of the week.
    Weekly,
    /// On a day of the month.
    Monthly,
    /// Any cron expression.
    Cron,
}

impl ScheduleType {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneTime => "one_time",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Cron => "cron",
        }
    }

    /// The type of that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::OneTime, Self::Daily, Self::Weekly, Self::Monthly, Self::Cron]
            .into_iter()
            .find(|t| t.as_str() == text)
    }
}

/// When a schedule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timing {
    /// `at:`: once.
    Once {
        /// Local time in the schedule's zone, as sent in `scheduled_time`.
        local: DateTime,
        /// The same moment.
        at: Timestamp,
    },
    /// `daily`, `weekly`, `monthly`, `cron`: a valid five-field expression, as sent in `cron_expression`.
    Recurring {
        /// What it was written as.
        schedule_type: ScheduleType,
        /// The expression.
        cron: String,
    },
}

impl Timing {
    /// The API's `schedule_type`.
    pub fn schedule_type(&self) -> ScheduleType {
        match self {
            Self::Once { .. } => ScheduleType::OneTime,
            Self::Recurring { schedule_type, .. } => *schedule_type,
        }
    }
}

/// `on_change:`: what an edited text does once it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnChange {
    /// Refuse the plan.
    #[default]
    Refuse,
    /// Send again.
    Resend,
    /// Nothing, said once.
    Ignore,
}

/// A schedule as desired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredSchedule {
    /// Its name on the account; by default the key. 1 to 255 characters.
    pub name: String,
    /// The group's key; it exists in [`Desired::groups`].
    pub group: String,
    /// The session's key; it exists in [`Desired::sessions`].
    pub session: String,
    /// What it says.
    pub content: Content,
    /// When.
    pub timing: Timing,
    /// IANA name of the zone, as written.
    pub timezone: String,
    /// Paused from the start: created when first unpaused.
    pub paused: bool,
    /// For `at:` only.
    pub on_change: OnChange,
    /// Where it is written.
    pub source: Source,
}

/// `audience:` of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    /// The group itself.
    #[default]
    Direct,
    /// A group made for this attempt.
    Snapshot,
}

/// `state:` of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunState {
    /// Goes out and runs.
    #[default]
    Running,
    /// Its job is paused; not sent if it never was.
    Paused,
    /// Its job is cancelled; not sent if it never was.
    Cancelled,
}

/// One bulk send as desired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredSend {
    /// The group's key.
    pub group: String,
    /// The session's key.
    pub session: String,
    /// What it says.
    pub content: Content,
    /// Which time round; 1 to 100 printable characters, by default `1`.
    pub run: String,
    /// What an edited text does.
    pub on_change: OnChange,
    /// The other send whose repetition is meant.
    pub repeat_of: Option<Address>,
    /// Not started after this.
    pub send_by: Option<Timestamp>,
    /// Direct or snapshot.
    pub audience: Audience,
    /// Running, paused or cancelled.
    pub state: RunState,
    /// The zone its times are shown in (`defaults.timezone`, else UTC).
    pub timezone: String,
    /// Where it is written.
    pub source: Source,
}

impl Desired {
    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.groups.len() + self.schedules.len() + self.sends.len()
    }

    /// No group, schedule or send.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
