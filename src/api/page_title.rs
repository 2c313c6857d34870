//! Titles of HTML pages that are fit to be shown: those that proxies give their pages.

/// Their words. A title with any other may repeat what was sent: a name, or a message.
const COMMON: &str = "a access an and apache at attention authentication authorization bad blocked busy cannot captcha \
    client cloudflare cloudfront connection content could denied down entity error failed find for \
    forbidden found gateway host http in internal invalid is just large length login maintenance many \
    method moment moved nginx not occurred on openresty origin page payload permanently proxy refused \
    request requests required satisfy server service sign site temporarily that the this time timed \
    timeout to too unauthorized unavailable unknown unreachable unsupported up upstream varnish was web \
    went wrong";

/// Whether a title has common words and status codes only.
pub(super) fn is_common(title: &str) -> bool {
    let mut words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some()
        && words.all(|word| {
            let is_status = word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
            is_status || COMMON.split(' ').any(|common| common.eq_ignore_ascii_case(word))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proxies_say_is_common_and_what_people_write_is_not() {
        for title in ["502 Bad Gateway", "Just a moment...", "413 Request Entity Too Large", "Login | Proxy"]
        {
            assert!(is_common(title), "{title}");
        }
        for title in ["", "...", "Hello Jane", "Cannot deliver: Summer sale!", "not to 15550123456"] {
            assert!(!is_common(title), "{title}");
        }
    }
}
