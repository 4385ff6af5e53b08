-- What is asked every minute or every hour finds its rows without reading all there ever were.

CREATE INDEX outbox_by_state ON outbox (state, created);
DROP INDEX outbox_by_age;
CREATE INDEX outbox_to_erase ON outbox (created) WHERE erased = 0;
CREATE INDEX tokens_by_expiry ON tokens (expires) WHERE expires IS NOT NULL;
CREATE INDEX registrations_personal ON registrations (session) WHERE email <> '';
CREATE INDEX registrations_given_up ON registrations (changed)
    WHERE state IN ('cancelled', 'expired') AND email <> '';
