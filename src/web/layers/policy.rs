//! What the layers need to know, and how often visitors may call.

use ipnet::IpNet;
use url::Url;

use super::limits;
use super::{ClientIp, RateLimiter};
use crate::error::Error;
use crate::web::request_metrics::RequestMetrics;

/// What the layers need to know, taken once from the configuration.
pub struct Policy {
    /// Scheme, host and port of `PUBLIC_URL`, as browsers write them in `Origin`.
    pub origin: String,
    /// Host and port of `PUBLIC_URL`, as browsers write them in `Host`.
    pub host: String,
    /// `PUBLIC_URL` is https.
    pub production: bool,
    pub trusted_proxies: Vec<IpNet>,
    /// None: off.
    pub rate_limit: Option<RateLimits>,
    /// All that passed.
    pub request_metrics: RequestMetrics,
}

/// What is counted by address, each on its own.
pub struct RateLimits {
    pub requests: RateLimiter,
    pub sign_ups: RateLimiter,
    pub emails: RateLimiter,
    pub downloads: RateLimiter,
    pub sign_ins: RateLimiter,
    pub checkouts: RateLimiter,
    pub uploads: RateLimiter,
}

impl RateLimits {
    /// The pages' and forms' own is given; the classes have theirs.
    pub fn new(requests_per_minute: u32) -> Self {
        let class = |(count, window)| RateLimiter::with_window(count, window);
        Self {
            requests: RateLimiter::new(requests_per_minute),
            sign_ups: class(limits::SIGN_UPS),
            emails: class(limits::LETTERS),
            downloads: class(limits::DOWNLOADS),
            sign_ins: class(limits::SIGN_INS),
            checkouts: class(limits::CHECKOUTS),
            uploads: class(limits::UPLOADS),
        }
    }
}

impl Policy {
    pub fn new(public_url: &Url, trusted_proxies: Vec<IpNet>, rate_limit: bool) -> Self {
        let origin = public_url.origin().ascii_serialization();
        Self {
            host: origin
                .split_once("://")
                .map_or(String::new(), |(_, host)| host.to_owned()),
            production: public_url.scheme() == "https",
            origin,
            trusted_proxies,
            rate_limit: rate_limit.then(|| RateLimits::new(limits::REQUESTS_PER_MINUTE)),
            request_metrics: RequestMetrics::default(),
        }
    }

    /// Counts one of a class from this address.
    ///
    /// # Errors
    /// There were too many.
    pub fn count(&self, class: fn(&RateLimits) -> &RateLimiter, address: ClientIp) -> Result<(), Error> {
        match self
            .rate_limit
            .as_ref()
            .map(|limits| class(limits).check_address(address.0))
        {
            Some(Err(wait)) => Err(Error::RateLimited {
                retry_after: wait.as_secs() + 1,
            }),
            _ => Ok(()),
        }
    }
}
