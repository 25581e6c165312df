-- The history of a project, jobs, and the claims that keep a job from acting twice.

CREATE TABLE wishes (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project_id  INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    job_id      TEXT,                           -- the job that said it; it may be gone by now
    words       TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    UNIQUE (project_id, job_id)                 -- a step that runs again remembers nothing twice
) STRICT;

CREATE INDEX projects_by_session ON projects (session_id);
CREATE INDEX projects_in_place ON projects (place, used_at);

CREATE TABLE jobs (
    id           TEXT    NOT NULL PRIMARY KEY,  -- begins with the snowflake of what asked for it: ids sort by time
    member_id    TEXT    NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    server_id    TEXT,                          -- NULL in direct messages
    channel_id   TEXT    NOT NULL,
    message_id   TEXT,                          -- the progress message
    kind         TEXT    NOT NULL,              -- JobKind
    request      TEXT    NOT NULL CHECK (json_valid(request)),
    language     TEXT    NOT NULL,
    state        TEXT    NOT NULL,              -- JobState
    stage        TEXT,
    upload_limit INTEGER,                       -- bytes
    session_id   TEXT,
    fingerprint  TEXT,                          -- of the session's state before the wish was said
    render_key   TEXT,
    film_path    TEXT,
    outcome      TEXT,                          -- of the wish that was said
    reason       TEXT,                          -- the key of the sentence why it failed, and what fills it
    facts        TEXT    CHECK (facts IS NULL OR json_valid(facts)),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    ended_at     INTEGER                        -- set with the last state, never changed again
) STRICT;

CREATE INDEX jobs_unfinished ON jobs (created_at, id) WHERE ended_at IS NULL;
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX jobs_of_member ON jobs (member_id, created_at);

CREATE TABLE claims (
    id          TEXT    NOT NULL PRIMARY KEY,
    job_id      TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    act         TEXT    NOT NULL,
    made_at     INTEGER NOT NULL,
    finished_at INTEGER,
    result      TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX claims_of_job ON claims (job_id);
