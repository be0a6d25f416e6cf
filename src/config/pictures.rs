//! The settings for pictures: an account at Cloudinary, if they are stored there.

use std::net::IpAddr;

use url::Url;

use super::secret::Secret;
use super::{ConfigErrors, Settings};

const API: &str = "https://api.cloudinary.com";

/// An account at Cloudinary.
#[derive(Debug, Clone)]
pub struct CloudinaryAccount {
    pub cloud: String,
    pub key: String,
    pub secret: Secret,
    /// The address of the API, without a slash at the end.
    pub api: String,
}

impl Settings {
    pub(super) fn cloudinary(&self, production: bool, errors: &mut ConfigErrors) -> Option<CloudinaryAccount> {
        let api = self.cloudinary_api(production, errors);
        let account = parse_account(self.cloudinary_url.as_ref()?.expose());
        if account.is_none() {
            errors.0.push(
                "CLOUDINARY_URL is not like cloudinary://KEY:SECRET@CLOUD; copy it from Cloudinary's console".into(),
            );
        }
        let (cloud, key, secret) = account?;
        Some(CloudinaryAccount {
            cloud,
            key,
            secret: Secret::new(secret),
            api: api?,
        })
    }

    fn cloudinary_api(&self, production: bool, errors: &mut ConfigErrors) -> Option<String> {
        let input = self.cloudinary_api.as_deref().unwrap_or(API);
        let url = Url::parse(input).ok().filter(|url| {
            let is_local = url
                .host_str()
                .is_some_and(|host| host == "localhost" || host.parse().is_ok_and(|host: IpAddr| host.is_loopback()));
            let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local && !production);
            is_safe
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
        });
        if url.is_none() {
            errors.0.push(format!(
                "POCKETSHOP_CLOUDINARY_API is not an address like {API}, https and without a path; http is for tests on this machine"
            ));
        }
        url.map(|url| url.as_str().trim_end_matches('/').to_owned())
    }
}

/// Reads cloud, key and secret.
fn parse_account(input: &str) -> Option<(String, String, String)> {
    let (key, rest) = input.trim().strip_prefix("cloudinary://")?.split_once(':')?;
    let (secret, cloud) = rest.split_once('@')?;
    let is_plain = |text: &str| {
        (1..=100).contains(&text.len())
            && text
                .bytes()
                .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_'))
    };
    [cloud, key, secret]
        .iter()
        .all(|text| is_plain(text))
        .then(|| (cloud.to_owned(), key.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str, api: Option<&str>, production: bool) -> Result<CloudinaryAccount, String> {
        let settings = Settings {
            cloudinary_url: Some(Secret::new(url)),
            cloudinary_api: api.map(str::to_owned),
            ..Settings::default()
        };
        let mut errors = ConfigErrors::default();
        let account = settings.cloudinary(production, &mut errors);
        account.ok_or_else(|| errors.to_string())
    }

    #[test]
    fn an_account_is_read_and_its_secret_not_printed() {
        let account = parse("cloudinary://1234:hidden-word@my_cloud", None, true).unwrap();
        assert_eq!((account.cloud.as_str(), account.key.as_str()), ("my_cloud", "1234"));
        assert_eq!(account.api, API);
        assert!(!format!("{account:?}").contains("hidden-word"));
    }

    #[test]
    fn an_error_about_the_account_does_not_show_the_secret() {
        for url in [
            "",
            "cloudinary://1234@cloud",
            "cloudinary://1234:hidden-word",
            "cloudinary://1234:hidden-word@",
            "cloudinary://1234:hidden-word@cloud/x",
            "https://1234:hidden-word@cloud",
        ] {
            let problem = parse(url, None, false).unwrap_err();
            assert!(problem.contains("CLOUDINARY_URL is not like"), "{url}: {problem}");
            assert!(!problem.contains("hidden-word"), "{problem}");
        }
    }

    #[test]
    fn the_api_needs_https_except_on_this_machine() {
        let url = "cloudinary://1234:word@cloud";
        assert!(parse(url, Some("http://127.0.0.1:9"), false).is_ok());
        for (api, production) in [
            ("http://127.0.0.1:9", true),
            ("http://api.example", false),
            ("https://api.example/path", false),
            ("api.example", false),
        ] {
            let problem = parse(url, Some(api), production).unwrap_err();
            assert!(problem.contains("POCKETSHOP_CLOUDINARY_API"), "{api}: {problem}");
        }
    }
}
