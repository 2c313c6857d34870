//! Files of a new project, put in their places: all of them, or none. Nothing that is there is replaced, and what was
//! placed goes again when what comes after it fails.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::CliError;
use super::output::not_written;
use crate::config::write::WrittenFile;

/// A project in the making. Dropped before [`Placing::keep`], it leaves nothing behind.
pub struct Placing {
    dir: PathBuf,
    /// Where the files are first; gone before directories are removed.
    aside: Option<TempDir>,
    files: Vec<PathBuf>,
    /// Made here, outermost first.
    dirs: Vec<PathBuf>,
    kept: bool,
}

impl Placing {
    /// Makes the directory where it is not there, and finds out that it may be written to.
    pub fn begin(dir: &Path) -> Result<Self, CliError> {
        let mut placing =
            Self { dir: dir.to_owned(), aside: None, files: Vec::new(), dirs: Vec::new(), kept: false };
        placing.make(dir, None).map_err(|error| not_written(dir, &error))?;
        let aside = tempfile::Builder::new().prefix(".campaignctl-import-").tempdir_in(dir);
        placing.aside = Some(aside.map_err(|error| not_written(dir, &error))?);
        Ok(placing)
    }

    /// Writes the files aside; says where.
    pub fn write_aside(&self, files: &[WrittenFile]) -> Result<PathBuf, CliError> {
        let aside = self.aside.as_ref().map_or(self.dir.as_path(), |aside| aside.path());
        for file in files {
            let place = aside.join(&file.path);
            let written =
                place.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| write(&place, file));
            written.map_err(|error| not_written(&place, &error))?;
        }
        Ok(aside.to_owned())
    }

    /// Puts them in their places, where every place is free.
    pub fn place(&mut self, files: &[WrittenFile]) -> Result<(), CliError> {
        let places: Vec<PathBuf> = files.iter().map(|file| self.dir.join(&file.path)).collect();
        let taken: Vec<&PathBuf> =
            places.iter().filter(|place| std::fs::symlink_metadata(place).is_ok()).collect();
        if let Some(first) = taken.first() {
            let what = match taken.len() {
                1 => format!("{} is there already", first.display()),
                many => format!("{many} of the files to be written are there already"),
            };
            let mut error =
                CliError::refused(format!("{what}, and nothing is overwritten; nothing was written"));
            if taken.len() > 1 {
                error.details = taken.iter().map(|place| place.display().to_string()).collect();
            }
            return Err(error.hint("move it away, or name another directory: campaignctl import --out DIR"));
        }
        for (file, place) in files.iter().zip(places) {
            let put = self.put(file, &place);
            put.map_err(|error| not_written(&place, &error))?;
        }
        Ok(())
    }

    fn put(&mut self, file: &WrittenFile, place: &Path) -> io::Result<()> {
        if let Some(parent) = place.parent() {
            self.make(parent, Some(0o700))?;
        }
        // A hard link never replaces what is there.
        let aside = self.aside.as_ref().map(|aside| aside.path().join(&file.path));
        if aside.is_some_and(|aside| std::fs::hard_link(aside, place).is_ok()) {
            self.files.push(place.to_owned());
            return Ok(());
        }
        let written = write(place, file);
        if !matches!(&written, Err(error) if error.kind() == io::ErrorKind::AlreadyExists) {
            // Also what the disk had room for.
            self.files.push(place.to_owned());
        }
        written
    }

    /// A file that somebody else is about to write here, where it is not there yet.
    pub fn add(&mut self, place: &Path) {
        if std::fs::symlink_metadata(place).is_err() {
            self.files.push(place.to_owned());
        }
    }

    /// All is well: what was placed stays.
    pub fn keep(mut self) {
        self.kept = true;
    }

    fn make(&mut self, dir: &Path, mode: Option<u32>) -> io::Result<()> {
        let missing: Vec<&Path> =
            dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
        for dir in missing.into_iter().rev() {
            let mut builder = DirBuilder::new();
            #[cfg(unix)]
            if let Some(mode) = mode {
                std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
            }
            builder.create(dir)?;
            self.dirs.push(dir.to_owned());
        }
        Ok(())
    }
}

impl Drop for Placing {
    fn drop(&mut self) {
        drop(self.aside.take());
        if self.kept {
            return;
        }
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
        // Only where they are empty.
        for dir in self.dirs.iter().rev() {
            let _ = std::fs::remove_dir(dir);
        }
    }
}

/// Numbers of people are in these files: nobody else reads them (0600).
fn write(place: &Path, file: &WrittenFile) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(place)?.write_all(file.text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> WrittenFile {
        WrittenFile { path: path.to_owned(), text: path.to_owned() }
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn all_or_none() {
        let root = tempfile::tempdir().unwrap();
        let files = [file("campaign.yaml"), file("private/a.csv"), file("private/b.csv")];
        let dir = root.path().join("new/project");
        let mut placing = Placing::begin(&dir).unwrap();
        placing.write_aside(&files).unwrap();
        placing.place(&files).unwrap();
        drop(placing);
        assert!(names(root.path()).is_empty(), "what came after it failed");
        std::fs::create_dir_all(dir.join("private")).unwrap();
        std::fs::write(dir.join("private/b.csv"), "mine").unwrap();
        let mut placing = Placing::begin(&dir).unwrap();
        placing.write_aside(&files).unwrap();
        let error = placing.place(&files).unwrap_err();
        assert!(error.message.contains("b.csv is there already"), "{}", error.message);
        drop(placing);
        assert_eq!(
            (names(&dir), names(&dir.join("private"))),
            (vec!["private".to_owned()], vec!["b.csv".to_owned()])
        );
        std::fs::remove_file(dir.join("private/b.csv")).unwrap();
        let mut placing = Placing::begin(&dir).unwrap();
        placing.write_aside(&files).unwrap();
        placing.place(&files).unwrap();
        placing.keep();
        assert_eq!(names(&dir), ["campaign.yaml", "private"]);
        assert_eq!(names(&dir.join("private")), ["a.csv", "b.csv"]);
    }
}
