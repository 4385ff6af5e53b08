//! Two maps side by side: what one build had and what the next one has.
//!
//! Entry point: [`pairs`].

use std::cmp::Ordering;

/// What one sequence has of a name, and what the other.
type Pair<P, A, Q, B> = (Option<(P, A)>, Option<(Q, B)>);

/// Every name of two sequences in the order of names, with what the first and what the second has of it. Each must be
/// sorted by name, and have a name once.
pub fn pairs<P: AsRef<str>, Q: AsRef<str>, A, B>(
    first: impl IntoIterator<Item = (P, A)>,
    second: impl IntoIterator<Item = (Q, B)>,
) -> impl Iterator<Item = Pair<P, A, Q, B>> {
    let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
    std::iter::from_fn(move || {
        let order = match (first.peek(), second.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((one, _)), Some((other, _))) => one.as_ref().cmp(other.as_ref()),
        };
        let one = if order.is_le() { first.next() } else { None };
        let other = if order.is_ge() { second.next() } else { None };
        Some((one, other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_once_and_in_order() {
        let seen = |first: &[&'static str], second: &[&'static str]| -> Vec<(Option<&str>, Option<&str>)> {
            let named = |names: &[&'static str]| names.iter().map(|name| (*name, ())).collect::<Vec<_>>();
            let met = pairs(named(first), named(second));
            met.map(|(one, other)| (one.map(|(name, ())| name), other.map(|(name, ())| name))).collect()
        };
        assert_eq!(
            seen(&["a", "b", "d"], &["b", "c"]),
            [(Some("a"), None), (Some("b"), Some("b")), (None, Some("c")), (Some("d"), None)]
        );
        assert_eq!(seen(&[], &["a"]), [(None, Some("a"))]);
        assert!(seen(&[], &[]).is_empty());
    }
}
