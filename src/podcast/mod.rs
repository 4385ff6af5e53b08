//! Series, episodes, transcripts, chapters and the feed.
