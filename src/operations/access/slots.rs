//! A limit on how many do something at once, and on how many wait for their turn.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::super::OperationError;

/// When those who find the queue full should come again.
const COME_AGAIN: Duration = Duration::from_secs(1);

/// So many slots, and so many places in the queue for them.
#[derive(Debug)]
pub(super) struct Slots {
    slots: usize,
    places: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    waiting: usize,
}

/// A slot, freed when dropped.
pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    pub fn new(slots: usize, places: usize) -> Slots {
        Slots { slots, places, state: Mutex::default(), freed: Condvar::new() }
    }

    /// Waits for a slot; refuses at once when too many wait already. Blocks the thread.
    pub fn take(&self) -> Result<Slot<'_>, OperationError> {
        let mut state = self.state();
        if state.taken >= self.slots {
            if state.waiting >= self.places {
                return Err(OperationError::TooManyRequests { retry_after: COME_AGAIN });
            }
            state.waiting += 1;
            state = self
                .freed
                .wait_while(state, |state| state.taken >= self.slots)
                .unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        state.taken += 1;
        Ok(Slot(self))
    }

    /// Two counters are never half changed, whatever happened to who held them.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.state().taken -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn who_finds_the_queue_full_is_refused_at_once_and_who_waits_gets_a_slot() {
        let slots = Slots::new(1, 1);
        let first = slots.take().unwrap();
        thread::scope(|scope| {
            let second = scope.spawn(|| slots.take().map(drop).is_ok());
            while slots.state().waiting == 0 {
                thread::yield_now();
            }
            let third = slots.take();
            assert!(matches!(third, Err(OperationError::TooManyRequests { .. })));
            drop(first);
            assert!(second.join().unwrap());
        });
        assert_eq!(slots.state().taken, 0);
    }
}
