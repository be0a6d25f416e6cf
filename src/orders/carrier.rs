//! Who carries a parcel, and where it can be followed.

/// A carrier that we know: the word that is stored, its name, and the address where a number stands for `{}`.
#[derive(Debug, PartialEq, Eq)]
pub struct Carrier {
    pub code: &'static str,
    pub name: &'static str,
    tracking_url: &'static str,
}

/// Where a parcel of theirs is followed, by the carriers' own public pages. `other` has none.
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

/// The most letters of a tracking number.
const MAX_TRACKING_LENGTH: usize = 40;

impl Carrier {
    /// By name, the way they are offered; the last is any other.
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

    /// Where the parcel with this number is followed.
    pub fn tracking_url(&self, tracking: &str) -> Option<String> {
        let numbered =
            !self.tracking_url.is_empty() && tracking_number(tracking).is_ok_and(|number| !number.is_empty());
        numbered.then(|| self.tracking_url.replace("{}", tracking))
    }
}

/// The number as carriers print it, without spaces; none is fine.
///
/// # Errors
/// A message for people.
pub fn tracking_number(typed: &str) -> Result<String, String> {
    let number: String = typed.split_whitespace().collect();
    if number.chars().count() > MAX_TRACKING_LENGTH {
        return Err(format!(
            "The tracking number is too long. Use {MAX_TRACKING_LENGTH} letters and digits or fewer."
        ));
    }
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if !number.chars().all(fits) {
        return Err(
            "A tracking number has letters, digits and hyphens only. Copy it from the label or the receipt.".into(),
        );
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_letters_digits_and_hyphens() {
        assert_eq!(tracking_number(" RR 123 456 785 PT "), Ok("RR123456785PT".to_owned()));
        assert_eq!(tracking_number(""), Ok(String::new()));
        for typed in [
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
            assert!(tracking_number(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn every_carrier_has_an_address_of_its_own_kind() {
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
