-- Sessions with a minimum, in series, for one institution alone; groups with names; notices; absences of trainers.

ALTER TABLE sessions ADD COLUMN authority TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN least INTEGER NOT NULL DEFAULT 0 CHECK (least >= 0);
ALTER TABLE sessions ADD COLUMN decides INTEGER;
ALTER TABLE sessions ADD COLUMN outlook TEXT NOT NULL DEFAULT 'open' CHECK (outlook IN ('open', 'kept', 'short'));
ALTER TABLE sessions ADD COLUMN listed INTEGER NOT NULL DEFAULT 1 CHECK (listed IN (0, 1));
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
    about INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (session, notice, about)
);

CREATE TABLE absences (
    id TEXT PRIMARY KEY,
    staff TEXT NOT NULL REFERENCES staff (id),
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    zone TEXT NOT NULL,
    created INTEGER NOT NULL,
    CHECK (from_at < to_at)
);
CREATE INDEX absences_by_staff ON absences (staff, to_at);

-- A trainer's time is taken by a session, travel included, or by an absence: one table, one guard.
CREATE TABLE times (
    id TEXT PRIMARY KEY,
    session TEXT REFERENCES sessions (id),
    absence TEXT REFERENCES absences (id),
    staff TEXT NOT NULL REFERENCES staff (id),
    busy_from INTEGER NOT NULL,
    busy_to INTEGER NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    UNIQUE (session, staff),
    CHECK (busy_from < busy_to),
    CHECK ((session IS NULL) <> (absence IS NULL))
);
INSERT INTO times (id, session, staff, busy_from, busy_to, active)
    SELECT session || ' ' || staff, session, staff, busy_from, busy_to, active FROM assignments;
DROP TABLE assignments;
ALTER TABLE times RENAME TO assignments;
CREATE INDEX assignments_by_staff ON assignments (staff, busy_from) WHERE active = 1;
CREATE INDEX assignments_by_absence ON assignments (absence) WHERE absence IS NOT NULL;

CREATE TRIGGER assignments_insert BEFORE INSERT ON assignments WHEN NEW.active = 1
BEGIN
    SELECT RAISE(ABORT, 'trainer_busy') WHERE EXISTS (
        SELECT 1 FROM assignments a
        WHERE a.staff = NEW.staff AND a.active = 1 AND a.id <> NEW.id
          AND a.busy_from < NEW.busy_to AND NEW.busy_from < a.busy_to
    );
END;

CREATE TRIGGER assignments_update BEFORE UPDATE ON assignments WHEN NEW.active = 1
BEGIN
    SELECT RAISE(ABORT, 'trainer_busy') WHERE EXISTS (
        SELECT 1 FROM assignments a
        WHERE a.staff = NEW.staff AND a.active = 1 AND a.id <> NEW.id
          AND a.busy_from < NEW.busy_to AND NEW.busy_from < a.busy_to
    );
END;
