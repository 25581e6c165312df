-- Everything of a member hangs on one row of `members`, so that forgetting them is one delete.
-- Moments are milliseconds since 1970 in UTC.

CREATE TABLE members (
    id          TEXT    NOT NULL PRIMARY KEY,
    client_id   TEXT    NOT NULL UNIQUE,        -- the UUID of X-Client-Id, kept for good
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    member_id   TEXT    NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    backend     TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('anonymous', 'own')),
    token       TEXT    NOT NULL,
    user_id     TEXT,
    expires_at  INTEGER,
    credits     INTEGER,
    kept_at     INTEGER NOT NULL,
    PRIMARY KEY (member_id, backend, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    member_id   TEXT    NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    place       TEXT    NOT NULL,               -- a channel or thread, or "terminal"
    backend     TEXT    NOT NULL,
    session_id  TEXT    NOT NULL,               -- 19 digits: never a number
    task_id     TEXT,
    title       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    used_at     INTEGER NOT NULL,
    retired_at  INTEGER
) STRICT;

-- One current project for each member, place and backend.
CREATE UNIQUE INDEX projects_current ON projects (member_id, place, backend) WHERE retired_at IS NULL;
CREATE INDEX projects_of_member ON projects (member_id, used_at);
