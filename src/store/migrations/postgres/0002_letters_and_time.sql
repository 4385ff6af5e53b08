-- Letters can be recalled before they are sent, are found by what they speak of, and lose their content with time.

CREATE TABLE outbox (
    key TEXT PRIMARY KEY,
    letter TEXT NOT NULL,
    kind TEXT NOT NULL,
    session TEXT NOT NULL,
    registration TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'kept', 'dead', 'cancelled')),
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    created BIGINT NOT NULL,
    error TEXT NOT NULL,
    erased BIGINT NOT NULL DEFAULT 0 CHECK (erased IN (0, 1))
);
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 'due';
CREATE INDEX outbox_due_by_session ON outbox (session) WHERE state = 'due';
CREATE INDEX outbox_by_age ON outbox (created);

-- The SEQUENCE of the last invitation of a person to a session. `person` is a hash of both, which says nothing alone.
CREATE TABLE invitations (
    session TEXT NOT NULL REFERENCES sessions (id),
    person TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (session, person)
);
