//! The vendor's plans and what each allows (`api.md`, the table of plan limits). Owns the numbers; must not
//! decide what happens when one is passed (that is the server's).

/// A subscription of the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanName {
    /// No bulk send, no schedules.
    Free,
    /// The smallest that sends.
    Starter,
    /// The first with analytics.
    Pro,
    /// The largest.
    Business,
}

impl PlanName {
    /// Every plan, smallest first.
    pub const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Pro, Self::Business];

    /// The plan of that name, in lower case as the API writes it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.as_str() == text)
    }

    /// As the API writes it in `plan_id`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Pro => "pro",
            Self::Business => "business",
        }
    }

    /// The documented limits of this plan.
    pub fn limits(self) -> Limits {
        let (groups, messages_per_month, requests_per_minute, sessions) = match self {
            Self::Free => (2, 50, 10, 1),
            Self::Starter => (5, 500, 20, 1),
            Self::Pro => (20, 1_500, 40, 5),
            Self::Business => (100, 3_000, 60, 15),
        };
        Limits { groups, messages_per_month, requests_per_minute, sessions }
    }

    /// Whether bulk send and scheduled messages are in the plan.
    pub fn may_send(self) -> bool {
        self != Self::Free
    }

    /// Whether `/analytics` is in the plan (Pro and up).
    pub fn has_analytics(self) -> bool {
        self >= Self::Pro
    }
}

/// What an account may have and do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Custom groups at one time.
    pub groups: u64,
    /// Messages in one calendar month (UTC).
    pub messages_per_month: u64,
    /// API requests in one minute, of the whole account.
    pub requests_per_minute: u64,
    /// Connected WhatsApp numbers.
    pub sessions: u64,
}

/// Limits that differ from the plan's (`account.limits` in the YAML).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitOverrides {
    /// Custom groups at one time.
    pub groups: Option<u64>,
    /// Messages in one calendar month.
    pub messages_per_month: Option<u64>,
    /// API requests in one minute.
    pub requests_per_minute: Option<u64>,
}

impl LimitOverrides {
    /// The plan's limits with these put over them.
    pub fn over(self, limits: Limits) -> Limits {
        Limits {
            groups: self.groups.unwrap_or(limits.groups),
            messages_per_month: self.messages_per_month.unwrap_or(limits.messages_per_month),
            requests_per_minute: self.requests_per_minute.unwrap_or(limits.requests_per_minute),
            sessions: limits.sessions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_features_follow_the_table() {
        for plan in PlanName::ALL {
            assert_eq!(PlanName::parse(plan.as_str()), Some(plan));
        }
        assert_eq!(PlanName::parse("Gold"), None);
        assert!(!PlanName::Free.may_send() && PlanName::Starter.may_send());
        assert!(!PlanName::Starter.has_analytics() && PlanName::Pro.has_analytics());
    }

    #[test]
    fn an_override_wins_only_where_it_is_given() {
        let limits = LimitOverrides { messages_per_month: Some(5000), ..Default::default() }
            .over(PlanName::Business.limits());
        assert_eq!((limits.messages_per_month, limits.groups), (5000, 100));
    }
}
