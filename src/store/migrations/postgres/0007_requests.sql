-- Requests with wished days, proposals that are answered, and the reason of a refusal.

ALTER TABLE requests ADD COLUMN wishes TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN reply TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN deadline BIGINT;
ALTER TABLE requests DROP CONSTRAINT requests_state_check;
ALTER TABLE requests
    ADD CHECK (state IN ('received', 'proposed', 'accepted', 'declined', 'withdrawn')),
    ADD CHECK (state <> 'proposed' OR (session IS NOT NULL AND deadline IS NOT NULL));
CREATE INDEX requests_by_session ON requests (session) WHERE session IS NOT NULL;
CREATE INDEX requests_waiting ON requests (deadline) WHERE state = 'proposed';
