//! The server: listener and limits, one list of routes, pages from memory, media, the calendar's pages.
