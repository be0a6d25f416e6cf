//! Carriers, tracking numbers, and the carriers' tracking pages.

/// A carrier that sellers can choose. Its `code` is stored in `shop_orders.carrier`.
#[derive(Debug, PartialEq, Eq)]
pub struct Carrier {
    pub code: &'static str,
    pub name: &'static str,
    /// The tracking page, with `{}` in place of the number. Empty if there is none.
    tracking_url: &'static str,
}

/// The code of a parcel's carrier, and its tracking number. Both may be empty.
#[derive(Debug, Clone)]
pub struct Tracking {
    pub carrier: String,
    pub number: String,
}

/// Code, name and public tracking page, sorted by code. `other` comes last and has no page.
const CARRIERS: &[(&str, &str, &str)] = &[
    (
        "australia-post",
        "Australia Post",
        "https://auspost.com.au/mypost/track/details/{}",
    ),
    (
        "bpost",
        "bpost",
        "https://track.bpost.cloud/btr/web/#/search?itemCode={}",
    ),
    (
        "canada-post",
        "Canada Post",
        "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
    ),
    (
        "colissimo",
        "Colissimo",
        "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    ),
    (
        "correos",
        "Correos",
        "https://www.correos.es/es/en/tools/tracker/items/details?tracking-number={}",
    ),
    (
        "ctt",
        "CTT",
        "https://appserver.ctt.pt/CustomerArea/PublicArea_Detail?ObjectCodeInput={}",
    ),
    (
        "deutsche-post",
        "Deutsche Post",
        "https://www.deutschepost.de/de/s/sendungsverfolgung.html?piececode={}",
    ),
    (
        "dhl",
        "DHL",
        "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
    ),
    (
        "dpd",
        "DPD",
        "https://www.dpdgroup.com/be/mydpd/my-parcels/track?parcelNumber={}",
    ),
    ("evri", "Evri", "https://www.evri.com/track/parcel/{}"),
    ("fedex", "FedEx", "https://www.fedex.com/fedextrack/?trknbr={}"),
    ("gls", "GLS", "https://gls-group.com/GROUP/en/parcel-tracking/?match={}"),
    (
        "india-post",
        "India Post",
        "https://www.indiapost.gov.in/_layouts/15/dop.portal.tracking/trackconsignment.aspx?id={}",
    ),
    (
        "japan-post",
        "Japan Post",
        "https://trackings.post.japanpost.jp/services/srv/search/direct?locale=en&reqCodeNo1={}",
    ),
    (
        "la-poste",
        "La Poste",
        "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    ),
    ("nz-post", "NZ Post", "https://www.nzpost.co.nz/tools/tracking/item/{}"),
    (
        "poste-italiane",
        "Poste Italiane",
        "https://www.poste.it/cerca/index.html#/risultati-spedizioni/{}",
    ),
    ("posten", "Posten", "https://sporing.posten.no/sporing/{}"),
    ("postnl", "PostNL", "https://postnl.nl/tracktrace/?B={}"),
    (
        "postnord",
        "PostNord",
        "https://tracking.postnord.com/en/tracking?id={}",
    ),
    (
        "royal-mail",
        "Royal Mail",
        "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    ),
    (
        "swiss-post",
        "Swiss Post",
        "https://service.post.ch/ekp-web/ui/entry/search/{}",
    ),
    ("ups", "UPS", "https://www.ups.com/track?tracknum={}"),
    (
        "usps",
        "USPS",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    ),
    ("other", "Another carrier", ""),
];

/// The longest tracking number, in characters.
const MAX_TRACKING_LENGTH: usize = 40;

impl Carrier {
    /// All carriers, in the order in which forms list them.
    pub fn all() -> impl Iterator<Item = Self> {
        CARRIERS.iter().map(|(code, name, tracking_url)| Self {
            code,
            name,
            tracking_url,
        })
    }

    pub fn by_code(code: &str) -> Option<Self> {
        Self::all().find(|carrier| carrier.code == code)
    }

    /// The carrier's tracking page for this number. None if the number is empty or invalid, or if the carrier has no
    /// tracking page.
    pub fn tracking_url(&self, number: &str) -> Option<String> {
        let trackable =
            !self.tracking_url.is_empty() && parse_tracking_number(number).is_ok_and(|number| !number.is_empty());
        trackable.then(|| self.tracking_url.replace("{}", number))
    }
}

/// Parses a tracking number and removes its spaces. It may be empty.
///
/// # Errors
/// A message for the seller.
pub fn parse_tracking_number(input: &str) -> Result<String, String> {
    let number: String = input.split_whitespace().collect();
    if number.chars().count() > MAX_TRACKING_LENGTH {
        return Err(format!(
            "The tracking number is too long. Use {MAX_TRACKING_LENGTH} characters or fewer."
        ));
    }
    let is_valid = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if !number.chars().all(is_valid) {
        return Err(
            "A tracking number can only contain letters, digits and hyphens. Copy it from the label or receipt.".into(),
        );
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_letters_digits_and_hyphens() {
        assert_eq!(
            parse_tracking_number(" RR 123 456 785 PT "),
            Ok("RR123456785PT".to_owned())
        );
        assert_eq!(parse_tracking_number(""), Ok(String::new()));
        for input in [
            "<b>",
            "1/2",
            "a&b=c",
            "é",
            "1\u{0}2",
            "1#2",
            "%0a",
            "\"",
            &"9".repeat(41),
        ] {
            assert!(parse_tracking_number(input).is_err(), "{input}");
        }
    }

    #[test]
    fn every_carrier_but_other_has_a_tracking_page() {
        for carrier in Carrier::all() {
            let Some(tracking_url) = carrier.tracking_url("RR123456785PT") else {
                assert_eq!(carrier.code, "other");
                continue;
            };
            let url = url::Url::parse(&tracking_url).unwrap();
            assert_eq!(url.scheme(), "https", "{tracking_url}");
            assert_eq!(tracking_url.matches("RR123456785PT").count(), 1, "{tracking_url}");
            assert!(carrier.tracking_url("").is_none() && carrier.tracking_url("\"><b>").is_none());
        }
        let codes: Vec<_> = Carrier::all().map(|carrier| carrier.code).collect();
        assert!(codes[..codes.len() - 1].is_sorted());
    }
}
