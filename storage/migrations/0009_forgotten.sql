-- Who asked to be forgotten, as a keyed hash: a backup that is restored is told to forget them again.

CREATE TABLE forgotten (
    member_key  BLOB    NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
