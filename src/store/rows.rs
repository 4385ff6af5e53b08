//! Rows of the database as values of the calendar.
