//! The search index, made at build.
