//! `regex-lite` under the name `regex`: refinery matches the names of migration files and nothing else, for which the
//! large engine with its Unicode tables would be a seventh of the program.
#![no_std]
pub use regex_lite::*;
