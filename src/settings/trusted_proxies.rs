//! Whose word is taken for where a request comes from.

use std::net::IpAddr;

use super::{SettingError, error::TRUSTED_PROXIES};

/// The proxies in front of Flagstaff: what they say of a request is believed, what anybody else
/// says is not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    /// How many of its first bits count.
    bits: u8,
}

impl TrustedProxies {
    /// Whether that is the address of one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }

    /// Reads addresses and networks with commas or spaces between them.
    pub(super) fn parse(text: Option<&str>) -> Result<TrustedProxies, SettingError> {
        let words = text.unwrap_or_default().split([',', ' ']).filter(|word| !word.is_empty());
        words.map(Network::parse).collect::<Result<_, _>>().map(TrustedProxies)
    }

    /// As they are written in the setting.
    pub(super) fn in_words(&self) -> String {
        let words: Vec<String> = self.0.iter().map(|network| network.in_words()).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    }
}

impl Network {
    fn parse(word: &str) -> Result<Network, SettingError> {
        let wrong = || {
            TRUSTED_PROXIES.wrong(format!(
                "names `{word}`, which is neither an address nor a network. Write it as \
                 10.0.0.7 or 10.0.0.0/8, with commas between several."
            ))
        };
        let (address, bits) = match word.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (word, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| wrong()))?;
        if bits > most {
            return Err(wrong());
        }
        if bits == 0 {
            return Err(TRUSTED_PROXIES.wrong(format!(
                "names `{word}`, which is everybody, so that anybody could pretend to be anybody. \
                 Name the addresses of your proxies alone."
            )));
        }
        Ok(Network { address, bits })
    }

    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()) >> (32 - u32::from(self.bits)) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()) >> (128 - u32::from(self.bits)) == 0
            }
            _ => false,
        }
    }

    fn in_words(self) -> String {
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        if self.bits == whole {
            self.address.to_string()
        } else {
            format!("{}/{}", self.address, self.bits)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_told_apart_to_the_bit() {
        let trusted = TrustedProxies::parse(Some("10.0.0.0/8, 192.0.2.7,2001:db8::/33 ::1"));
        let trusted = trusted.unwrap();
        for (address, inside) in [
            ("10.255.0.1", true),
            ("11.0.0.0", false),
            ("192.0.2.7", true),
            ("192.0.2.6", false),
            ("::ffff:10.1.2.3", true),
            ("2001:db8:7fff::1", true),
            ("2001:db8:8000::1", false),
            ("::1", true),
            ("::2", false),
        ] {
            assert_eq!(trusted.contains(address.parse().unwrap()), inside, "{address}");
        }
        assert_eq!(trusted.in_words(), "10.0.0.0/8, 192.0.2.7, 2001:db8::/33, ::1");
        assert!(!TrustedProxies::default().contains("127.0.0.1".parse().unwrap()));
    }
}
