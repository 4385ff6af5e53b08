-- What the program alone may read is sealed with a key that is not in the database; here is what tells whether it is the
-- right one.
CREATE TABLE keys (
    print TEXT PRIMARY KEY,
    created BIGINT NOT NULL
);
