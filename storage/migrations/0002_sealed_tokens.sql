-- Tokens are sealed from here on (storage/sealing.py). `seal` is a function that the program lends to the connection.

ALTER TABLE accounts RENAME TO plain_accounts;

CREATE TABLE accounts (
    member_id   TEXT    NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    backend     TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('anonymous', 'own')),
    sealed      BLOB    NOT NULL CHECK (length(sealed) >= 37),  -- the token, for 'account', member_id, backend, kind
    user_id     TEXT,
    expires_at  INTEGER,
    credits     INTEGER,
    kept_at     INTEGER NOT NULL,
    PRIMARY KEY (member_id, backend, kind)
) STRICT, WITHOUT ROWID;

INSERT INTO accounts (member_id, backend, kind, sealed, user_id, expires_at, credits, kept_at)
SELECT member_id, backend, kind, seal(token, 'account', member_id, backend, kind), user_id, expires_at, credits, kept_at
FROM plain_accounts
WHERE member_id IN (SELECT id FROM members);    -- a member deleted by hand, with foreign keys off, left their token behind

DROP TABLE plain_accounts;

CREATE INDEX accounts_by_key ON accounts (substr(sealed, 2, 8));    -- the key's id within the seal

-- What the program keeps to itself, sealed for 'secret', name.
CREATE TABLE secrets (
    name        TEXT    NOT NULL PRIMARY KEY,
    sealed      BLOB    NOT NULL CHECK (length(sealed) >= 37)
) STRICT, WITHOUT ROWID;

-- What is still to be done to the file itself, outside of any transaction (storage/upkeep.py). Done: the row goes.
CREATE TABLE upkeep (
    chore       TEXT    NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO upkeep (chore) VALUES ('wipe');     -- the plain tokens still stand in free pages and in the log
