//! Files of members that are encrypted with age.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use age::x25519::Identity;
use age::{Encryptor, Recipient};

use super::{Loaded, load, now, project, shown};
use crate::config::LoadOptions;
use crate::model::{Phone, Secret};

const PEOPLE: &[u8] = b"phone,name\n+14155552671,Jane Doe\n";

fn encrypted(plain: &[u8], to: &[&dyn Recipient], armored: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let format = if armored { age::armor::Format::AsciiArmor } else { age::armor::Format::Binary };
    let armor = age::armor::ArmoredWriter::wrap_output(&mut out, format).unwrap();
    let mut writer = Encryptor::with_recipients(to.iter().copied()).unwrap().wrap_output(armor).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().and_then(age::armor::ArmoredWriter::finish).unwrap();
    out
}

fn text_of(identity: &Identity) -> Secret {
    use age::secrecy::ExposeSecret as _;
    Secret::new(&format!("# created: today\n{}\n", identity.to_string().expose_secret()))
}

fn load_it(source: &str, bytes: &[u8], identity: Option<&Secret>) -> Loaded {
    let yaml = format!("version: 1\nproject: a\ngroups:\n  vip:\n    members_from:\n      - {source}\n");
    let directory = project(&yaml);
    std::fs::write(directory.path().join("f.age"), bytes).unwrap();
    let vars = BTreeMap::new();
    load(&LoadOptions::new(Path::new(directory.path()), &vars, now()).age_identity(identity))
}

fn codes(loaded: &Loaded) -> Vec<&str> {
    loaded.diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn members_are_decrypted_as_they_are_read() {
    let (key, other) = (Identity::generate(), Identity::generate());
    let json = b"[{\"phone\": \"+14155552671\"}]";
    for armored in [false, true] {
        for (source, plain) in [("csv: f.age", PEOPLE), ("json: f.age", json)] {
            let bytes = encrypted(plain, &[&other.to_public(), &key.to_public()], armored);
            let loaded = load_it(source, &bytes, Some(&text_of(&key)));
            let Some(desired) = &loaded.desired else { panic!("{}", shown(&loaded)) };
            let phones: Vec<_> = desired.groups["vip"].members.iter().map(Phone::e164).collect();
            assert_eq!(phones, ["+14155552671"], "{source}");
        }
    }
}

#[test]
fn many_members_come_through() {
    let key = Identity::generate();
    let mut plain = b"phone\n".to_vec();
    for n in 0..20_000 {
        writeln!(plain, "+1415{:07}", 2_000_000 + n).unwrap();
    }
    let bytes = encrypted(&plain, &[&key.to_public()], false);
    let loaded = load_it("csv: f.age", &bytes, Some(&text_of(&key)));
    assert_eq!(loaded.desired.unwrap().groups["vip"].members.iter().count(), 20_000);
}

#[test]
fn what_is_wrong_with_key_or_file_is_said_at_its_place() {
    let (key, other) = (Identity::generate(), Identity::generate());
    let bytes = encrypted(PEOPLE, &[&key.to_public()], false);
    let passphrase = {
        let encryptor = Encryptor::with_user_passphrase("passphrase-canary".to_owned().into());
        let mut out = Vec::new();
        let mut writer = encryptor.wrap_output(&mut out).unwrap();
        writer.write_all(PEOPLE).unwrap();
        writer.finish().unwrap();
        out
    };
    let (right, wrong, bad) = (text_of(&key), text_of(&other), Secret::new("AGE-SECRET-KEY-CANARY"));
    let cases: [(&str, &[u8], Option<&Secret>); 8] = [
        ("age-no-identity", &bytes, None),
        ("age-wrong-key", &bytes, Some(&wrong)),
        ("age-bad-identity", &bytes, Some(&bad)),
        ("age-bad-identity", &bytes, Some(&Secret::new("# nothing"))),
        ("age-not", PEOPLE, Some(&right)),
        ("age-not", b"", Some(&right)),
        ("age-not", b"age-encryption.org/v1\n-> X25519", Some(&right)),
        ("age-passphrase", &passphrase, Some(&right)),
    ];
    for (code, bytes, identity) in cases {
        let loaded = load_it("csv: f.age", bytes, identity);
        let text = shown(&loaded);
        assert_eq!(codes(&loaded), [code], "{text}");
        assert!(loaded.desired.is_none());
        assert!(text.contains("f.age") && text.contains("campaign.yaml:6:14"), "{text}");
        for secret in ["CANARY", "4155552671", "Jane"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn a_file_that_was_cut_or_changed_gives_nobody() {
    let key = Identity::generate();
    let identity = text_of(&key);
    let mut plain = b"phone\n".to_vec();
    for n in 0..20_000 {
        writeln!(plain, "+1415{:07}", 2_000_000 + n).unwrap();
    }
    let bytes = encrypted(&plain, &[&key.to_public()], false);
    for source in ["csv: f.age", "json: f.age"] {
        for cut in [bytes.len() - 1, bytes.len() - 17, bytes.len() / 2, 400, 250] {
            let loaded = load_it(source, &bytes[..cut], Some(&identity));
            assert!(loaded.desired.is_none(), "{cut}");
            if source.starts_with("csv") && cut > 300 {
                assert_eq!(codes(&loaded), ["age-damaged"], "{cut}: {}", shown(&loaded));
            }
        }
        let mut changed = bytes.clone();
        let last = changed.len() - 5;
        changed[last] ^= 1;
        let loaded = load_it("csv: f.age", &changed, Some(&identity));
        assert_eq!(codes(&loaded), ["age-damaged"], "{}", shown(&loaded));
    }
}

#[test]
fn a_header_without_end_is_given_up_soon() {
    let mut bytes = b"age-encryption.org/v1\n".to_vec();
    for _ in 0..100_000 {
        bytes.extend_from_slice(b"-> grease x\n\n");
    }
    let loaded = load_it("csv: f.age", &bytes, Some(&text_of(&Identity::generate())));
    assert_eq!(codes(&loaded), ["age-not"], "{}", shown(&loaded));
}

#[test]
fn mistakes_inside_are_told_with_their_lines_masked() {
    let key = Identity::generate();
    let identity = text_of(&key);
    let plain = b"phone,name\r\n+14155552671,Jane\r\n\r\nbad,Zelda\r\n+1 415 555 2671,Jane\r\n";
    let loaded = load_it("csv: f.age", &encrypted(plain, &[&key.to_public()], false), Some(&identity));
    let text = shown(&loaded);
    assert!(text.contains("f.age:4:1\n") && text.contains("\n4 | •••,•••••\n  | ^^^\n"), "{text}");
    assert_eq!(codes(&loaded), ["bad-phone", "duplicate-member"], "{text}");
    assert_eq!(loaded.files.len(), 2);
}
