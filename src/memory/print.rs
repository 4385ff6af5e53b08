//! Fingerprints: 128 bits of blake3 over bytes or over a value.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// The name of a content: equal prints mean equal content.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Print([u8; 16]);

thread_local! {
    /// Room to write a value into: prints are taken of many thousand small values.
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Where a value is written: texts are copied as a whole.
struct Room(Vec<u8>);

impl postcard::ser_flavors::Flavor for Room {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

impl Print {
    /// Of nothing.
    pub const NONE: Self = Self([0; 16]);

    /// The print of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_hash(blake3::hash(bytes).as_bytes())
    }

    /// The print of a value, by what serde says of it. Values that serde cannot describe without their type (JSON) must
    /// be given as text: `1` and `true` are one byte otherwise.
    pub fn of_value<T: Serialize + ?Sized>(value: &T) -> Self {
        let mut room = ROOM.take();
        room.clear();
        let Ok(written) = postcard::serialize_with_flavor(value, Room(room)) else { return Self::like_no_other() };
        let print = Self::of(&written);
        ROOM.set(written);
        print
    }

    /// For what cannot be described (a path that is no text): never the same twice.
    fn like_no_other() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self::of(format!("{number} {} {}", std::process::id(), super::Stamp::now()).as_bytes())
    }

    /// The print of what has this blake3.
    pub fn of_hash(hash: &[u8; 32]) -> Self {
        let mut print = [0; 16];
        print.copy_from_slice(&hash[..16]);
        Self(print)
    }
}

/// The print of this very program: what another one remembered is not believed.
pub fn program() -> Print {
    let about = std::env::current_exe().and_then(std::fs::metadata).map(|about| super::Stamp::of(&about)).ok();
    Print::of_value(&(env!("CARGO_PKG_VERSION"), about))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_tells_values_apart() {
        assert_eq!(Print::of_value(&("a", 1)), Print::of_value(&("a", 1)));
        assert_ne!(Print::of_value(&("a", "b")), Print::of_value(&("ab", "")));
        assert_ne!(Print::of(b""), Print::default());
    }
}
