//! How often somebody may try a password: five attempts per account are free, then each failure
//! doubles the wait, up to a minute; nobody is ever locked out. And per network, so that trying one
//! password on many accounts is slow too.
//!
//! Kept in memory, per replica. Time is passed in.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::super::OperationError;

const FREE_ATTEMPTS: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// After so long without an attempt, an account starts anew.
const FORGET_AFTER: Duration = Duration::from_secs(60 * 60);

const BURST_PER_NETWORK: f64 = 20.0;
const PER_SECOND_PER_NETWORK: f64 = 10.0 / 60.0;

/// So many accounts and networks are remembered; beyond, the one that was quiet longest goes.
const MOST_REMEMBERED: usize = 50_000;

/// Remembers attempts.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    accounts: HashMap<String, Account>,
    networks: HashMap<IpAddr, Network>,
}

#[derive(Debug, Clone, Copy)]
struct Account {
    failures: u32,
    last: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Network {
    left: f64,
    last: Instant,
}

impl Throttle {
    /// Counts an attempt as failed before it is made, so that many at once don't slip through.
    ///
    /// # Errors
    /// [`OperationError::TooManyRequests`] when it has to wait; it is not counted then.
    pub(super) fn begin(
        &self,
        account: &str,
        from: IpAddr,
        now: Instant,
    ) -> Result<(), OperationError> {
        let mut memory = self.memory();
        let account = account.to_lowercase();
        let known = memory.accounts.get(&account).copied().filter(|known| !known.is_old(now));
        let mut network = memory
            .networks
            .get(&network_of(from))
            .map_or(Network { left: BURST_PER_NETWORK, last: now }, |known| known.refilled(now));
        let wait = known.map_or(Duration::ZERO, |known| known.wait(now)).max(network.wait());
        if !wait.is_zero() {
            return Err(OperationError::TooManyRequests { retry_after: wait });
        }
        network.left -= 1.0;
        let failures = known.map_or(0, |known| known.failures).saturating_add(1);
        make_room(&mut memory.accounts, |account| account.last);
        make_room(&mut memory.networks, |network| network.last);
        memory.accounts.insert(account, Account { failures, last: now });
        memory.networks.insert(network_of(from), network);
        Ok(())
    }

    /// Takes back what [`begin`](Self::begin) counted: the password was right.
    pub(super) fn succeeded(&self, account: &str, from: IpAddr) {
        let mut memory = self.memory();
        memory.accounts.remove(&account.to_lowercase());
        memory.refund(from);
    }

    /// Takes back what [`begin`](Self::begin) counted: the password could not be compared, which
    /// is nobody's failure.
    pub(super) fn was_not_made(&self, account: &str, from: IpAddr) {
        let mut memory = self.memory();
        if let Some(account) = memory.accounts.get_mut(&account.to_lowercase()) {
            account.failures = account.failures.saturating_sub(1);
        }
        memory.refund(from);
    }

    /// A panic elsewhere leaves the counts as good as they were.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn refund(&mut self, from: IpAddr) {
        if let Some(network) = self.networks.get_mut(&network_of(from)) {
            network.left = (network.left + 1.0).min(BURST_PER_NETWORK);
        }
    }
}

impl Account {
    fn is_old(self, now: Instant) -> bool {
        now.saturating_duration_since(self.last) > FORGET_AFTER
    }

    /// How long the next attempt has to wait: 1 s after the fifth failure, then 2, 4, 8 …
    fn wait(self, now: Instant) -> Duration {
        let Some(doublings) = self.failures.checked_sub(FREE_ATTEMPTS) else {
            return Duration::ZERO;
        };
        let window = Duration::from_secs(1u64 << doublings.min(6)).min(LONGEST_WAIT);
        window.saturating_sub(now.saturating_duration_since(self.last))
    }
}

impl Network {
    fn refilled(self, now: Instant) -> Network {
        let gained =
            now.saturating_duration_since(self.last).as_secs_f64() * PER_SECOND_PER_NETWORK;
        Network { left: (self.left + gained).min(BURST_PER_NETWORK), last: now }
    }

    fn wait(self) -> Duration {
        let missing = (1.0 - self.left).max(0.0);
        Duration::from_secs_f64(missing / PER_SECOND_PER_NETWORK)
    }
}

/// The part of an address that one party usually has all of: /24, and /64 of IPv6.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & !0xff).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

fn make_room<K: Clone + Eq + std::hash::Hash, V>(
    remembered: &mut HashMap<K, V>,
    last: impl Fn(&V) -> Instant,
) {
    if remembered.len() < MOST_REMEMBERED {
        return;
    }
    let quietest = remembered.iter().min_by_key(|(_, value)| last(value)).map(|(key, _)| key);
    if let Some(key) = quietest.cloned() {
        remembered.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn wait(throttle: &Throttle, account: &str, from: IpAddr, now: Instant) -> Option<Duration> {
        match throttle.begin(account, from, now) {
            Ok(()) => None,
            Err(OperationError::TooManyRequests { retry_after }) => Some(retry_after),
            Err(other) => panic!("{other}"),
        }
    }

    /// Another network for each number.
    fn elsewhere(number: u32) -> IpAddr {
        IpAddr::V4((number << 8).into())
    }

    #[test]
    fn five_attempts_are_free_then_the_wait_doubles_up_to_a_minute() {
        let throttle = Throttle::default();
        let mut now = Instant::now();
        for attempt in 0..5 {
            assert_eq!(wait(&throttle, "ada@example.com", elsewhere(attempt), now), None);
        }
        for (attempt, seconds) in (5..).zip([1, 2, 4, 8, 16, 32, 60, 60, 60]) {
            let window = Duration::from_secs(seconds);
            let from = elsewhere(attempt);
            assert_eq!(wait(&throttle, "ada@example.com", from, now), Some(window));
            let almost = now + window - Duration::from_millis(1);
            assert!(wait(&throttle, "Ada@Example.com", from, almost).is_some());
            now += window;
            assert_eq!(wait(&throttle, "ada@example.com", from, now), None);
        }
    }

    #[test]
    fn a_right_password_and_an_hour_of_rest_start_anew() {
        let throttle = Throttle::default();
        let now = Instant::now();
        let exhaust = |account: &str| {
            for attempt in 0..5 {
                assert_eq!(wait(&throttle, account, elsewhere(attempt), now), None);
            }
            assert!(wait(&throttle, account, elsewhere(9), now).is_some());
        };
        exhaust("ada@example.com");
        throttle.succeeded("ADA@example.com", elsewhere(1));
        assert_eq!(wait(&throttle, "ada@example.com", elsewhere(10), now), None);
        exhaust("bob@example.com");
        let later = now + FORGET_AFTER + Duration::from_secs(1);
        for attempt in 20..25 {
            assert_eq!(wait(&throttle, "bob@example.com", elsewhere(attempt), later), None);
        }
    }

    #[test]
    fn an_attempt_that_was_not_made_counts_for_nothing() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for _ in 0..50 {
            assert_eq!(wait(&throttle, "ada@example.com", HOME, now), None);
            throttle.was_not_made("ada@example.com", HOME);
        }
    }

    #[test]
    fn a_network_has_a_burst_of_twenty_and_then_ten_a_minute() {
        let throttle = Throttle::default();
        let mut now = Instant::now();
        let attempt = |number: u32, now| wait(&throttle, &format!("{number}@x"), HOME, now);
        for number in 0..20 {
            assert_eq!(attempt(number, now), None);
        }
        assert!(attempt(20, now).is_some_and(|wait| wait > Duration::from_secs(5)));
        now += Duration::from_secs(61);
        let accepted = (30..60).filter(|number| attempt(*number, now).is_none()).count();
        assert_eq!(accepted, 10);
    }

    #[test]
    fn a_network_is_a_slash_24_or_a_slash_64() {
        let same = |one: &str, other: &str| {
            network_of(one.parse().unwrap()) == network_of(other.parse().unwrap())
        };
        assert!(same("192.0.2.1", "192.0.2.200"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.200"));
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("192.0.2.1", "192.0.3.1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
    }

    #[test]
    fn attempts_on_one_account_do_not_hinder_another_one() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for attempt in 0..10 {
            wait(&throttle, "ada@example.com", elsewhere(attempt), now);
        }
        assert_eq!(wait(&throttle, "bob@example.com", elsewhere(1), now), None);
    }
}
