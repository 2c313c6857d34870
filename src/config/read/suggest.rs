//! "Did you mean …?"

/// Candidates looked at: comparing is slow, and there may be very many.
const MOST: usize = 2_000;

/// The candidate that was probably meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().count() > 60 {
        return None;
    }
    let lower = word.to_lowercase();
    let (distance, candidate) = candidates
        .into_iter()
        .take(MOST)
        .filter(|candidate| candidate.len() <= 240)
        .map(|candidate| (strsim::damerau_levenshtein(&candidate.to_lowercase(), &lower), candidate))
        .min()?;
    let allowed = (candidate.chars().count().max(lower.chars().count())).div_ceil(3).clamp(1, 4);
    (distance <= allowed && distance < candidate.chars().count()).then_some(candidate)
}

/// `did you mean "vip"?`, or all of a few words that are known to the program.
pub fn did_you_mean_word(word: &str, words: &[&str]) -> String {
    // `Mon` is far from monday, and is nothing else.
    let lower = word.to_lowercase();
    let longer = || words.iter().copied().find(|known| lower.len() >= 3 && known.starts_with(&lower));
    match nearest(word, words.iter().copied()).or_else(longer) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None if words.is_empty() => "mend the first mistakes first".to_owned(),
        None => format!("use one of: {}", words.join(", ")),
    }
}

/// `did you mean "vip"?`, or the candidates, or that there are none.
pub fn did_you_mean<'a>(word: &str, what: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(meant) = nearest(word, candidates.iter().copied()) {
        return format!("did you mean \"{meant}\"?");
    }
    match candidates.len() {
        0 => format!("there is no {what} yet"),
        1..=12 => format!("there is: {}", candidates.join(", ")),
        n => format!("there are {n}, among them: {}", candidates[..10].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        assert_eq!(nearest("vp", ["vip", "staff"]), Some("vip"));
        assert_eq!(nearest("memebrs", ["members", "membership"]), Some("members"));
        assert_eq!(nearest("Mesage", ["message", "media"]), Some("message"));
        assert_eq!(nearest("customers", ["vip", "staff"]), None);
        assert_eq!(nearest("xy", ["ab"]), None);
        assert_eq!(did_you_mean_word("Mon", &["sunday", "monday"]), "did you mean \"monday\"?");
    }
}
