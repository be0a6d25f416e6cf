//! What the layers need to know, and how often visitors may call.

use ipnet::IpNet;
use url::Url;

use super::{ClientIp, RateLimiter};
use crate::config::{Limit, Limits};
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
    /// Without limits, nobody is asked to slow down.
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
