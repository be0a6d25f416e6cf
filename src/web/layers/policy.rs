//! Settings of the layers, and the rate limits by network address.

use ipnet::IpNet;
use url::Url;

use super::{ClientIp, RateLimiter};
use crate::config::{Limit, Limits};
use crate::error::Error;
use crate::web::request_metrics::RequestMetrics;

/// Settings of the layers.
pub struct Policy {
    /// Scheme, host and port of `PUBLIC_URL`, as browsers write them in `Origin`.
    pub origin: String,
    /// Host and port of `PUBLIC_URL`, as browsers write them in `Host`.
    pub host: String,
    /// `PUBLIC_URL` is https.
    pub production: bool,
    pub trusted_proxies: Vec<IpNet>,
    /// None if rate limits are off.
    pub rate_limit: Option<RateLimits>,
    /// Counts of all requests.
    pub request_metrics: RequestMetrics,
}

/// The rate limits, each counted by network address.
pub struct RateLimits {
    pub requests: RateLimiter,
    pub sign_ups: RateLimiter,
    pub email_links: RateLimiter,
    pub downloads: RateLimiter,
    pub sign_ins: RateLimiter,
    pub checkouts: RateLimiter,
    pub uploads: RateLimiter,
}

impl RateLimits {
    pub fn new(limits: &Limits) -> Self {
        let limiter = |limit: Limit| RateLimiter::new(limit.count, limit.period);
        Self {
            requests: limiter(limits.requests),
            sign_ups: limiter(limits.sign_ups),
            email_links: limiter(limits.email_links),
            downloads: limiter(limits.downloads),
            sign_ins: limiter(limits.sign_ins),
            checkouts: limiter(limits.checkouts),
            uploads: limiter(limits.uploads),
        }
    }
}

impl Policy {
    pub fn new(public_url: &Url, trusted_proxies: Vec<IpNet>, limits: Option<&Limits>) -> Self {
        let origin = public_url.origin().ascii_serialization();
        Self {
            host: origin
                .split_once("://")
                .map_or(String::new(), |(_, host)| host.to_owned()),
            production: public_url.scheme() == "https",
            origin,
            trusted_proxies,
            rate_limit: limits.map(RateLimits::new),
            request_metrics: RequestMetrics::default(),
        }
    }

    /// Counts a request from this address against one of the limits.
    ///
    /// # Errors
    /// `RateLimited` if the limit is exceeded.
    pub fn count(&self, limit: fn(&RateLimits) -> &RateLimiter, address: ClientIp) -> Result<(), Error> {
        match self
            .rate_limit
            .as_ref()
            .map(|limits| limit(limits).check_address(address.0))
        {
            Some(Err(wait)) => Err(Error::RateLimited {
                retry_after: wait.as_secs() + 1,
            }),
            _ => Ok(()),
        }
    }
}
