//! The whole program against real parts: PostgreSQL behind PgBouncer (TLS, transaction mode, SCRAM), the real binary,
//! and the sample web in place of the internet. Every test has a database and directories of its own.
mod backup;
mod crash;
mod daemon;
mod database;
mod doctor;
mod end_to_end;
mod faults;
mod hostile_models;
mod hostile_neighbour;
mod hostile_server;
mod life;
mod lost_commits;
mod migration_commands;
mod migrations;
mod models;
mod neighbours;
mod offline;
mod papers;
mod predecessor;
mod quality;
mod queue_commands;
mod search;
mod supabase;
mod support;
mod tls;
mod wrong_input;
