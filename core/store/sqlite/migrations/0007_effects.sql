-- What extensions want done after a commit, by position. This names them, for ever.
CREATE TABLE effects (
    key        INTEGER PRIMARY KEY,
    order_key  INTEGER NOT NULL,
    id         TEXT    NOT NULL UNIQUE,
    ms         TEXT    NOT NULL,
    order_id   TEXT    NOT NULL,
    extension  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    effect_key TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    at         INTEGER NOT NULL,
    sum        INTEGER NOT NULL,
    UNIQUE (order_key, extension, name, effect_key)
) STRICT;

-- How far each is. Pruning an order deletes these rows.
CREATE TABLE outbox (
    key      INTEGER PRIMARY KEY,
    state    TEXT    NOT NULL,
    attempts INTEGER NOT NULL,
    next     INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    ends     TEXT    NOT NULL,
    result   TEXT, -- JSON
    data     TEXT    NOT NULL, -- JSON
    sum      INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_pending ON outbox (key, state) WHERE state IN ('waiting', 'held', 'answered');

-- At most one row: the node that does the effects.
CREATE TABLE effects_lease (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    node  TEXT    NOT NULL,
    until INTEGER NOT NULL,
    sum   INTEGER NOT NULL
) STRICT;
