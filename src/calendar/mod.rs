//! Sessions, seats, waiting list and requests: pure rules, and their iCalendar form.
