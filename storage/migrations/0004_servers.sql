-- What the people who run a Discord server decided, and what was used on which day.

CREATE TABLE servers (
    server_id          TEXT    NOT NULL PRIMARY KEY,
    language           TEXT,                            -- NULL: the member's own
    style              TEXT,                            -- where a wish names none
    cloud_allowed      INTEGER NOT NULL DEFAULT 1 CHECK (cloud_allowed IN (0, 1)),
    listening_channels TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(listening_channels)),
    allowed_channels   TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(allowed_channels)),  -- []: all
    allowed_roles      TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(allowed_roles)),     -- []: everybody
    left_at            INTEGER                          -- when the bot was sent away
) STRICT, WITHOUT ROWID;

-- Hangs on no member: who is forgotten and comes back in the same day has used what they have used. `member_key` is a
-- keyed hash of their id; its key stands sealed in `secrets`, so that the file alone does not tell whose row it is.
CREATE TABLE usage (
    day         TEXT    NOT NULL,                       -- 2030-01-31, UTC
    server_id   TEXT    NOT NULL,                       -- '' in direct messages
    member_key  BLOB    NOT NULL,
    kind        TEXT    NOT NULL,
    count       INTEGER NOT NULL CHECK (count >= 0),
    credits     INTEGER NOT NULL CHECK (credits >= 0),
    PRIMARY KEY (day, server_id, member_key, kind)
) STRICT, WITHOUT ROWID;
