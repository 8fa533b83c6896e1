//! `scribe read`: what research would read of a page or a file.
use std::{
    io::{self, Read},
    path::Path,
};

use serde::Serialize;

use super::{failure::Failure, files, output::Output};
use crate::{
    config::Settings,
    web::{self, Page, Web, WebError},
};

#[derive(Serialize)]
struct PageView<'a> {
    title: &'a str,
    text: &'a str,
    warnings: &'a [String],
    url: &'a str,
}

/// How much of a file tells whether it is text, in bytes.
const HEAD: u64 = 4096;

/// Reads a file where there is one of that name, else the page at that address, and shows its text.
pub fn run(what: &str, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let path = Path::new(what);
    let page = if is_there(path) { read_file(path) } else { read_address(what, settings) }?;
    let Page { title, text, warnings, url } = &page;
    if output.json {
        return Ok(output.value(&PageView { title, text, warnings, url })?);
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

/// True for what has that name, be it a link that leads nowhere or in a directory that is closed.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().map_or_else(|error| error.kind() == io::ErrorKind::PermissionDenied, |_| true)
}

fn read_file(path: &Path) -> Result<Page, Failure> {
    let unreadable = |error| {
        Failure::because(
            format!("cannot read {}", path.display()),
            error,
            "name a file with a page in HTML or plain text, or an address that begins with https://",
        )
    };
    let is_plain = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("txt"));
    let content_type = if is_plain { "text/plain" } else { "text/html" };
    let read = || {
        let (mut file, mut head) = (files::open(path)?, Vec::new());
        file.by_ref().take(HEAD).read_to_end(&mut head)?;
        if is_binary(&head) {
            return Err(io::Error::other("it is neither text nor HTML"));
        }
        web::page_of(head.chain(file), content_type, path.display().to_string())
    };
    read().map_err(unreadable)
}

/// True for the beginning of what is no text: a PDF, or bytes that are zero, which only UTF-16 has in a text, after its
/// byte order mark.
fn is_binary(head: &[u8]) -> bool {
    let is_utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    head.starts_with(b"%PDF-") || (head.contains(&0) && !is_utf16)
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
