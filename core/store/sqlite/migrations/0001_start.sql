-- Which database this is, and which life of its numbering.
CREATE TABLE identity (
    server_id TEXT NOT NULL,
    epoch     TEXT NOT NULL
) STRICT;

-- key stands for id in the big tables.
CREATE TABLE multi_sessions (
    key      INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    name     TEXT    NOT NULL,
    active   INTEGER NOT NULL,
    deleted  INTEGER NOT NULL,
    run      INTEGER NOT NULL DEFAULT 0,
    run_open INTEGER NOT NULL DEFAULT 0,
    pruned   INTEGER NOT NULL DEFAULT 0 -- the seq of the newest change that was dropped
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

-- The big tables have a rowid and an index beside it: rows are appended to
-- few pages, and only the small index entries lie scattered
-- (docs/decisions/0001-sqlite-driver.md).

-- newest is the JSON list of the keys of orders whose last change this was
-- when it was written; with orders.seq it says what changed since a seq, and
-- saves an index on orders.seq.
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

-- A dropped order has no body.
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

-- Always empty: a row comes and goes to see whether there is room.
CREATE TABLE probe (body BLOB) STRICT;
