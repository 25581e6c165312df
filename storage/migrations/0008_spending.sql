-- A server's own token, and which backend makes a job.

CREATE TABLE server_accounts (
    server_id   TEXT    NOT NULL REFERENCES servers (server_id) ON DELETE CASCADE,
    backend     TEXT    NOT NULL,
    sealed      BLOB    NOT NULL CHECK (length(sealed) >= 37),  -- the token, for 'server', server_id, backend
    credits     INTEGER,
    kept_at     INTEGER NOT NULL,
    PRIMARY KEY (server_id, backend)
) STRICT, WITHOUT ROWID;

CREATE INDEX server_accounts_by_key ON server_accounts (substr(sealed, 2, 8));

ALTER TABLE jobs ADD COLUMN backend TEXT;       -- NULL: the bot's usual one

-- 1: the credits were spent, and the studio goes on with it, which its member is told.
ALTER TABLE jobs ADD COLUMN detour INTEGER NOT NULL DEFAULT 0 CHECK (detour IN (0, 1));
