//! `Form` and `Query`: like actix-web's, but a repeated key makes a list.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Our forms have fewer fields.
const MAX_FIELDS: usize = 210;
/// Reads nested keys such as `variants[0][values][1]`, which have three levels at most.
const NESTED: serde_qs::Config = serde_qs::Config::new().max_depth(3).use_form_encoding(true);

/// The fields of the address.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string().as_bytes()).map(Self))
    }
}

/// The fields of a posted form.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("");
        let is_form = kind
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let body = body.await?;
            if !is_form {
                return Err(unreadable().into());
            }
            Ok(Self(read(&body)?))
        })
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    if bytes.split(|byte| *byte == b'&').count() > MAX_FIELDS {
        return Err(unreadable());
    }
    serde_html_form::from_bytes(bytes).map_err(|_| unreadable())
}

/// Reads a form whose keys may be nested: `variants[0][price]`. The caller limits the number of fields. The cost grows with
/// the length of the input, whatever the indices are.
///
/// # Errors
/// `Refused` for input that does not fit the type.
pub fn parse_nested<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    NESTED.deserialize_bytes(bytes).map_err(|_| unreadable())
}

pub(super) fn unreadable() -> Error {
    Error::Refused("We couldn't read this form. Go back, reload the page and try again.".into())
}
