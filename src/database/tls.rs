//! The TLS connector of the database: what is verified, and against which CAs.
use native_tls::{Certificate, TlsConnector};
use postgres_native_tls::MakeTlsConnector;

use crate::config::{DatabaseSettings, TlsMode};

/// Whether nobody in between can read what is sent, so that even the password may be: the server proves by an authority
/// of its owner's choice, or by its name, who it is; or nothing leaves this machine.
pub fn is_private(settings: &DatabaseSettings) -> bool {
    match settings.tls {
        // The settings allow it to loopback addresses only.
        TlsMode::Disable | TlsMode::VerifyFull => true,
        // Anybody can have a certificate for some name from one of the system's authorities.
        TlsMode::VerifyCa => settings.root_certificates.is_some(),
        TlsMode::Require => false,
    }
}

/// Builds the connector; `None` means plain text. The error is one line for people.
pub fn connector(settings: &DatabaseSettings) -> Result<Option<MakeTlsConnector>, String> {
    let mut builder = TlsConnector::builder();
    match settings.tls {
        TlsMode::Disable => return Ok(None),
        TlsMode::Require => {
            builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
        }
        TlsMode::VerifyCa => {
            builder.danger_accept_invalid_hostnames(true);
        }
        TlsMode::VerifyFull => {}
    }
    if let Some(path) = &settings.root_certificates {
        let pem = std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        let certificates = Certificate::stack_from_pem(&pem)
            .ok()
            .filter(|certificates| !certificates.is_empty())
            .ok_or_else(|| format!("{} holds no PEM certificate", path.display()))?;
        builder.disable_built_in_roots(true);
        for certificate in certificates {
            builder.add_root_certificate(certificate);
        }
    }
    let connector = builder.build().map_err(|e| format!("TLS cannot be set up: {e}"))?;
    Ok(Some(MakeTlsConnector::new(connector)))
}
