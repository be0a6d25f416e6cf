//! Just outside the session: a cookie that an older key sealed goes in, and comes back, sealed by the newest.

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar, Key};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::session_cookie::SessionCookie;

/// The session layer knows one key. What no key opens passes as it is: that layer takes it for nobody's.
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
    request.headers_mut().insert(COOKIE, renewed.asked);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if !sets(headers, cookie.name()) && !is_public(headers) {
        headers.append(SET_COOKIE, renewed.answered);
    }
    Ok(response)
}

struct Renewed {
    /// The request's `Cookie`, with the new one in the old one's place.
    asked: HeaderValue,
    /// The answer's `Set-Cookie`.
    answered: HeaderValue,
}

impl Renewed {
    /// None when there is nothing to do: no older key, no cookie, or none that an older key opens.
    fn of(session: &SessionCookie, headers: &HeaderMap) -> Option<Self> {
        if session.older().is_empty() {
            return None;
        }
        // Read here, since what `cookies()` of the request has read once stays as it was.
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
        if open(session.newest(), &old).is_some() {
            return None;
        }
        let plain = session.older().iter().find_map(|key| open(key, &old))?;
        let mut jar = CookieJar::new();
        jar.private_mut(session.newest()).add(session.with(plain));
        let sealed = jar.get(session.name())?;
        let part = sealed.stripped().encoded().to_string();
        parts[at] = &part;
        Some(Self {
            asked: HeaderValue::from_bytes(parts.join("; ").as_bytes()).ok()?,
            answered: HeaderValue::from_str(&sealed.encoded().to_string()).ok()?,
        })
    }
}

fn open(key: &Key, sealed: &Cookie<'static>) -> Option<String> {
    let mut jar = CookieJar::new();
    jar.add_original(sealed.clone());
    let plain = jar.private(key).get(sealed.name())?;
    Some(plain.value().to_owned())
}

fn sets(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(SET_COOKIE).any(|line| {
        let line = line.as_bytes();
        line.starts_with(name.as_bytes()) && line.get(name.len()) == Some(&b'=')
    })
}

/// What a proxy may keep for all visitors must not carry one visitor's cookie.
fn is_public(headers: &HeaderMap) -> bool {
    headers
        .get_all(CACHE_CONTROL)
        .filter_map(|line| line.to_str().ok())
        .any(|line| line.contains("public"))
}
