-- Letters can be recalled before they are sent, are found by what they speak of, and lose their content with time.

CREATE TABLE letters (
    key TEXT PRIMARY KEY,
    letter TEXT NOT NULL,
    kind TEXT NOT NULL,
    session TEXT NOT NULL,
    registration TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'kept', 'dead', 'cancelled')),
    attempts INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    created INTEGER NOT NULL,
    error TEXT NOT NULL,
    erased INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1))
);
INSERT INTO letters (key, letter, kind, session, registration, state, attempts, not_before, created, error)
    SELECT key, letter, json_extract(letter, '$.kind'), COALESCE(json_extract(letter, '$.session.id'), ''),
        COALESCE(json_extract(letter, '$.registration.id'), ''), state, attempts, not_before, created, error
    FROM outbox;
DROP TABLE outbox;
ALTER TABLE letters RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 'due';
CREATE INDEX outbox_due_by_session ON outbox (session) WHERE state = 'due';
CREATE INDEX outbox_by_age ON outbox (created);

-- The SEQUENCE of the last invitation of a person to a session. `person` is a hash of both, which says nothing alone.
CREATE TABLE invitations (
    session TEXT NOT NULL REFERENCES sessions (id),
    person TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (session, person)
);

-- What was erased is nobody's any more.
DROP INDEX registrations_one_active;
CREATE UNIQUE INDEX registrations_one_active ON registrations (session, lower(email))
    WHERE state NOT IN ('cancelled', 'expired') AND email <> '';
