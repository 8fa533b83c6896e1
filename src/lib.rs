//! Scribe writes personalised e-mails to researchers: it takes rows from a PostgreSQL queue, researches each
//! recipient, fills the sender's template with what it found, and stores the e-mail with its sources.
//!
//! # The map, in the order in which to read it
//!
//! * [`queue`]: the life of an item as a state machine, and what a failure leads to; no I/O.
//! * [`pipeline`]: from a request to a draft in four steps, each a plain function with its own type.
//! * [`model`]: who reads and writes for the pipeline; `builtin` needs no key and no network.
//! * [`web`]: everything outbound over HTTP: search, pages, arXiv.
//! * [`database`]: the only way to PostgreSQL: one fresh TLS connection per unit of work, one deadline over all of it.
//! * [`daemon`]: the worker thread that joins the above, and the main thread that answers `/health` and signals.
//! * [`doctor`]: every check that a support person would make, in order, each with its remedy; it changes nothing.
//! * [`cli`]: one file per command group; the only place that prints.
//! * [`text`]: what all of them need to know about words and names, and how text from strangers is made harmless.
//! * `resolve`: names to addresses with a deadline, for `web` and `database`.
//! * [`config`] and [`condition`]: settings as plain data, and the table of everything that can be wrong around us;
//!   `clock`: whether this machine's clock can be right; `jitter`: pauses that differ by chance; `liveness`: until when
//!   whoever waits will be done, for the watchdog.
//!
//! Data flows one way: `cli`, `doctor` and `daemon` use `pipeline`, `database` and `queue`; `doctor` also asks `web` and
//! the models, and looks whether `daemon` was paused. `pipeline` uses `model` and `web`; `model` sends its questions by
//! the HTTP client of `web`. `database` and `queue` know the plain types of `pipeline` (a draft, a step, an error), and
//! `database` the day of `model`'s ledger. `pipeline`, `model` and `web` know no SQL, `database` knows no HTTP, `queue`
//! knows neither. `tests/layers.rs` holds them to that order.
#![warn(missing_docs)]
// Further lints are in Cargo.toml. A test may panic and print; what is shipped ends at a panic, prints in `cli`
// alone, and needs no crate for nothing.
#![cfg_attr(
    not(test),
    warn(
        clippy::allow_attributes,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::disallowed_methods,
        clippy::exit,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unchecked_time_subtraction,
        clippy::unreachable,
        clippy::unwrap_used,
        unused_crate_dependencies
    )
)]

pub mod cli;
mod clock;
pub mod condition;
pub mod config;
pub mod daemon;
pub mod database;
pub mod doctor;
#[cfg(test)]
mod fuzz;
mod jitter;
mod liveness;
pub mod model;
#[doc(hidden)]
pub mod parts;
pub mod pipeline;
pub mod queue;
mod resolve;
pub mod text;
pub mod web;
