//! Mistakes in the YAML as annotations of a pull request, where GitHub Actions runs us.
//!
//! Owns the way from a file as we name it to the file as GitHub names it: relative to the checkout, wherever in it the
//! command runs.

use std::path::{Component, Path, PathBuf};

use super::ui::Ui;
use crate::config::{self, Diagnostics};

/// Says them on stderr: GitHub reads them from either stream, and stdout is the result's.
pub fn annotate(ui: &Ui, diagnostics: &Diagnostics) {
    if diagnostics.is_empty() || std::env::var_os("GITHUB_ACTIONS").is_none_or(|value| value != "true") {
        return;
    }
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let here = std::env::current_dir().unwrap_or_default();
    let name = |file: &str| in_checkout(file, &here, workspace.as_deref());
    ui.err(config::github(diagnostics, &name).to_string().trim_end());
}

/// The file relative to the checkout; as it is where it lies elsewhere, or where there is no checkout.
fn in_checkout(file: &str, here: &Path, workspace: Option<&Path>) -> String {
    let Some(workspace) = workspace else { return file.to_owned() };
    let path = plain(&here.join(file));
    // The working directory is known without links, the workspace is named as the runner likes.
    let real = workspace.canonicalize().ok();
    let inside = [Some(workspace), real.as_deref()]
        .into_iter()
        .flatten()
        .find_map(|root| path.strip_prefix(plain(root)).ok().map(Path::to_owned));
    inside.map_or_else(|| file.to_owned(), |inside| inside.to_string_lossy().replace('\\', "/"))
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_checkout() {
        let named = |file| {
            in_checkout(file, Path::new("/nowhere/repo/clients/acme"), Some(Path::new("/nowhere/repo")))
        };
        assert_eq!(named("campaign.yaml"), "clients/acme/campaign.yaml");
        assert_eq!(named("../../shared/a.yaml"), "shared/a.yaml");
        assert_eq!(named("/nowhere/repo/b.yaml"), "b.yaml");
        assert_eq!(named("/elsewhere/b.yaml"), "/elsewhere/b.yaml");
        assert_eq!(in_checkout("a.yaml", Path::new("/nowhere/repo"), None), "a.yaml");
    }
}
