//! Lists that end in time.

/// The items that fit into `limit` bytes, in order, and a line that counts the others
/// (`and 340 more changes …`).
pub(super) fn capped(items: &[String], limit: usize, what: &str) -> String {
    let mut out = String::new();
    for (i, item) in items.iter().enumerate() {
        let rest = items.len() - i;
        // Room for the line that counts the rest, unless this is the last one.
        let reserve = if rest > 1 { more(rest, what).len() } else { 0 };
        if out.len() + item.len() + reserve > limit {
            out.push_str(&more(rest, what));
            return out;
        }
        out.push_str(item);
    }
    out
}

fn more(rest: usize, what: &str) -> String {
    format!("\n… and {rest} more {what} (not shown here for length; the plan's text has all)\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        let items: Vec<String> = (0..100).map(|i| format!("item {i}\n")).collect();
        assert!(!capped(&items, 2_000, "items").contains("more"));
        let text = capped(&items, 200, "items");
        let shown = text.lines().filter(|l| l.starts_with("item")).count();
        assert!(text.len() <= 200 && text.contains(&format!("and {} more items", 100 - shown)), "{text}");
    }
}
