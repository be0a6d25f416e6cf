//! `Upload`: a posted form that may hold files. Its text is read as any form's; its files wait on the disk.

use std::pin::Pin;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::{self, Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::form::parse_nested;
use crate::error::{Error, Result};
use crate::images::{Pictures, UploadedFile};
use crate::web::layers::{ClientIp, Policy, limits};

/// Bytes that are gathered before they are written.
const GATHERED: usize = 256 * 1024;

#[derive(Debug)]
pub struct Upload<T> {
    pub form: T,
    /// In the order sent. One that is too large, or one too many, is here too, and refused when it is received: what was
    /// typed beside it is not lost.
    pub files: Vec<UploadedFile>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Upload<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let kind = kind(request.headers());
            let (text, files) = match kind.as_str() {
                "multipart/form-data" => Parts::read(&request, payload).await?,
                "application/x-www-form-urlencoded" => (whole(payload).await?, Vec::new()),
                _ => return Err(unreadable().into()),
            };
            if text.split(|byte| *byte == b'&').count() > limits::UPLOAD_PARTS {
                return Err(too_much().into());
            }
            let form = parse_nested(&text)?;
            Ok(Self { form, files })
        })
    }
}

fn kind(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let bare = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    bare.trim().to_ascii_lowercase()
}

/// A form without files.
async fn whole(mut payload: Payload) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| unreadable())?;
        if body.len() + chunk.len() > limits::UPLOAD_TEXT {
            return Err(too_much());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// What has been read of a form with files.
struct Parts {
    request: HttpRequest,
    pictures: Data<Pictures>,
    text: url::form_urlencoded::Serializer<'static, String>,
    /// Bytes of text.
    length: usize,
    files: Vec<UploadedFile>,
}

impl Parts {
    async fn read(request: &HttpRequest, payload: Payload) -> Result<(Bytes, Vec<UploadedFile>)> {
        let pictures = request.app_data::<Data<Pictures>>().cloned();
        let mut parts = Self {
            request: request.clone(),
            pictures: pictures.ok_or_else(|| Error::Internal(anyhow::anyhow!("the app's data is not complete")))?,
            text: url::form_urlencoded::Serializer::new(String::new()),
            length: 0,
            files: Vec::new(),
        };
        let mut multipart = Multipart::new(request.headers(), payload);
        let mut count = 0;
        while let Some(field) = multipart.next().await {
            let field = field.map_err(|_| unreadable())?;
            count += 1;
            if count > limits::UPLOAD_PARTS {
                return Err(too_much());
            }
            let disposition = field.content_disposition();
            let name = field.name().ok_or_else(unreadable)?.to_owned();
            let file = disposition
                .and_then(|disposition| disposition.get_filename())
                .map(str::to_owned);
            match file {
                Some(file) => parts.file(field, &name, &file).await?,
                None => parts.line(field, &name).await?,
            }
        }
        Ok((Bytes::from(parts.text.finish()), parts.files))
    }

    async fn line(&mut self, mut field: Field, name: &str) -> Result<()> {
        let mut value = Vec::new();
        self.length += name.len();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|_| unreadable())?;
            self.length += chunk.len();
            if self.length > limits::UPLOAD_TEXT {
                return Err(too_much());
            }
            value.extend_from_slice(&chunk);
        }
        let value = String::from_utf8(value).map_err(|_| unreadable())?;
        self.text.append_pair(name, &value);
        Ok(())
    }

    async fn file(&mut self, mut field: Field, name: &str, file: &str) -> Result<()> {
        let mut sent: Option<UploadedFile> = None;
        let mut gathered = BytesMut::new();
        while let Some(chunk) = field.next().await {
            gathered.extend_from_slice(&chunk.map_err(|_| unreadable())?);
            if gathered.len() >= GATHERED {
                sent = Some(self.write(sent, gathered.split(), name, file).await?);
            }
        }
        // A browser sends an empty part without a name where no file was chosen.
        if sent.is_some() || !gathered.is_empty() || !file.is_empty() {
            let sent = self.write(sent, gathered, name, file).await?;
            self.files.push(sent);
        }
        Ok(())
    }

    /// Writes what was gathered, into a new file where there is none yet.
    async fn write(&self, sent: Option<UploadedFile>, bytes: BytesMut, name: &str, file: &str) -> Result<UploadedFile> {
        if sent.is_none() {
            self.count()?;
        }
        let (pictures, name, file) = (self.pictures.clone(), name.to_owned(), file.to_owned());
        let many = self.files.len() >= limits::UPLOAD_FILES;
        let write = move || {
            let mut sent = match sent {
                Some(sent) => sent,
                None => UploadedFile::new(pictures.uploads(), &name, &file)?,
            };
            if many {
                sent.refuse("was one picture too many. Send at most 12 at a time.");
            }
            sent.write(&bytes)?;
            Ok(sent)
        };
        web::block(write)
            .await
            .map_err(|error| Error::internal(error, "a file was cut short"))?
            .map_err(|error: std::io::Error| Error::internal(error, "a sent file could not be written"))
    }

    /// Counts a file from this visitor's address.
    fn count(&self) -> Result<()> {
        let policy = self.request.app_data::<Data<Policy>>();
        let address = self.request.extensions().get::<ClientIp>().copied();
        match (policy, address) {
            (Some(policy), Some(address)) => policy.count(|limits| &limits.uploads, address),
            _ => Err(Error::Forbidden),
        }
    }
}

fn unreadable() -> Error {
    Error::Refused("We could not read what was sent. Go back, reload the page and try again.".into())
}

fn too_much() -> Error {
    Error::Refused("This form holds more than we can take at once. Send less of it, and the rest afterwards.".into())
}
