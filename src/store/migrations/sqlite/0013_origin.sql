-- What a session is called in other calendars, when it came from one, and the date it was announced for before.

ALTER TABLE sessions ADD COLUMN uid TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN previous_at INTEGER;
