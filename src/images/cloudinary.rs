//! Cloudinary, a service that can store our pictures. Calls are signed, short, and may be repeated.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::NaiveDateTime;
use data_encoding::HEXLOWER;
use reqwest::blocking::Client;
use reqwest::blocking::multipart::{Form, Part};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha1::{Digest, Sha1};

use super::name::{CLOUDINARY, PictureLocation, PictureName};
use crate::config::CloudinaryAccount;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a response; usual ones have about one thousand.
const MAX_RESPONSE_BYTES: u64 = 64 * 1024;

#[derive(Debug, Clone)]
pub struct Cloudinary(CloudinaryAccount);

#[derive(Deserialize)]
struct Uploaded {
    public_id: String,
    secure_url: String,
}

#[derive(Deserialize)]
struct Destroyed {
    result: String,
}

impl Cloudinary {
    pub fn new(account: CloudinaryAccount) -> Self {
        Self(account)
    }

    /// Uploads a picture and returns its address.
    pub fn upload(&self, name: &PictureName, webp: Vec<u8>, now: NaiveDateTime) -> anyhow::Result<String> {
        let public_id = name.public_id();
        let file = Part::bytes(webp)
            .file_name(format!("{name}.webp"))
            .mime_str("image/webp")?;
        let form = self.signed(&[("overwrite", "true"), ("public_id", &public_id)], now);
        let uploaded: Uploaded = self.call("upload", form.part("file", file))?;
        let account = format!("{CLOUDINARY}{}/", self.0.cloud);
        let ours = uploaded.secure_url.starts_with(&account)
            && PictureName::from_url(&uploaded.secure_url) == Some((name.clone(), PictureLocation::Cloudinary));
        if uploaded.public_id != public_id || !ours {
            bail!("Cloudinary responded with a different picture than the one uploaded");
        }
        Ok(uploaded.secure_url)
    }

    /// Deletes a picture. A picture that is already gone is not an error.
    pub fn destroy(&self, name: &PictureName, now: NaiveDateTime) -> anyhow::Result<()> {
        let form = self.signed(&[("invalidate", "true"), ("public_id", &name.public_id())], now);
        let destroyed: Destroyed = self.call("destroy", form)?;
        match destroyed.result.as_str() {
            "ok" | "not found" => Ok(()),
            _ => bail!("Cloudinary did not delete a picture"),
        }
    }

    /// The form with the fields, which are sorted by name, the time, and the signature of all of them.
    fn signed(&self, fields: &[(&'static str, &str)], now: NaiveDateTime) -> Form {
        let timestamp = now.and_utc().timestamp().to_string();
        let fields: Vec<(&'static str, &str)> = fields.iter().copied().chain([("timestamp", &*timestamp)]).collect();
        let signature = signature(&fields, self.0.secret.expose());
        fields
            .iter()
            .fold(Form::new(), |form, (name, value)| form.text(*name, (*value).to_owned()))
            .text("api_key", self.0.key.clone())
            .text("signature", signature)
    }

    fn call<T: DeserializeOwned>(&self, action: &str, form: Form) -> anyhow::Result<T> {
        // A client for each call: calls are rare, and a shared client would outlive the thread that may use it.
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let url = format!("{}/v1_1/{}/image/{action}", self.0.api, self.0.cloud);
        let response = client.post(url).multipart(form).send();
        let response = response
            .map_err(reqwest::Error::without_url)
            .context("Cloudinary cannot be reached")?;
        let status = response.status();
        if !status.is_success() {
            bail!("Cloudinary responded with {status}");
        }
        let mut body = Vec::new();
        response
            .take(MAX_RESPONSE_BYTES)
            .read_to_end(&mut body)
            .context("Cloudinary's response was cut off")?;
        serde_json::from_slice(&body).context("Cloudinary's response is not valid")
    }
}

/// The signature of <https://cloudinary.com/documentation/authentication_signatures>: SHA-1 of the fields by name and
/// the secret.
fn signature(fields: &[(&str, &str)], secret: &str) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    HEXLOWER.encode(&Sha1::digest(format!("{}{secret}", fields.join("&"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_documentation() {
        let fields = [
            ("eager", "w_400,h_300,c_pad|w_260,h_200,c_crop"),
            ("public_id", "sample_image"),
            ("timestamp", "1315060510"),
        ];
        assert_eq!(signature(&fields, "abcd"), "bfd09f95f331f558cbd1320e67aa8d488770583e");
    }
}
