-- What a server may use, what a job has used, whom a server does not want, what the operator was warned of.

ALTER TABLE servers ADD COLUMN member_songs_day INTEGER CHECK (member_songs_day >= 0);          -- NULL: the operator's
ALTER TABLE servers ADD COLUMN server_songs_month INTEGER CHECK (server_songs_month >= 0);
ALTER TABLE servers ADD COLUMN server_credits_month INTEGER CHECK (server_credits_month >= 0);
ALTER TABLE servers ADD COLUMN when_spent TEXT NOT NULL DEFAULT 'stop' CHECK (when_spent IN ('stop', 'studio'));

-- What was counted for a job, so that it is counted once and given back once, whatever dies in between.
CREATE TABLE charges (
    job_id        TEXT    NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    day           TEXT    NOT NULL,
    server_id     TEXT    NOT NULL,
    member_key    BLOB    NOT NULL,
    kind          TEXT    NOT NULL,
    credits       INTEGER NOT NULL CHECK (credits >= 0),
    given_back_at INTEGER
) STRICT, WITHOUT ROWID;

-- An admin's reset of a member's day: the rows of `usage` still tell what was used, this much of it counts no more.
ALTER TABLE usage ADD COLUMN waived INTEGER NOT NULL DEFAULT 0 CHECK (waived >= 0);

-- Songs that were begun, cancelled and are not in `count` any more: there is a bound to these, which outlives their member.
ALTER TABLE usage ADD COLUMN begun_in_vain INTEGER NOT NULL DEFAULT 0 CHECK (begun_in_vain >= 0);

CREATE INDEX usage_of_server ON usage (server_id, day);

-- A block outlives the forgetting of its member, as usage does, or forgetting would be a way around it.
CREATE TABLE blocks (
    server_id   TEXT    NOT NULL REFERENCES servers (server_id) ON DELETE CASCADE,
    member_key  BLOB    NOT NULL,
    made_at     INTEGER NOT NULL,
    PRIMARY KEY (server_id, member_key)
) STRICT, WITHOUT ROWID;

-- The credits of an account as they were read last; `most` is what they have come down from.
CREATE TABLE balances (
    account     TEXT    NOT NULL PRIMARY KEY,           -- 'operator', or a server's id
    left        INTEGER NOT NULL,
    most        INTEGER NOT NULL,
    read_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each warning once.
CREATE TABLE warnings (
    name        TEXT    NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
