-- A second step at sign-in: the secret of an authenticator app, the last code that was used, codes for a lost phone.

ALTER TABLE staff ADD COLUMN totp TEXT;
ALTER TABLE staff ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

CREATE TABLE recovery_codes (
    hash TEXT PRIMARY KEY,
    staff TEXT NOT NULL REFERENCES staff (id)
);
CREATE INDEX recovery_codes_by_staff ON recovery_codes (staff);
