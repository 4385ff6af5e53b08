-- Sessions with a minimum, in series, for one institution alone; groups with names; notices; absences of trainers.

ALTER TABLE sessions ADD COLUMN authority TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN least BIGINT NOT NULL DEFAULT 0 CHECK (least >= 0);
ALTER TABLE sessions ADD COLUMN decides BIGINT;
ALTER TABLE sessions ADD COLUMN outlook TEXT NOT NULL DEFAULT 'open' CHECK (outlook IN ('open', 'kept', 'short'));
ALTER TABLE sessions ADD COLUMN listed BIGINT NOT NULL DEFAULT 1 CHECK (listed IN (0, 1));
ALTER TABLE sessions ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN materials TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN evaluation TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_by_series ON sessions (series) WHERE series <> '';
CREATE INDEX sessions_to_decide ON sessions (decides) WHERE outlook = 'open' AND decides IS NOT NULL;

-- Names one a line, as many as seats or fewer.
ALTER TABLE registrations ADD COLUMN names TEXT NOT NULL DEFAULT '';
ALTER TABLE registrations ADD COLUMN needs TEXT NOT NULL DEFAULT '';
CREATE INDEX registrations_with_needs ON registrations (session) WHERE needs <> '';

-- What the calendar told by itself: once for each date.
CREATE TABLE notices (
    session TEXT NOT NULL REFERENCES sessions (id),
    notice TEXT NOT NULL,
    about BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session, notice, about)
);

CREATE TABLE absences (
    id TEXT PRIMARY KEY,
    staff TEXT NOT NULL REFERENCES staff (id),
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    zone TEXT NOT NULL,
    created BIGINT NOT NULL,
    CHECK (from_at < to_at)
);
CREATE INDEX absences_by_staff ON absences (staff, to_at);

-- A trainer's time is taken by a session, travel included, or by an absence: one table, one guard (trainer_busy).
ALTER TABLE assignments ADD COLUMN id TEXT;
UPDATE assignments SET id = session || ' ' || staff;
ALTER TABLE assignments DROP CONSTRAINT assignments_pkey;
ALTER TABLE assignments ADD PRIMARY KEY (id);
ALTER TABLE assignments ALTER COLUMN session DROP NOT NULL;
ALTER TABLE assignments ADD COLUMN absence TEXT REFERENCES absences (id);
ALTER TABLE assignments ADD UNIQUE (session, staff);
ALTER TABLE assignments ADD CHECK ((session IS NULL) <> (absence IS NULL));
CREATE INDEX assignments_by_absence ON assignments (absence) WHERE absence IS NOT NULL;
