//! The HTTP client: how every request leaves, and what its failures mean.
//!
//! Redirects are never followed here and an environment's proxy is never used: both would lead a request past the
//! address guard.
use std::{sync::LazyLock, time::Duration};

use ureq::{
    Agent, Body,
    http::{Response, StatusCode, header},
    tls::{RootCerts, TlsConfig, TlsProvider},
    unversioned::{
        resolver::Resolver,
        transport::{ConnectionDetails, Connector, NativeTlsConnector, TcpConnector, Transport},
    },
};

use super::{WebError, guard::Refused};
use crate::text::one_short_line;

const PRODUCT: &str = concat!("scribe/", env!("CARGO_PKG_VERSION"));
const CONNECT: Duration = Duration::from_secs(5);
/// The longest `Retry-After` that is believed.
const MOST_PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Who asks, and where to write to about it.
pub(crate) fn user_agent(contact: Option<&str>) -> String {
    contact.map_or_else(|| PRODUCT.to_owned(), |contact| format!("{PRODUCT} ({contact})"))
}

/// A client whose whole calls, from name to last byte, take at most so long.
pub(crate) fn agent(resolver: impl Resolver, whole_call: Duration, user_agent: &str) -> Agent {
    // The system's certificates: with ureq's own default, native-tls has none and panics.
    let tls =
        TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(user_agent)
        .max_idle_connections(1)
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(whole_call))
        .build();
    Agent::with_parts(config, ().chain(TcpConnector::default()).chain(PublicTls), resolver)
}

/// TLS with the authorities of the system: one connector for all clients, built with the first https connection and
/// kept for the life of the process, since each reads those authorities. ureq alone has one for each client, and one for
/// each connection where a request has a time of its own.
#[derive(Debug)]
struct PublicTls;

static PUBLIC_TLS: LazyLock<NativeTlsConnector> = LazyLock::new(NativeTlsConnector::default);

impl<In: Transport> Connector<In> for PublicTls {
    type Out = <NativeTlsConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        transport: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        // As if the request had no settings of its own: none is about TLS.
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: false,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        PUBLIC_TLS.connect(&details, transport)
    }
}

/// What a failed call to the host means.
pub(crate) fn failure(host: &str, error: ureq::Error) -> WebError {
    use ureq::Error as E;
    match error {
        E::Other(cause) if cause.is::<Refused>() => WebError::Forbidden(message(&cause.to_string())),
        E::Timeout(_) => WebError::Unreachable(message(&format!("{host} did not answer in time"))),
        E::HostNotFound => WebError::Unreachable(message(&format!("the name {host} has no address"))),
        E::Io(cause) => WebError::Unreachable(message(&format!("no connection to {host}: {cause}"))),
        E::NativeTls(cause) => {
            WebError::Unreachable(message(&format!("no trusted TLS connection to {host}: {cause}")))
        }
        error @ (E::Protocol(_) | E::Http(_) | E::LargeResponseHeader(..) | E::Decompress(..)) => {
            WebError::Unreadable(message(&format!("the answer of {host} cannot be read: {error}")))
        }
        error @ E::BadUri(_) => WebError::Forbidden(message(&error.to_string())),
        error => WebError::Unreachable(message(&format!("{host} cannot be reached: {error}"))),
    }
}

/// What an answer means that is no success; `None` for one that is (2xx).
pub(super) fn refusal(host: &str, response: &Response<Body>) -> Option<WebError> {
    status_refusal(host, response.status(), retry_after(response))
}

/// The same for an answer that was taken apart.
pub(super) fn status_refusal(
    host: &str,
    status: StatusCode,
    retry_after: Option<Duration>,
) -> Option<WebError> {
    let message = message(&format!("{host} answered {status}"));
    match status {
        _ if status.is_success() => None,
        // 500, 502 and 504 ask for patience no less than 503: somebody else will mend them.
        _ if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
            Some(WebError::Busy { message, retry_after })
        }
        _ => Some(WebError::Failed(message)),
    }
}

/// The error for a host that is not asked now because it wants to be left alone for so long.
pub(super) fn not_its_turn(host: &str, wait: Duration) -> WebError {
    let text = format!("{host} wants to be left alone for another {} s", wait.as_secs());
    WebError::Busy { message: message(&text), retry_after: Some(wait) }
}

/// Only the form in seconds is understood (RFC 9110 § 10.2.3 also allows a date, but a Pi's clock cannot be trusted
/// with it), and, by the name of `retry-after-ms`, that in milliseconds, which some models' services prefer.
pub(crate) fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let number = |name| {
        let number: f64 = header_text(response, name)?.trim().parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number)
    };
    let milliseconds = number(header::HeaderName::from_static("retry-after-ms"));
    let seconds = milliseconds.map(|ms| ms / 1000.0).or_else(|| number(header::RETRY_AFTER))?;
    Some(Duration::from_secs_f64(seconds.min(MOST_PATIENCE.as_secs_f64())))
}

/// A header's value, where there is one in plain ASCII.
pub(crate) fn header_text(response: &Response<Body>, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

/// Fit for a [`WebError`]: one line of at most 300 characters.
pub(super) fn message(text: &str) -> String {
    one_short_line(text, 300)
}
