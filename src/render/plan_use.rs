//! What a plan is shown for.

/// What a plan is shown for. Owns the one difference that this makes: whether its digest is of any use to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlanUse {
    /// To be applied, perhaps later and elsewhere.
    #[default]
    Apply,
    /// To be destroyed, now: `destroy` has no `--expect`.
    Destroy,
}

impl PlanUse {
    /// Whether a digest can be given to the command that does the plan.
    pub(super) fn has_digest(self) -> bool {
        self == Self::Apply
    }
}
