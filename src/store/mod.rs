//! The only place with SQL: migrations, the calendar's rows, the outbox, sign-ins.
