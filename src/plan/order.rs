//! The one order table (`product.md`, *Plan*, Order). Deletion is its reverse.

use super::ChangeKind;

/// The steps of an apply, in order. A change of a later step starts only when every change of the earlier steps
/// has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Stop what must stop: pause and cancel.
    Stop,
    /// Find out what became of doubtful sends.
    Recover,
    /// Tie and untie.
    Adopt,
    /// Delete the schedules of the groups that are deleted early.
    ClearSchedules,
    /// Delete groups early, where creates would pass the account's limit.
    MakeRoom,
    /// Remove members, the suppressed first.
    RemoveMembers,
    /// Create and rename groups.
    Groups,
    /// Add members.
    AddMembers,
    /// Create, update, replace and resume schedules.
    Schedules,
    /// Send.
    Send,
    /// Resume jobs.
    ResumeJobs,
    /// Delete schedules.
    DeleteSchedules,
    /// Delete groups.
    DeleteGroups,
}

impl ChangeKind {
    /// Where a change of this kind stands in the order. Early deletion is the plan's choice
    /// ([`Step::ClearSchedules`], [`Step::MakeRoom`]).
    pub fn step(self) -> Step {
        match self {
            Self::PauseJob | Self::CancelJob | Self::PauseSchedule | Self::CancelSchedule => Step::Stop,
            Self::Recover => Step::Recover,
            Self::Adopt | Self::Forget => Step::Adopt,
            Self::RemoveMembers => Step::RemoveMembers,
            Self::CreateGroup | Self::ImportGroup | Self::RenameGroup => Step::Groups,
            Self::AddMembers => Step::AddMembers,
            Self::CreateSchedule
            | Self::ScheduleAgain
            | Self::UpdateSchedule
            | Self::ReplaceSchedule
            | Self::ResumeSchedule => Step::Schedules,
            Self::Send | Self::SendAgain => Step::Send,
            Self::ResumeJob => Step::ResumeJobs,
            Self::DeleteSchedule => Step::DeleteSchedules,
            Self::DeleteGroup => Step::DeleteGroups,
        }
    }
}
