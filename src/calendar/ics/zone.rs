//! VTIMEZONE: the clock changes of a zone.
