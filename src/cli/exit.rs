//! What the program ends with: for scripts, and for systemd, which leaves some of it to a person (`scribe.service`).

/// It failed.
pub const FAILED: u8 = 1;
/// Wrong usage; the number is clap's.
pub const USAGE: u8 = 2;
/// Wrong configuration (sysexits' `EX_CONFIG`).
pub const CONFIGURATION: u8 = 78;

/// Every code and what it says; that of Ctrl-C is the shell's for who died of it.
#[cfg(test)]
pub const CODES: [(u8, &str); 5] = [
    (0, "done"),
    (FAILED, "it failed; standard error says what, why, and what to do"),
    (USAGE, "wrong usage"),
    (CONFIGURATION, "wrong configuration"),
    (130, "ended with Ctrl-C"),
];
