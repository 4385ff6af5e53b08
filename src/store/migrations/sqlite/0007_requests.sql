-- Requests with wished days, proposals that are answered, and the reason of a refusal.

CREATE TABLE asked (
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
    wishes TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('received', 'proposed', 'accepted', 'declined', 'withdrawn')),
    answer TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    reply TEXT NOT NULL DEFAULT '',
    deadline INTEGER,
    session TEXT REFERENCES sessions (id),
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    version INTEGER NOT NULL,
    CHECK (state <> 'proposed' OR (session IS NOT NULL AND deadline IS NOT NULL))
);
INSERT INTO asked (id, organisation, name, email, role, departement, audience, headcount, need, preferred, state, answer,
        session, created, changed, version)
    SELECT id, organisation, name, email, role, departement, audience, headcount, need, preferred, state, answer,
        session, created, changed, version
    FROM requests;
DROP TABLE requests;
ALTER TABLE asked RENAME TO requests;
CREATE INDEX requests_by_session ON requests (session) WHERE session IS NOT NULL;
CREATE INDEX requests_waiting ON requests (deadline) WHERE state = 'proposed';
