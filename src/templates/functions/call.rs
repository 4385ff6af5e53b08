//! A call of a function as both template engines make it: named arguments as plain values, and what it gives back.
//!
//! Functions are written once, over [`Call`] and [`Given`]; each engine turns its arguments into a call, and
//! [`Given::value`] the answer into the value that templates of both dialects see. A failure is a sentence: the engine adds the place.

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use tera::Value;

use super::super::Shared;
use super::super::values::LibraryValues;
use super::data::Data;
use crate::config::Dialect;
use crate::content::{PageKey, SectionKey, TaxonomyKey};
use crate::diagnostic::did_you_mean;

/// What a function answers, or why it cannot.
pub(crate) type Answer = Result<Given, String>;

/// A value in words that no engine owns. Pages, sections and terms are named: each engine has made them already.
#[derive(Debug)]
pub(crate) enum Given {
    /// Any value.
    Plain(Json),
    /// A text that is not escaped when it is printed.
    Safe(String),
    /// The copy of an image: its fields, of which `url` is not escaped.
    Image(Map<String, Json>),
    /// A page.
    Page(PageKey),
    /// A section, with its pages or without.
    Section(SectionKey, bool),
    /// A whole taxonomy.
    Taxonomy(TaxonomyKey),
    /// A term by its place in the taxonomy, with its pages or without.
    Term(TaxonomyKey, usize, bool),
    /// Loaded data, shared by everyone who asks for it.
    Data(Arc<Data>),
}

impl Given {
    /// Nothing: what is missing and may be.
    pub(super) const NONE: Self = Self::Plain(Json::Null);

    /// As templates of either dialect get it. What was made once is shared.
    pub(crate) fn value(self, shared: &Shared) -> Result<Value, String> {
        let from_library = |value: &dyn Fn(&LibraryValues) -> Value| match shared.values.get().map(|values| &**values) {
            Some(values) => Ok(value(values)),
            None => Err("nothing can be looked up before the site is read".to_owned()),
        };
        match self {
            Self::Plain(Json::String(text)) => Ok(Value::from(text)),
            Self::Plain(plain) => Ok(Value::from_serializable(&plain)),
            Self::Safe(text) => Ok(Value::safe_string(&text)),
            Self::Image(fields) => {
                let mut map = tera::Map::new();
                for (name, field) in fields {
                    let value = match (name.as_str(), field.as_str()) {
                        ("url", Some(url)) => Value::safe_string(url),
                        _ => Value::from_serializable(&field),
                    };
                    map.insert(name.into(), value);
                }
                Ok(Value::from(map))
            }
            Self::Page(key) => from_library(&|values| values.page(key)),
            Self::Section(key, true) => from_library(&|values| values.section(key)),
            Self::Section(key, false) => from_library(&|values| values.section_without_pages(key)),
            Self::Taxonomy(key) => from_library(&|values| values.taxonomy(key)),
            Self::Term(key, index, true) => from_library(&|values| values.term(key, index)),
            Self::Term(key, index, false) => from_library(&|values| values.term_without_pages(key, index)),
            Self::Data(data) => Ok(data.value.get_or_init(|| Value::from_serializable(&data.plain)).clone()),
        }
    }
}

impl<T: Into<Json>> From<T> for Given {
    fn from(value: T) -> Self {
        Self::Plain(value.into())
    }
}

/// One call.
pub(crate) struct Call<'a> {
    pub(super) shared: &'a Shared,
    pub(super) args: Map<String, Json>,
    /// The language of what is being rendered; `None` where the engine does not tell.
    lang: Option<String>,
}

impl<'a> Call<'a> {
    /// A call with its named arguments.
    pub(crate) fn new(shared: &'a Shared, args: Map<String, Json>, lang: Option<String>) -> Self {
        Self { shared, args, lang }
    }

    /// The language asked for, or the one being rendered, or the default one (inside components, which see no context).
    pub(super) fn language(&self) -> Result<String, String> {
        let asked = self.text("lang")?.map(str::to_owned).or_else(|| self.lang.clone());
        Ok(asked.unwrap_or_else(|| self.shared.loaded.config.default_language.clone()))
    }

    /// An argument as it is; `None` when it is left out, or is nothing. To the older dialect nothing is a value, and
    /// never the right one.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        let is_older = self.shared.loaded.dialect == Dialect::Zola022;
        self.args.get(name).filter(|value| is_older || !value.is_null())
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, String> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong(name, "a text", value))).transpose()
    }

    /// A text that must be given.
    pub(super) fn must_text(&self, name: &str) -> Result<&str, String> {
        self.text(name)?.ok_or_else(|| match did_you_mean(name, self.args.keys().map(String::as_str)) {
            Some(given) => format!("the argument `{name}` is missing; is it meant by `{given}`?"),
            None => format!("the argument `{name}` is missing"),
        })
    }

    /// A truth value.
    pub(super) fn flag(&self, name: &str, otherwise: bool) -> Result<bool, String> {
        let Some(value) = self.get(name) else { return Ok(otherwise) };
        value.as_bool().ok_or_else(|| wrong(name, "true or false", value))
    }

    /// A whole number that fits; to the newer dialect `32.0`, which `round` gives, is one.
    pub(super) fn number<T: TryFrom<u64>>(&self, name: &str) -> Result<Option<T>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let is_newer = self.shared.loaded.dialect == Dialect::Zola023;
        let rounded = || value.as_f64().filter(|number| is_newer && number.fract() == 0.0).and_then(whole);
        let number = value.as_u64().or_else(rounded).and_then(|number| T::try_from(number).ok());
        number.map(Some).ok_or_else(|| wrong(name, "a whole number that fits", value))
    }

    /// A list of texts; empty when it is left out.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>, String> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let texts = value.as_array().and_then(|items| items.iter().map(Json::as_str).collect::<Option<Vec<_>>>());
        texts.ok_or_else(|| wrong(name, "a list of texts", value))
    }
}

/// A number without a fraction, when it is small enough to be exact.
fn whole(number: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (0.0..=EXACT).contains(&number).then_some(number as u64)
}

fn wrong(name: &str, wanted: &str, value: &Json) -> String {
    if value.is_null() {
        return format!("the argument `{name}` is {wanted}, and there is none here");
    }
    format!("the argument `{name}` is {wanted}, not `{value}`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wrong_argument_is_told_with_its_value() {
        assert_eq!(
            wrong("width", "a whole number that fits", &json!("x")),
            "the argument `width` is a whole number that fits, not `\"x\"`"
        );
    }
}
