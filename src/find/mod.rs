//! Finding words: what makes two French words the same one, and an index that is cut into small files.
//!
//! Entry points: [`index::files`] at build (episodes in, files out), [`ask::Said`] on a server, which answers from the
//! same files as `js/search.js` does in a browser. It knows neither episodes nor HTTP.

pub mod ask;
pub mod index;
pub mod pages;
pub mod postings;
pub mod roots;
