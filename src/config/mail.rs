//! The settings of emails: the mail server and the sender.

use std::net::IpAddr;

use lettre::Address;
use lettre::message::Mailbox;
use url::Url;

use super::secret::Secret;
use super::{ConfigErrors, Settings};

/// The URL of a mail server, with its password, port and encryption, as `lettre::SmtpTransport::from_url` reads it.
#[derive(Debug, Clone)]
pub struct SmtpUrl(Secret);

impl SmtpUrl {
    /// Reads `SMTP_URL`. `smtps://` uses TLS from the first byte. `smtp://` requires STARTTLS, except for this machine and
    /// with `?tls=none`.
    pub fn parse(input: &str) -> Result<Self, &'static str> {
        let shape = "SMTP_URL is not like smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465; write @ as %40 and / as %2F in the password";
        let mut url = Url::parse(input.trim()).map_err(|_| shape)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(shape)?;
        let is_local = is_this_machine(host);
        let is_partial_login = url.username().is_empty() != url.password().is_none_or(str::is_empty);
        if is_partial_login || !matches!(url.path(), "" | "/") || url.fragment().is_some() || url.port() == Some(0) {
            return Err(shape);
        }
        let encrypted = match (url.scheme(), url.query()) {
            ("smtps", None) | ("smtp", Some("tls=required")) => true,
            ("smtp", Some("tls=none")) => false,
            ("smtp", None) => !is_local,
            ("smtp" | "smtps", Some(_)) => {
                return Err("the only query that SMTP_URL may have is ?tls=none or ?tls=required, after smtp://");
            }
            _ => return Err(shape),
        };
        let wrapped = url.scheme() == "smtps";
        let port = match (wrapped, encrypted) {
            (true, _) => 465,
            (false, true) => 587,
            (false, false) => 25,
        };
        url.set_port(Some(url.port().unwrap_or(port))).map_err(|()| shape)?;
        url.set_path("");
        url.set_query((encrypted && !wrapped).then_some("tls=required"));
        Ok(Self(Secret::new(url)))
    }

    /// The URL for `lettre::SmtpTransport::from_url`, with the password.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Whether the host is this machine.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

impl Settings {
    pub(super) fn smtp(&self, errors: &mut ConfigErrors) -> Option<SmtpUrl> {
        let parsed = SmtpUrl::parse(self.smtp_url.as_ref()?.expose());
        parsed.map_err(|problem| errors.0.push(problem.to_owned())).ok()
    }

    /// The sender. Without the setting and without a valid `PUBLIC_URL`, None and no further error.
    pub(super) fn mail_from(&self, public_url: Option<&Url>, errors: &mut ConfigErrors) -> Option<Mailbox> {
        let Some(input) = self.mail_from.as_deref() else {
            let host = public_url?.host_str().unwrap_or("localhost");
            let literal = host.parse::<IpAddr>().is_ok();
            let host = if literal { format!("[{host}]") } else { host.to_owned() };
            return Address::new("no-reply", host)
                .map(|address| Mailbox::new(Some("PocketShop".into()), address))
                .map_err(|_| {
                    errors
                        .0
                        .push("POCKETSHOP_MAIL_FROM must be set, because the host of PUBLIC_URL cannot be the domain of a sender".into());
                })
                .ok();
        };
        let parsed: Option<Mailbox> = input.parse().ok();
        let parsed = parsed.filter(|from| {
            let address: &str = from.email.as_ref();
            address.is_ascii() && !input.chars().any(char::is_control)
        });
        if parsed.is_none() {
            errors.0.push(format!(
                "POCKETSHOP_MAIL_FROM \"{}\" is not a sender like PocketShop <no-reply@market.example>",
                input.escape_debug()
            ));
        }
        parsed
    }
}

#[cfg(test)]
mod tests {
    use lettre::SmtpTransport;

    use super::*;

    #[test]
    fn port_and_encryption_have_defaults() {
        for (typed, read) in [
            ("smtp://u:p@mail.example", "smtp://u:p@mail.example:587?tls=required"),
            (
                "smtp://u:p%40%2F@mail.example:2525/",
                "smtp://u:p%40%2F@mail.example:2525?tls=required",
            ),
            ("smtps://u:p@mail.example", "smtps://u:p@mail.example:465"),
            ("smtp://127.0.0.1:1025", "smtp://127.0.0.1:1025"),
            ("smtp://localhost", "smtp://localhost:25"),
            ("smtp://[::1]:1025", "smtp://[::1]:1025"),
            ("smtp://localhost?tls=required", "smtp://localhost:587?tls=required"),
            ("smtp://mailpit:1025?tls=none", "smtp://mailpit:1025"),
            ("smtp://127.0.0.1.example", "smtp://127.0.0.1.example:587?tls=required"),
        ] {
            let url = SmtpUrl::parse(typed).unwrap();
            assert_eq!(url.expose(), read);
            assert!(SmtpTransport::from_url(url.expose()).is_ok(), "{typed}");
            assert_eq!(format!("{url:?}"), "SmtpUrl(***)");
        }
    }

    #[test]
    fn an_invalid_mail_server_is_an_error() {
        for wrong in [
            "",
            "mail.example:587",
            "http://mail.example",
            "smtp://",
            "smtp://user@mail.example",
            "smtp://:word@mail.example",
            "smtp://mail.example/path",
            "smtp://mail.example#x",
            "smtp://u:12/34@mail.example",
            "smtp://mail.example?tls=opportunistic",
            "smtps://mail.example?tls=none",
            "smtp://mail.example:0",
        ] {
            assert!(SmtpUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    fn sender(typed: Option<&str>, public_url: &str) -> Result<String, String> {
        let settings = Settings {
            mail_from: typed.map(str::to_owned),
            ..Settings::default()
        };
        let mut errors = ConfigErrors::default();
        let from = settings.mail_from(Url::parse(public_url).ok().as_ref(), &mut errors);
        from.map(|from| from.to_string()).ok_or(errors.to_string())
    }

    #[test]
    fn the_sender_is_the_setting_or_made_from_the_public_url() {
        for (public_url, made) in [
            ("https://market.example", "PocketShop <no-reply@market.example>"),
            ("http://localhost:8080", "PocketShop <no-reply@localhost>"),
            ("http://127.0.0.1:8080", "PocketShop <no-reply@[127.0.0.1]>"),
            ("http://[::1]:8080", "PocketShop <no-reply@[::1]>"),
        ] {
            assert_eq!(sender(None, public_url).unwrap(), made);
        }
        let given = sender(Some("Mugs and More <hello@mugs.example>"), "http://localhost");
        assert_eq!(given.unwrap(), "Mugs and More <hello@mugs.example>");
        assert_eq!(sender(Some("a@b.example"), "http://localhost").unwrap(), "a@b.example");
        for wrong in [
            "",
            "me",
            "Me <me>",
            "a@b.example\r\nBcc: c@d.example",
            "a@b.example, c@d.example",
        ] {
            let error = sender(Some(wrong), "http://localhost").unwrap_err();
            assert!(
                error.contains("is not a sender like") && !error.contains('\n'),
                "{wrong}: {error}"
            );
        }
    }
}
