//! Renews session cookies that were encrypted with an older key. Runs just outside the session layer.

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar, Key};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::session_cookie::SessionCookie;

/// Encrypts the cookie of the request with the newest key, the only one that the session layer knows, and sends the new
/// cookie with the response. A cookie that no key decrypts is passed on, and the session layer ignores it.
///
/// # Errors
/// None of its own.
pub async fn key_rotation<B: MessageBody + 'static>(
    cookie: Data<SessionCookie>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let Some(renewed) = Renewed::of(&cookie, request.headers()) else {
        return next.call(request).await;
    };
    request.headers_mut().insert(COOKIE, renewed.cookie);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if !sets(headers, cookie.name()) && !is_public(headers) {
        headers.append(SET_COOKIE, renewed.set_cookie);
    }
    Ok(response)
}

struct Renewed {
    /// The request's `Cookie` header with the new cookie in place of the old one.
    cookie: HeaderValue,
    /// The response's `Set-Cookie` header.
    set_cookie: HeaderValue,
}

impl Renewed {
    /// None if there is no older key, no cookie, or none that an older key decrypts.
    fn of(session: &SessionCookie, headers: &HeaderMap) -> Option<Self> {
        if session.older().is_empty() {
            return None;
        }
        // Parsed here because `request.cookies()` caches its result.
        let lines: Vec<&str> = headers
            .get_all(COOKIE)
            .map(|line| std::str::from_utf8(line.as_bytes()))
            .collect::<Result<_, _>>()
            .ok()?;
        let mut parts: Vec<&str> = lines
            .iter()
            .flat_map(|line| line.split(';'))
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        let (at, old) = parts.iter().enumerate().find_map(|(at, part)| {
            let cookie = Cookie::parse_encoded(*part).ok()?;
            (cookie.name() == session.name()).then(|| (at, cookie.into_owned()))
        })?;
        if decrypt(session.newest(), &old).is_some() {
            return None;
        }
        let plain = session.older().iter().find_map(|key| decrypt(key, &old))?;
        let mut jar = CookieJar::new();
        jar.private_mut(session.newest()).add(session.with(plain));
        let encrypted = jar.get(session.name())?;
        let part = encrypted.stripped().encoded().to_string();
        parts[at] = &part;
        Some(Self {
            cookie: HeaderValue::from_bytes(parts.join("; ").as_bytes()).ok()?,
            set_cookie: HeaderValue::from_str(&encrypted.encoded().to_string()).ok()?,
        })
    }
}

fn decrypt(key: &Key, encrypted: &Cookie<'static>) -> Option<String> {
    let mut jar = CookieJar::new();
    jar.add_original(encrypted.clone());
    let plain = jar.private(key).get(encrypted.name())?;
    Some(plain.value().to_owned())
}

fn sets(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(SET_COOKIE).any(|line| {
        let line = line.as_bytes();
        line.starts_with(name.as_bytes()) && line.get(name.len()) == Some(&b'=')
    })
}

/// Whether proxies may cache the response. Such a response must not carry a visitor's cookie.
fn is_public(headers: &HeaderMap) -> bool {
    headers
        .get_all(CACHE_CONTROL)
        .filter_map(|line| line.to_str().ok())
        .any(|line| line.contains("public"))
}
