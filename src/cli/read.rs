//! `scribe read`: what research would read of a page or a file.
use std::{fs::File, path::Path};

use serde::Serialize;

use super::{failure::Failure, output::Output};
use crate::{
    config::Settings,
    web::{self, Page, Web, WebError},
};

#[derive(Serialize)]
struct Shown<'a> {
    title: &'a str,
    text: &'a str,
    warnings: &'a [String],
    url: &'a str,
}

/// Reads a file where there is one of that name, else the page at that address, and shows its text.
pub fn run(what: &str, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let path = Path::new(what);
    let page = if path.exists() { read_file(path) } else { read_address(what, settings) }?;
    let Page { title, text, warnings, url } = &page;
    if output.json {
        return Ok(output.value(&Shown { title, text, warnings, url })?);
    }
    if !title.is_empty() {
        output.line(title)?;
    }
    output.line(url)?;
    output.line("")?;
    output.lines(text)?;
    if !warnings.is_empty() {
        output.line("")?;
        output.line("Warnings")?;
    }
    for warning in warnings {
        output.line(format!("  {warning}"))?;
    }
    Ok(())
}

fn read_file(path: &Path) -> Result<Page, Failure> {
    let unreadable = |error| {
        Failure::because(
            format!("cannot read {}", path.display()),
            error,
            "name a file with a page in HTML or plain text, or an address that begins with https://",
        )
    };
    let file = File::open(path).map_err(unreadable)?;
    let is_plain = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("txt"));
    let content_type = if is_plain { "text/plain" } else { "text/html" };
    web::page_of(file, content_type, path.display().to_string()).map_err(unreadable)
}

fn read_address(address: &str, settings: &Settings) -> Result<Page, Failure> {
    Web::new(&settings.web).read(address).map_err(|error| {
        let remedy = match &error {
            WebError::Forbidden(_) => {
                "check the address, or the name of the file; scribe reads public pages only, and none that their \
                 site closes to programs"
            }
            WebError::Unreachable(_) => "check the address and this machine's network, then try again",
            WebError::Busy { .. } => "try again later",
            _ => "open the address in a browser; if it shows there, save it and name the file",
        };
        Failure::because(format!("cannot read {address}"), error, remedy)
    })
}
