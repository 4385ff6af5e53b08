//! What the values of both engines have in common, so that pages, sections and configuration are described once.

use std::borrow::Cow;

use serde::Serialize;

/// A value of an engine.
pub(crate) trait Form:
    Clone + From<bool> + From<i64> + From<usize> + for<'a> From<&'a str> + for<'a> From<Cow<'a, str>> + From<Vec<Self>>
{
    /// Named values in their order.
    type Map: Fields<Self>;
    /// Nothing.
    fn none() -> Self;
    /// A map as a value.
    fn map(map: Self::Map) -> Self;
    /// Anything that serde can describe.
    fn serialized<T: Serialize + ?Sized>(value: &T) -> Self;
    /// `[extra]` of the configuration.
    fn extra(extra: &serde_json::Map<String, serde_json::Value>) -> Self {
        Self::serialized(extra)
    }
}

/// Named values in their order.
pub(crate) trait Fields<V>: Default {
    /// Adds a value, or replaces it where it stands.
    fn put(&mut self, name: impl Into<Cow<'static, str>>, value: V);
}

impl Form for tera::Value {
    type Map = tera::Map;

    fn none() -> Self {
        Self::none()
    }

    fn map(map: Self::Map) -> Self {
        Self::from(map)
    }

    fn serialized<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::from_serializable(value)
    }
}

impl Fields<tera::Value> for tera::Map {
    fn put(&mut self, name: impl Into<Cow<'static, str>>, value: tera::Value) {
        let key = match name.into() {
            Cow::Borrowed(name) => name.into(),
            Cow::Owned(name) => name.into(),
        };
        self.insert(key, value);
    }
}

impl Form for serde_json::Value {
    type Map = serde_json::Map<String, Self>;

    fn none() -> Self {
        Self::Null
    }

    fn map(map: Self::Map) -> Self {
        Self::Object(map)
    }

    fn serialized<T: Serialize + ?Sized>(value: &T) -> Self {
        serde_json::to_value(value).unwrap_or_default()
    }

    /// The tables of the older dialect are sorted by their keys.
    fn extra(extra: &serde_json::Map<String, Self>) -> Self {
        let mut extra = Self::Object(extra.clone());
        extra.sort_all_objects();
        extra
    }
}

impl Fields<serde_json::Value> for serde_json::Map<String, serde_json::Value> {
    fn put(&mut self, name: impl Into<Cow<'static, str>>, value: serde_json::Value) {
        self.insert(name.into().into_owned(), value);
    }
}
