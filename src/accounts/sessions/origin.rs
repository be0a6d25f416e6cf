//! Where a request comes from.

use std::net::IpAddr;

/// In characters; longer values of `User-Agent` are cut.
const MAX_USER_AGENT_LENGTH: usize = 300;

/// The network address and the browser of a request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Empty on the command line.
    pub address: String,
    /// The `User-Agent`, without control characters, and cut.
    pub agent: String,
}

impl Origin {
    pub fn new(address: IpAddr, agent: &str) -> Self {
        Self {
            address: address.to_canonical().to_string(),
            agent: agent
                .chars()
                .filter(|character| !character.is_control())
                .take(MAX_USER_AGENT_LENGTH)
                .collect(),
        }
    }

    pub fn command_line() -> Self {
        Self {
            address: String::new(),
            agent: "command line".to_owned(),
        }
    }

    /// What the network throttle counts by: the address, or its /64 for IPv6, which belongs to one customer.
    pub fn network(&self) -> String {
        match self.address.parse() {
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            _ => self.address.clone(),
        }
    }
}

/// `Firefox on Linux`, from the `User-Agent`.
pub fn device_name(agent: &str) -> String {
    let find = |known: &[(&str, &'static str)]| {
        known
            .iter()
            .find(|(token, _)| agent.contains(token))
            .map(|(_, name)| *name)
    };
    let browser = find(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
        ("command line", "The command line"),
    ]);
    let system = find(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "An unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_agents_become_device_names() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        let safari =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1";
        assert_eq!(device_name(chrome), "Chrome on Linux");
        assert_eq!(device_name(safari), "Safari on iPhone");
        assert_eq!(
            device_name("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Firefox/140.0"),
            "Firefox on Windows"
        );
        assert_eq!(device_name(""), "An unknown browser");
    }

    #[test]
    fn an_ipv6_network_is_its_64_bit_prefix() {
        let network = |address: &str| Origin::new(address.parse().unwrap(), "").network();
        assert_eq!(network("2001:db8:1:2::9"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("::ffff:198.51.100.1"), "198.51.100.1");
    }
}
