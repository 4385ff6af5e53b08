//! Messages and their delivery; the only place that knows SMTP.
