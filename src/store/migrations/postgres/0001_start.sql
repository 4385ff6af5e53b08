-- Instants are seconds since 1970, ids are texts, states are words. What must never happen is refused here.

-- Equality of texts beside overlap of ranges, in one index.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    audience TEXT NOT NULL,
    programme TEXT NOT NULL,
    place_public TEXT NOT NULL,
    place_exact TEXT NOT NULL,
    place_link TEXT NOT NULL,
    departement TEXT NOT NULL,
    start_civil TEXT NOT NULL,
    start_zone TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    minutes BIGINT NOT NULL CHECK (minutes > 0),
    capacity BIGINT NOT NULL CHECK (capacity > 0),
    taken BIGINT NOT NULL DEFAULT 0,
    opens BIGINT,
    closes BIGINT,
    state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'postponed', 'cancelled', 'done')),
    sequence BIGINT NOT NULL,
    travel_before BIGINT NOT NULL CHECK (travel_before >= 0),
    travel_after BIGINT NOT NULL CHECK (travel_after >= 0),
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- The second wall behind the conditional UPDATE: no seat is sold twice.
    CHECK (taken BETWEEN 0 AND capacity)
);
CREATE INDEX sessions_by_start ON sessions (start_at);

CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
    role TEXT NOT NULL CHECK (role IN ('coordinator', 'trainer')),
    active BIGINT NOT NULL CHECK (active IN (0, 1)),
    password TEXT,
    created BIGINT NOT NULL
);

-- A trainer's time, travel included.
CREATE TABLE assignments (
    session TEXT NOT NULL REFERENCES sessions (id),
    staff TEXT NOT NULL REFERENCES staff (id),
    busy_from BIGINT NOT NULL,
    busy_to BIGINT NOT NULL,
    active BIGINT NOT NULL CHECK (active IN (0, 1)),
    PRIMARY KEY (session, staff),
    CHECK (busy_from < busy_to),
    -- Nobody is in two places; back to back is fine. The name is what the program reads in the refusal.
    CONSTRAINT trainer_busy
        EXCLUDE USING gist (staff WITH =, int8range(busy_from, busy_to) WITH &&) WHERE (active = 1)
);

CREATE TABLE registrations (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    organisation TEXT NOT NULL,
    departement TEXT NOT NULL,
    seats BIGINT NOT NULL CHECK (seats > 0),
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'confirmed', 'waiting', 'offered', 'cancelled', 'expired')),
    position BIGINT NOT NULL,
    verified BIGINT NOT NULL CHECK (verified IN (0, 1)),
    deadline BIGINT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (session, position)
);
-- One active registration per person and session.
CREATE UNIQUE INDEX registrations_one_active ON registrations (session, lower(email))
    WHERE state NOT IN ('cancelled', 'expired') AND email <> '';
CREATE INDEX registrations_by_email ON registrations (session, lower(email));
CREATE INDEX registrations_waiting ON registrations (session, position) WHERE state = 'waiting';
CREATE INDEX registrations_due ON registrations (deadline) WHERE state IN ('pending', 'offered');

-- A form sent twice gets the same answer.
CREATE TABLE submissions (
    id TEXT PRIMARY KEY,
    shown TEXT NOT NULL,
    subject TEXT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    departement TEXT NOT NULL,
    audience TEXT NOT NULL,
    headcount BIGINT NOT NULL CHECK (headcount > 0),
    need TEXT NOT NULL,
    preferred TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'accepted', 'declined', 'withdrawn')),
    answer TEXT NOT NULL,
    session TEXT REFERENCES sessions (id),
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- Links in mails: only the hash of a token is kept. `expires` is NULL where the session's end decides.
CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    expires BIGINT
);
CREATE INDEX tokens_by_subject ON tokens (subject, purpose);

CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    staff TEXT NOT NULL REFERENCES staff (id),
    created BIGINT NOT NULL,
    used BIGINT NOT NULL,
    agent TEXT NOT NULL,
    csrf TEXT NOT NULL
);

-- Who did what to which row. Append only.
CREATE TABLE audit (
    line BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_is_append_only';
END
$$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
