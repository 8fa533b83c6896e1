//! The environment in which systemd runs scribe, which is part of what it costs.
use std::fs;

use super::repository;

/// What stands in `scribe.service` about allocator, authorities and resolver.
const UNIT: &str = "Environment=MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072\n\
                    Environment=SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/etc/ssl/certs\n";

/// The unit's variables, but those that only systemd can fill in.
pub fn unit_environment() -> Vec<(String, String)> {
    let unit = fs::read_to_string(repository("scribe.service")).unwrap_or(UNIT.into());
    let lines = unit.lines().filter_map(|line| line.strip_prefix("Environment="));
    // A value in quotes may hold spaces.
    let parts = lines.flat_map(|line| {
        let mut is_quoted = false;
        let mut words: Vec<String> = vec![String::new()];
        for c in line.chars() {
            match c {
                '"' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(String::new()),
                c => words.last_mut().unwrap().push(c),
            }
        }
        words
    });
    parts
        .filter_map(|word| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
        .filter(|(_, value)| !value.contains('%'))
        .collect()
}
