//! YAML as values, refused before it fills memory: brackets inside one another, and names (`&a`, `*a`) that stand for lists of
//! names, so that a few lines stand for millions of values.
//!
//! Entry points: [`values`] for front matter, [`data`] for files of data.

use std::cell::Cell;
use std::ops::Range;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_yaml::value::{Tag, TaggedValue};
use serde_yaml::{Mapping, Value};

use super::text;

/// Values that a text with names may stand for: ten times a large site's data.
const MOST_VALUES: usize = 5_000_000;

/// YAML as values, or what is wrong and where. A key of the first level stands once; of others the last one counts.
pub(super) fn values(text: &str) -> Result<Value, (String, Range<usize>)> {
    if let Some(at) = text::too_deep(text) {
        return Err((format!("more than {} brackets stand in one another", text::DEEPEST), at..at + 1));
    }
    if let Some(told) = multiplies(text) {
        return Err((told, 0..0));
    }
    serde_yaml::from_str(text).map(|Merged::<true>(value)| value).map_err(|error| {
        let at = error.location().map_or(0, |l| l.index().min(text.len()));
        let message = error.to_string();
        (message.split(" at line ").next().unwrap_or(&message).to_owned(), at..at)
    })
}

/// YAML of a file of data as values: of a key that stands twice the last one counts.
pub(crate) fn data(text: &str) -> Result<Value, String> {
    if let Some(told) = multiplies(text) {
        return Err(told);
    }
    serde_yaml::from_str(text).map(|Merged::<false>(value)| value).map_err(|error| error.to_string())
}

/// That a text stands for too many values, as a sentence. One without names has no more values than signs.
fn multiplies(text: &str) -> Option<String> {
    if !(text.contains('&') && text.contains('*')) {
        return None;
    }
    let count = Cell::new(0);
    // What else is wrong is told by who reads the values.
    let _ = Count(&count).deserialize(serde_yaml::Deserializer::from_str(text));
    let millions = MOST_VALUES / 1_000_000;
    (count.get() > MOST_VALUES)
        .then(|| format!("the names in it (`*name`) stand for more than {millions} million values"))
}

/// A value in which keys may stand twice, as Zola reads them: the last one counts, where the first one stands. With `ONCE`
/// those of the outermost map may not.
struct Merged<const ONCE: bool>(Value);

impl<'de, const ONCE: bool> Deserialize<'de> for Merged<ONCE> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Merging::<ONCE>).map(Self)
    }
}

struct Merging<const ONCE: bool>;

impl<'de, const ONCE: bool> Visitor<'de> for Merging<ONCE> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Value, E> {
        Ok(Value::Bool(yes))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    /// An empty document.
    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Merged::<false>(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Sequence(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Mapping::new();
        // Whatever it looks like, a key is a text: `16` and `0x10` are two.
        while let Some(key) = entries.next_key::<String>()? {
            if ONCE && map.contains_key(&key) {
                return Err(A::Error::custom(format!("duplicate entry with key \"{key}\"")));
            }
            let Merged::<false>(value) = entries.next_value()?;
            map.insert(Value::from(key), value);
        }
        Ok(Value::Mapping(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (tag, value) = tagged.variant::<String>()?;
        let Merged::<false>(value) = value.newtype_variant()?;
        if tag.is_empty() {
            return Err(A::Error::custom("a tag without a name"));
        }
        Ok(Value::Tagged(Box::new(TaggedValue { tag: Tag::new(tag), value })))
    }
}

/// Counts values and keeps none.
#[derive(Clone, Copy)]
struct Count<'c>(&'c Cell<usize>);

impl Count<'_> {
    fn one<E: Error>(self) -> Result<(), E> {
        self.0.set(self.0.get() + 1);
        if self.0.get() <= MOST_VALUES { Ok(()) } else { Err(E::custom("too many values")) }
    }
}

impl<'de> DeserializeSeed<'de> for Count<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.one()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.one()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.one()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.one()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.one()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.one()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.one()?;
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        self.one()?;
        while entries.next_key_seed(self)?.is_some() {
            entries.next_value_seed(self)?;
        }
        Ok(())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<(), A::Error> {
        let ((), value) = tagged.variant_seed(self)?;
        value.newtype_variant_seed(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stand_for_millions_are_told() {
        let names = |uses: usize| format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(2_000), "*a,".repeat(uses));
        assert!(multiplies(&names(3_000)).unwrap().contains("more than 5 million values"));
        assert!(values(&names(3_000)).is_err());
        assert_eq!(multiplies(&names(100)), None);
        assert_eq!(
            values("a: &a !t {b: [1, -1, 1.5, true, null]}\nc: *a\n").map(|value| value["c"]["b"][0].as_i64()),
            Ok(Some(1))
        );
        assert_eq!(multiplies("a: &a 1\nb: *c\n"), None);
    }

    #[test]
    fn of_keys_that_stand_twice_the_last_one_counts_below_the_first_level() {
        assert_eq!(data("a: 1\nb: {c: 1, c: 2}\na: 3\n").unwrap(), data("a: 3\nb: {c: 2}\n").unwrap());
        assert_eq!(values("b: {c: 1, c: 2}\n"), values("b: {c: 2}\n"));
        assert_eq!(data("0x10: a\n16: b\ntrue: c\n").unwrap(), data("\"0x10\": a\n\"16\": b\n\"true\": c\n").unwrap());
        assert_eq!(values("").map(|value| value.is_null()), Ok(true));
        assert_eq!(values("a: 1\na: 2\n").unwrap_err().0, "duplicate entry with key \"a\"");
    }
}
