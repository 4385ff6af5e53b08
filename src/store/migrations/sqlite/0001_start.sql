-- Instants are seconds since 1970, ids are texts, states are words. What must never happen is refused here.

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
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    minutes INTEGER NOT NULL CHECK (minutes > 0),
    capacity INTEGER NOT NULL CHECK (capacity > 0),
    taken INTEGER NOT NULL DEFAULT 0,
    opens INTEGER,
    closes INTEGER,
    state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'postponed', 'cancelled', 'done')),
    sequence INTEGER NOT NULL,
    travel_before INTEGER NOT NULL CHECK (travel_before >= 0),
    travel_after INTEGER NOT NULL CHECK (travel_after >= 0),
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    version INTEGER NOT NULL,
    -- The second wall behind the conditional UPDATE: no seat is sold twice.
    CHECK (taken BETWEEN 0 AND capacity)
);
CREATE INDEX sessions_by_start ON sessions (start_at);

CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
    role TEXT NOT NULL CHECK (role IN ('coordinator', 'trainer')),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    password TEXT,
    created INTEGER NOT NULL
);

-- A trainer's time, travel included.
CREATE TABLE assignments (
    session TEXT NOT NULL REFERENCES sessions (id),
    staff TEXT NOT NULL REFERENCES staff (id),
    busy_from INTEGER NOT NULL,
    busy_to INTEGER NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    PRIMARY KEY (session, staff),
    CHECK (busy_from < busy_to)
);
CREATE INDEX assignments_by_staff ON assignments (staff, busy_from) WHERE active = 1;

CREATE TRIGGER assignments_insert BEFORE INSERT ON assignments WHEN NEW.active = 1
BEGIN
    SELECT RAISE(ABORT, 'trainer_busy') WHERE EXISTS (
        SELECT 1 FROM assignments a
        WHERE a.staff = NEW.staff AND a.active = 1 AND a.session <> NEW.session
          AND a.busy_from < NEW.busy_to AND NEW.busy_from < a.busy_to
    );
END;

CREATE TRIGGER assignments_update BEFORE UPDATE ON assignments WHEN NEW.active = 1
BEGIN
    SELECT RAISE(ABORT, 'trainer_busy') WHERE EXISTS (
        SELECT 1 FROM assignments a
        WHERE a.staff = NEW.staff AND a.active = 1 AND a.session <> NEW.session
          AND a.busy_from < NEW.busy_to AND NEW.busy_from < a.busy_to
    );
END;

CREATE TABLE registrations (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    organisation TEXT NOT NULL,
    departement TEXT NOT NULL,
    seats INTEGER NOT NULL CHECK (seats > 0),
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'confirmed', 'waiting', 'offered', 'cancelled', 'expired')),
    position INTEGER NOT NULL,
    verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
    deadline INTEGER,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (session, position)
);
-- One active registration per person and session.
CREATE UNIQUE INDEX registrations_one_active ON registrations (session, lower(email))
    WHERE state NOT IN ('cancelled', 'expired');
CREATE INDEX registrations_by_email ON registrations (session, lower(email));
CREATE INDEX registrations_waiting ON registrations (session, position) WHERE state = 'waiting';
CREATE INDEX registrations_due ON registrations (deadline) WHERE state IN ('pending', 'offered');

-- A form sent twice gets the same answer.
CREATE TABLE submissions (
    id TEXT PRIMARY KEY,
    shown TEXT NOT NULL,
    subject TEXT NOT NULL,
    created INTEGER NOT NULL
);

CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    departement TEXT NOT NULL,
    audience TEXT NOT NULL,
    headcount INTEGER NOT NULL CHECK (headcount > 0),
    need TEXT NOT NULL,
    preferred TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'accepted', 'declined', 'withdrawn')),
    answer TEXT NOT NULL,
    session TEXT REFERENCES sessions (id),
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    version INTEGER NOT NULL
);

-- Links in mails: only the hash of a token is kept. `expires` is NULL where the session's end decides.
CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    expires INTEGER
);
CREATE INDEX tokens_by_subject ON tokens (subject, purpose);

CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    staff TEXT NOT NULL REFERENCES staff (id),
    created INTEGER NOT NULL,
    used INTEGER NOT NULL,
    agent TEXT NOT NULL,
    csrf TEXT NOT NULL
);

CREATE TABLE outbox (
    key TEXT PRIMARY KEY,
    letter TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'kept', 'dead')),
    attempts INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    created INTEGER NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 'due';
CREATE INDEX outbox_by_age ON outbox (created);

-- Who did what to which row. Append only.
CREATE TABLE audit (
    line INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit_is_append_only');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit_is_append_only');
END;
