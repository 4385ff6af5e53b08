//! Images, audio and video: what a file is, and the variants made of it.

pub mod audio;
pub mod image;
pub mod sound;
pub mod words;
