//! The values one template sees, by name.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::Renderer;
use super::values::LibraryValues;
use crate::content::{PageKey, Pager, Paginator, SectionKey, TaxonomyKey};

/// The values a template sees, by name.
#[derive(Debug, Clone, Default)]
pub struct Context(BTreeMap<String, Slot>);

/// A value, in the words of no engine or of one.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    Plain(Json),
    Newer(tera::Value),
}

impl Context {
    /// No values at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds any value that serde can describe.
    pub fn insert<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.set(name, Slot::Plain(serde_json::to_value(value).unwrap_or_default()));
    }

    /// The same, for building a context in one expression.
    #[must_use]
    pub fn with<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        self.insert(name, value);
        self
    }

    /// Adds `page`.
    pub fn insert_page(&mut self, renderer: &Renderer, key: PageKey) {
        self.set_from_library(renderer, "page", |newer| newer.page(key), |older| older.page(key));
    }

    /// Adds `section`, with its pages or, for a paginated section of the older dialect, without.
    pub fn insert_section(&mut self, renderer: &Renderer, key: SectionKey, with_pages: bool) {
        self.set_from_library(renderer, "section", |newer| newer.section(key), |older| older.section(key, with_pages));
    }

    /// Adds `pages`, a list.
    pub fn insert_pages(&mut self, renderer: &Renderer, keys: &[PageKey]) {
        let newer =
            |values: &LibraryValues| tera::Value::from(keys.iter().map(|key| values.page(*key)).collect::<Vec<_>>());
        self.set_from_library(renderer, "pages", newer, |older| older.pages(keys));
    }

    /// Adds `term`, with its pages or, for a paginated term, without.
    pub fn insert_term(&mut self, renderer: &Renderer, key: TaxonomyKey, index: usize, with_pages: bool) {
        let newer = |values: &LibraryValues| {
            if with_pages { values.term(key, index) } else { values.term_without_pages(key, index) }
        };
        self.set_from_library(renderer, "term", newer, |older| older.term(key, index, with_pages));
    }

    /// Adds `terms`: every term of a taxonomy.
    pub fn insert_terms(&mut self, renderer: &Renderer, key: TaxonomyKey) {
        self.set_from_library(renderer, "terms", |newer| newer.terms(key), |older| older.terms(key));
    }

    /// Adds `paginator`.
    pub fn insert_paginator(&mut self, renderer: &Renderer, of: &Paginator, pager: &Pager) {
        self.set_from_library(
            renderer,
            "paginator",
            |newer| newer.paginator(of, pager),
            |older| older.paginator(of, pager),
        );
    }

    fn set_from_library(
        &mut self,
        renderer: &Renderer,
        name: &str,
        newer: impl Fn(&LibraryValues) -> tera::Value,
        older: impl Fn(&super::older::Values) -> Json,
    ) {
        if let Some(values) = renderer.shared.newer.get() {
            self.set(name, Slot::Newer(newer(values)));
        }
        if let Some(values) = renderer.shared.older.get() {
            self.set(name, Slot::Plain(older(values)));
        }
    }

    pub(super) fn set(&mut self, name: &str, value: Slot) {
        self.0.insert(name.to_owned(), value);
    }

    /// For Tera 2.
    pub(super) fn newer(&self) -> tera::Context {
        let mut context = tera::Context::new();
        for (name, slot) in &self.0 {
            let value = match slot {
                Slot::Newer(value) => value.clone(),
                Slot::Plain(plain) => tera::Value::from_serializable(plain),
            };
            context.insert_value(name.clone(), value);
        }
        context
    }

    /// For Tera 1.
    pub(super) fn older(&self) -> tera1::Context {
        let mut context = tera1::Context::new();
        for (name, slot) in &self.0 {
            match slot {
                Slot::Plain(plain) => context.insert(name, plain),
                Slot::Newer(value) => context.insert(name, value),
            }
        }
        context
    }
}
