//! Where a word occurs, as a short text: groups of episode, number of passages, passages, as differences.
//!
//! Entry points: [`push`] and [`read`]. A number is written in base 32, low digits first, one character a digit, from
//! an alphabet of 64 whose upper half says that another digit follows: most numbers are one character.

const ALPHABET: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZwxyz_-";

/// Adds the passages of `episode` to a text whose last episode was `before` (`None` at first). Both grow.
pub fn push(text: &mut String, before: Option<u32>, episode: u32, passages: &[u32]) {
    write(text, before.map_or(episode, |before| episode - before));
    write(text, passages.len() as u32);
    let mut last = 0;
    for passage in passages {
        write(text, passage - last);
        last = *passage;
    }
}

/// Every `(episode, passage)` of a text, in order. A text that was cut gives what is whole.
pub fn read(text: &str) -> Vec<(u32, u32)> {
    let mut numbers = Numbers(text.bytes());
    let mut found = Vec::new();
    let mut episode = 0;
    while let (Some(step), Some(many)) = (numbers.next(), numbers.next()) {
        episode += step;
        let mut passage = 0;
        for _ in 0..many {
            let Some(step) = numbers.next() else { return found };
            passage += step;
            found.push((episode, passage));
        }
    }
    found
}

fn write(text: &mut String, mut number: u32) {
    loop {
        let digit = (number & 31) as usize;
        number >>= 5;
        text.push(char::from(ALPHABET[if number == 0 { digit } else { digit + 32 }]));
        if number == 0 {
            return;
        }
    }
}

struct Numbers<'a>(std::str::Bytes<'a>);

impl Iterator for Numbers<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (mut number, mut shift) = (0_u32, 0);
        loop {
            let byte = self.0.next()?;
            let value = ALPHABET.iter().position(|known| *known == byte)? as u32;
            number |= (value & 31).checked_shl(shift)?;
            if value < 32 {
                return Some(number);
            }
            shift += 5;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn near_places_are_one_character_each() {
        let mut text = String::new();
        push(&mut text, None, 0, &[0, 3, 9]);
        push(&mut text, Some(0), 1, &[31]);
        assert_eq!(text, "0303611v");
        assert_eq!(read(&text), [(0, 0), (0, 3), (0, 9), (1, 31)]);
        assert_eq!(read("030"), [(0, 0)], "what was cut gives what is whole");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(groups in prop::collection::btree_map(0_u32..9000, prop::collection::btree_set(0_u32..70_000, 1..9), 0..20)) {
            let (mut text, mut before, mut expected) = (String::new(), None, Vec::new());
            for (episode, passages) in &groups {
                let passages: Vec<u32> = passages.iter().copied().collect();
                push(&mut text, before, *episode, &passages);
                expected.extend(passages.iter().map(|passage| (*episode, *passage)));
                before = Some(*episode);
            }
            prop_assert_eq!(read(&text), expected);
        }
    }
}
