//! E-mail addresses, as far as they can stand in a header as they are.

/// The longest address that can be delivered to (RFC 5321 § 4.5.3.1).
const LONGEST: usize = 254;

/// Whether this is a plain address, `name@host`: no quotes, no comments, nothing beyond ASCII, nothing that could end a
/// header.
pub fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    let label = |part: &str| {
        let inside = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        !part.is_empty() && inside && !part.starts_with('-') && !part.ends_with('-')
    };
    text.len() <= LONGEST && local.split('.').all(atom) && host.contains('.') && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_told_from_everything_else() {
        for good in ["ada@example.org", "a.b+c@sub.example-1.org", "o'brien_x@uni.edu"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "a b@example.org",
            "a@b@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a@.org",
            "a@-x.org",
            "a@x-.org",
            "Ada <ada@example.org>",
            "ada@example.org\n",
            "a@example.org\r\nBcc: b@example.org",
            "a@example.org,b@example.org",
            "zoë@example.org",
            "a@exämple.org",
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
        assert!(!is_address(&format!("{}@example.org", "a".repeat(243))));
        assert!(is_address(&format!("{}@example.org", "a".repeat(242))));
    }
}
