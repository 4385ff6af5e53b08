-- What came through the JSON interface, people reached, sessions of other calendars.

-- A key used twice with the same content gets the same answer; only hashes are kept.
CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX idempotency_by_age ON idempotency (created);

-- How many people came, as somebody of the staff declared.
CREATE TABLE reached (
    session TEXT PRIMARY KEY REFERENCES sessions (id),
    people BIGINT NOT NULL CHECK (people BETWEEN 0 AND 100000),
    staff TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Sessions taken from another calendar, by what identified them there.
CREATE TABLE imports (
    uid TEXT PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id),
    created BIGINT NOT NULL
);

CREATE INDEX requests_by_age ON requests (created);
