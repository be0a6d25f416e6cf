//! `Upload`: a posted form that may contain files. The files are stored on disk until the handler accepts them.

use std::pin::Pin;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::{self, Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::form::{parse_nested, unreadable};
use crate::error::{Error, Result};
use crate::images::{Pictures, UploadedFile};
use crate::web::layers::{ClientIp, Policy, limits};

/// Bytes of a file that are buffered before they are written to disk.
const BUFFER_SIZE: usize = 256 * 1024;

#[derive(Debug)]
pub struct Upload<T> {
    pub form: T,
    /// The files in the order they were sent. A file that is too large, or one too many, is here too and is refused by the
    /// handler, so that the other fields are not lost.
    pub files: Vec<UploadedFile>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Upload<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let content_type = content_type(request.headers());
            let (text, files) = match content_type.as_str() {
                "multipart/form-data" => Parts::read(&request, payload).await?,
                "application/x-www-form-urlencoded" => (read_urlencoded(payload).await?, Vec::new()),
                _ => return Err(unreadable().into()),
            };
            if text.split(|byte| *byte == b'&').count() > limits::MAX_UPLOAD_PARTS {
                return Err(too_much().into());
            }
            let form = parse_nested(&text)?;
            Ok(Self { form, files })
        })
    }
}

fn content_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let bare = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    bare.trim().to_ascii_lowercase()
}

/// Reads a form without files.
async fn read_urlencoded(mut payload: Payload) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| unreadable())?;
        if body.len() + chunk.len() > limits::MAX_UPLOAD_TEXT_BYTES {
            return Err(too_much());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The parts of a form with files that have been read so far.
struct Parts {
    request: HttpRequest,
    pictures: Data<Pictures>,
    text: url::form_urlencoded::Serializer<'static, String>,
    /// Bytes of text so far.
    text_bytes: usize,
    files: Vec<UploadedFile>,
}

impl Parts {
    async fn read(request: &HttpRequest, payload: Payload) -> Result<(Bytes, Vec<UploadedFile>)> {
        let pictures = request.app_data::<Data<Pictures>>().cloned();
        let mut parts = Self {
            request: request.clone(),
            pictures: pictures.ok_or_else(|| Error::Internal(anyhow::anyhow!("the app has no picture store")))?,
            text: url::form_urlencoded::Serializer::new(String::new()),
            text_bytes: 0,
            files: Vec::new(),
        };
        let mut multipart = Multipart::new(request.headers(), payload);
        let mut count = 0;
        while let Some(field) = multipart.next().await {
            let field = field.map_err(|_| unreadable())?;
            count += 1;
            if count > limits::MAX_UPLOAD_PARTS {
                return Err(too_much());
            }
            let disposition = field.content_disposition();
            let name = field.name().ok_or_else(unreadable)?.to_owned();
            let file = disposition
                .and_then(|disposition| disposition.get_filename())
                .map(str::to_owned);
            match file {
                Some(file) => parts.read_file(field, &name, &file).await?,
                None => parts.read_text(field, &name).await?,
            }
        }
        Ok((Bytes::from(parts.text.finish()), parts.files))
    }

    async fn read_text(&mut self, mut field: Field, name: &str) -> Result<()> {
        let mut value = Vec::new();
        self.text_bytes += name.len();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|_| unreadable())?;
            self.text_bytes += chunk.len();
            if self.text_bytes > limits::MAX_UPLOAD_TEXT_BYTES {
                return Err(too_much());
            }
            value.extend_from_slice(&chunk);
        }
        let value = String::from_utf8(value).map_err(|_| unreadable())?;
        self.text.append_pair(name, &value);
        Ok(())
    }

    async fn read_file(&mut self, mut field: Field, name: &str, file: &str) -> Result<()> {
        let mut upload: Option<UploadedFile> = None;
        let mut buffer = BytesMut::new();
        while let Some(chunk) = field.next().await {
            buffer.extend_from_slice(&chunk.map_err(|_| unreadable())?);
            if buffer.len() >= BUFFER_SIZE {
                upload = Some(self.write(upload, buffer.split(), name, file).await?);
            }
        }
        // If no file was chosen, a browser sends an empty part without a file name.
        if upload.is_some() || !buffer.is_empty() || !file.is_empty() {
            let upload = self.write(upload, buffer, name, file).await?;
            self.files.push(upload);
        }
        Ok(())
    }

    /// Appends to the file on disk. The first call creates it.
    async fn write(
        &self,
        upload: Option<UploadedFile>,
        bytes: BytesMut,
        name: &str,
        file: &str,
    ) -> Result<UploadedFile> {
        if upload.is_none() {
            self.count()?;
        }
        let (pictures, name, file) = (self.pictures.clone(), name.to_owned(), file.to_owned());
        let too_many = self.files.len() >= limits::MAX_UPLOAD_FILES;
        let write = move || {
            let mut upload = match upload {
                Some(upload) => upload,
                None => UploadedFile::new(pictures.uploads(), &name, &file)?,
            };
            if too_many {
                upload.refuse("was one picture too many. Upload at most 12 at a time.");
            }
            upload.write(&bytes)?;
            Ok(upload)
        };
        web::block(write)
            .await
            .map_err(|error| Error::internal(error, "writing an uploaded file was interrupted"))?
            .map_err(|error: std::io::Error| Error::internal(error, "could not write an uploaded file"))
    }

    /// Counts a file against the limit of uploads per network address.
    fn count(&self) -> Result<()> {
        let policy = self.request.app_data::<Data<Policy>>();
        let address = self.request.extensions().get::<ClientIp>().copied();
        match (policy, address) {
            (Some(policy), Some(address)) => policy.count(|limits| &limits.uploads, address),
            _ => Err(Error::Forbidden),
        }
    }
}

fn too_much() -> Error {
    Error::Refused("This form is too large to send at once. Send part of it first, then the rest.".into())
}
