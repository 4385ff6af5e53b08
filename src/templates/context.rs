//! The values one template sees, by name.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use tera::Value;

use super::Renderer;
use super::values::LibraryValues;
use crate::config::Dialect;
use crate::content::{PageKey, Pager, Paginator, SectionKey, TaxonomyKey};
use crate::diagnostic::{Diagnostic, slashed};

/// The values a template sees, by name.
#[derive(Debug, Clone, Default)]
pub struct Context {
    values: BTreeMap<String, Value>,
    /// What is rendered, for what goes wrong then.
    origin: Option<String>,
}

impl Context {
    /// No values at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds any value that serde can describe.
    pub fn insert<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.set(name, Value::try_from_serializable(value).unwrap_or_else(|_| Value::none()));
    }

    /// The same, for building a context in one expression.
    #[must_use]
    pub fn with<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        self.insert(name, value);
        self
    }

    /// Says what is rendered, a content file mostly: faults tell it.
    pub fn rendering(&mut self, origin: &Path) {
        self.origin = Some(slashed(origin));
    }

    pub(super) fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// A fault that says what was rendered.
    pub(super) fn told(&self, fault: Diagnostic) -> Diagnostic {
        match &self.origin {
            Some(origin) => fault.help(format!("while rendering {origin}")),
            None => fault,
        }
    }

    /// The address of the page that is shown, if it is one.
    pub(super) fn page(&self) -> Option<String> {
        let path = self.values.contains_key("page").then(|| self.values.get("current_path"))??;
        path.as_str().map(str::to_owned)
    }

    /// Adds `page`, for a template that is rendered for it.
    pub fn insert_page(&mut self, renderer: &Renderer, key: PageKey) {
        self.set_from_library(renderer, "page", |values| values.own_page(key));
    }

    /// Adds `section`, with its pages or, for a paginated section of the older dialect, without.
    pub fn insert_section(&mut self, renderer: &Renderer, key: SectionKey, with_pages: bool) {
        let with_pages = with_pages || renderer.loaded().dialect == Dialect::Zola023;
        self.set_from_library(renderer, "section", |values| {
            if with_pages { values.section(key) } else { values.section_without_pages(key) }
        });
    }

    /// Adds `pages`, a list.
    pub fn insert_pages(&mut self, renderer: &Renderer, keys: &[PageKey]) {
        self.set_from_library(renderer, "pages", |values| values.listed(keys));
    }

    /// Adds `term`, with its pages or, for a paginated term, without.
    pub fn insert_term(&mut self, renderer: &Renderer, key: TaxonomyKey, index: usize, with_pages: bool) {
        self.set_from_library(renderer, "term", |values| {
            if with_pages { values.term(key, index) } else { values.term_without_pages(key, index) }
        });
    }

    /// Adds `terms`: every term of a taxonomy.
    pub fn insert_terms(&mut self, renderer: &Renderer, key: TaxonomyKey) {
        self.set_from_library(renderer, "terms", |values| values.terms(key));
    }

    /// Adds `paginator`.
    pub fn insert_paginator(&mut self, renderer: &Renderer, of: &Paginator, pager: &Pager) {
        self.set_from_library(renderer, "paginator", |values| values.paginator(of, pager));
    }

    fn set_from_library(&mut self, renderer: &Renderer, name: &str, value: impl Fn(&LibraryValues) -> Value) {
        if let Some(values) = renderer.shared.values.get().map(|values| &**values) {
            self.set(name, value(values));
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.values.remove(name);
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// Every value by its name.
    pub(super) fn values(&self) -> &BTreeMap<String, Value> {
        &self.values
    }

    /// For Tera 2.
    pub(super) fn newer(&self) -> tera::Context {
        let mut context = tera::Context::new();
        for (name, value) in &self.values {
            context.insert_value(name.clone(), value.clone());
        }
        context
    }
}
