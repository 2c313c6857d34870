//! The manual's generated and executed pages: `docs/yaml.md` from the schema, `docs/commands.md` from the program,
//! `docs/tutorial.md` by running it. `UPDATE_DOCS=1 cargo test --test it manual` writes them.

mod commands;
mod tutorial;
mod tutorial_page;
mod yaml;
mod yaml_example;
mod yaml_types;

/// Whether pages are to be written instead of compared.
fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// The committed page is the generated one.
fn check(path: &str, generated: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if updating() {
        std::fs::write(&path, generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{} is out of date: UPDATE_DOCS=1 cargo test --test it manual, and read what changed",
        path.display()
    );
}

/// As GitHub makes anchors of headings.
fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Links inside the generated pages lead somewhere.
#[test]
fn links_of_the_generated_pages_lead_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let link = regex::Regex::new(r"\]\(([^)\s]*)\)").unwrap();
    for page in ["yaml.md", "commands.md", "tutorial.md"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        for found in link.captures_iter(&text) {
            let (file, part) = found[1].split_once('#').unwrap_or((&found[1], ""));
            if file.contains("://") {
                continue;
            }
            let target = if file.is_empty() { root.join(page) } else { root.join(file) };
            let target = std::fs::read_to_string(&target).unwrap_or_else(|_| panic!("{page}: {}", &found[1]));
            let there = target.lines().filter(|line| line.starts_with('#'));
            let there =
                there.map(|line| anchor(line.trim_start_matches('#').trim())).filter(|a| a == part).count();
            // Two headings of one name: a link finds the first of them only, and that may be the wrong one.
            assert!(part.is_empty() || there == 1, "{page}: {} is there {there} times", &found[1]);
        }
    }
}
