-- What is erased and what figures count are found by an index, however much was kept before.

-- Whose people are forgotten already. A session that changes is looked at once more.
ALTER TABLE sessions ADD COLUMN erased INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1));
CREATE INDEX sessions_to_erase ON sessions (end_at) WHERE erased = 0;
-- A session's registrations are found by their positions as well.
DROP INDEX registrations_personal;
CREATE INDEX requests_personal ON requests (state, changed) WHERE email <> '';

ALTER TABLE outbox ADD COLUMN request TEXT NOT NULL DEFAULT '';
UPDATE outbox SET request = COALESCE(json_extract(letter, '$.request.id'), '') WHERE erased = 0;
CREATE INDEX outbox_by_request ON outbox (request) WHERE request <> '';
CREATE INDEX outbox_by_registration ON outbox (registration) WHERE registration <> '';

-- Figures are read from these alone; the texts of sessions and registrations lie elsewhere.
CREATE INDEX sessions_figures ON sessions (start_at, kind, state, departement, audience, end_at, taken, id);
CREATE INDEX reached_figures ON reached (session, people);
CREATE INDEX registrations_confirmed ON registrations (session, departement, seats) WHERE state = 'confirmed';
DROP INDEX requests_by_age;
CREATE INDEX requests_figures ON requests (created, state, reason, departement);
