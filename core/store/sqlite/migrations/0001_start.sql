-- One row: the id of this database, and the epoch, which changes when a backup is
-- restored.
CREATE TABLE identity (
    server_id TEXT NOT NULL,
    epoch     TEXT NOT NULL
) STRICT;

-- The large tables refer to key, which is shorter than id.
CREATE TABLE multi_sessions (
    key      INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    name     TEXT    NOT NULL,
    active   INTEGER NOT NULL,
    deleted  INTEGER NOT NULL,
    run      INTEGER NOT NULL DEFAULT 0,
    run_open INTEGER NOT NULL DEFAULT 0,
    pruned   INTEGER NOT NULL DEFAULT 0 -- seq of the newest change that prune removed
) STRICT;

CREATE TABLE pos (
    id        TEXT    PRIMARY KEY,
    name      TEXT    NOT NULL,
    deleted   INTEGER NOT NULL,
    ms        INTEGER REFERENCES multi_sessions (key),
    till_open INTEGER NOT NULL,
    user_id   TEXT,
    user_name TEXT,
    since     INTEGER NOT NULL -- times are milliseconds since 1970, UTC
) STRICT;
CREATE INDEX pos_of_ms ON pos (ms) WHERE ms IS NOT NULL;

CREATE TABLE tokens (
    owner TEXT PRIMARY KEY, -- a POS, or '' for the admin
    hash  BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE clients (
    key INTEGER PRIMARY KEY,
    id  TEXT    NOT NULL UNIQUE,
    pos TEXT    NOT NULL,
    ms  INTEGER NOT NULL REFERENCES multi_sessions (key)
) STRICT;

-- The large tables have a rowid and a separate index for their primary key: rows
-- are appended to a few pages, and only the small index entries are spread over
-- many (docs/decisions/0001-sqlite-driver.md).

-- newest is a JSON list of keys of orders: those that this change was the last of
-- when it was written. Together with orders.seq it finds the orders that changed
-- since a seq, without an index on orders.seq.
CREATE TABLE changes (
    ms     INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    newest TEXT,
    body   TEXT    NOT NULL,
    PRIMARY KEY (ms, seq)
) STRICT;

CREATE TABLE outcomes (
    client INTEGER NOT NULL,
    id     INTEGER NOT NULL,
    hash   BLOB    NOT NULL,
    result TEXT    NOT NULL,
    PRIMARY KEY (client, id)
) STRICT;

-- The body of a pruned order is NULL.
CREATE TABLE orders (
    key     INTEGER PRIMARY KEY,
    ms      INTEGER NOT NULL,
    id      TEXT    NOT NULL,
    run     INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    state   TEXT    NOT NULL,
    rev     INTEGER NOT NULL,
    created INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    body    TEXT,
    UNIQUE (ms, id),
    UNIQUE (ms, run, number)
) STRICT;
CREATE INDEX orders_open ON orders (ms, run, number) WHERE state = 'open';

CREATE TABLE lines (
    order_key INTEGER NOT NULL,
    id        TEXT    NOT NULL,
    n         INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    body      TEXT    NOT NULL,
    PRIMARY KEY (order_key, id)
) STRICT;

CREATE TABLE payments (
    order_key INTEGER NOT NULL,
    id        TEXT    NOT NULL,
    n         INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    body      TEXT    NOT NULL,
    PRIMARY KEY (order_key, id)
) STRICT;

CREATE TABLE rejections (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    ms       TEXT    NOT NULL,
    client   TEXT    NOT NULL,
    author   TEXT    NOT NULL, -- JSON
    mutation TEXT    NOT NULL,
    code     TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    kept     TEXT,             -- JSON list of payments
    resolved INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX rejections_inbox ON rejections (id) WHERE resolved = 0;

-- Always empty: a row is inserted and deleted to test whether the disk has space.
CREATE TABLE probe (body BLOB) STRICT;
