-- Ids are text, ordered by their bytes. What people and extensions write (names,
-- bodies, messages) is bytea: it comes back byte by byte, whatever the encoding of
-- the database, and may have a NUL. To read it: convert_from(name, 'UTF8').

-- One row: the id of this database, the epoch, which changes when a backup is
-- restored, and the fields of extensions.
CREATE TABLE identity (
    one          boolean PRIMARY KEY CHECK (one),
    server_id    text NOT NULL,
    epoch        text NOT NULL,
    known_fields bytea
);

-- seq is the head: the number of the last change. turn counts commits, with or
-- without changes. Each commit updates this row, so there is room for its versions.
CREATE TABLE multi_sessions (
    key      bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id       text    COLLATE "C" NOT NULL UNIQUE,
    name     bytea   NOT NULL,
    active   boolean NOT NULL,
    deleted  boolean NOT NULL,
    run      bigint  NOT NULL DEFAULT 0,
    run_open boolean NOT NULL DEFAULT false,
    seq      bigint  NOT NULL DEFAULT 0,
    turn     bigint  NOT NULL DEFAULT 1,
    pruned   bigint  NOT NULL DEFAULT 0 -- seq of the newest change that prune removed
) WITH (fillfactor = 20);

CREATE TABLE pos (
    id        text    COLLATE "C" PRIMARY KEY,
    name      bytea   NOT NULL,
    deleted   boolean NOT NULL,
    ms        bigint  REFERENCES multi_sessions (key),
    till_open boolean NOT NULL,
    user_id   bytea,
    user_name bytea,
    since     timestamptz NOT NULL
);
CREATE INDEX pos_of_ms ON pos (ms) WHERE ms IS NOT NULL;

CREATE TABLE tokens (
    owner text  COLLATE "C" PRIMARY KEY, -- a POS, or '' for the admin
    hash  bytea NOT NULL UNIQUE
);

-- Both are hashes.
CREATE TABLE tickets (
    ticket bytea PRIMARY KEY,
    token  bytea NOT NULL,
    until  timestamptz NOT NULL
);

-- Values that an adapter keeps for a POS, by key.
CREATE TABLE pos_values (
    pos   text  COLLATE "C" NOT NULL REFERENCES pos (id),
    key   bytea NOT NULL,
    value bytea NOT NULL, -- JSON
    PRIMARY KEY (pos, key)
);

CREATE TABLE clients (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id  text   COLLATE "C" NOT NULL UNIQUE,
    pos text   COLLATE "C" NOT NULL,
    ms  bigint NOT NULL REFERENCES multi_sessions (key)
);
CREATE INDEX clients_of_ms ON clients (ms);

-- The tables below have no foreign keys, which would be looked up for each row of a
-- commit: its statements find what they refer to, and fail where it isn't there.

-- orders are the ids of those that the change touched. They find what changed
-- since a seq, without an index on orders.seq, and an order's history.
CREATE TABLE changes (
    ms     bigint NOT NULL,
    seq    bigint NOT NULL,
    at     timestamptz NOT NULL,
    orders text[] COLLATE "C" NOT NULL,
    body   bytea  NOT NULL,
    PRIMARY KEY (ms, seq)
);

CREATE TABLE outcomes (
    client bigint NOT NULL,
    id     bigint NOT NULL,
    hash   bytea  NOT NULL,
    result bytea  NOT NULL,
    PRIMARY KEY (client, id)
);

-- The body of a pruned order is NULL.
CREATE TABLE orders (
    key     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ms      bigint NOT NULL,
    id      text   COLLATE "C" NOT NULL,
    run     bigint NOT NULL,
    number  bigint NOT NULL,
    state   text   COLLATE "C" NOT NULL,
    rev     bigint NOT NULL,
    created bigint NOT NULL,
    seq     bigint NOT NULL,
    at      timestamptz NOT NULL,
    body    bytea,
    UNIQUE (ms, id),
    UNIQUE (ms, run, number)
) WITH (fillfactor = 80);
CREATE INDEX orders_open ON orders (ms, run, number) WHERE state = 'open';

CREATE TABLE lines (
    order_key bigint NOT NULL,
    id        text   COLLATE "C" NOT NULL,
    n         bigint NOT NULL,
    seq       bigint NOT NULL,
    body      bytea  NOT NULL,
    PRIMARY KEY (order_key, id)
) WITH (fillfactor = 90);

CREATE TABLE payments (
    order_key bigint NOT NULL,
    id        text   COLLATE "C" NOT NULL,
    n         bigint NOT NULL,
    seq       bigint NOT NULL,
    body      bytea  NOT NULL,
    PRIMARY KEY (order_key, id)
);

CREATE TABLE kept_values (
    ms    bigint NOT NULL,
    space bytea  NOT NULL,
    key   bytea  NOT NULL,
    value bytea  NOT NULL,
    PRIMARY KEY (ms, space, key)
);

-- Of a pruned order's effects, what names them stays: state and what follows it is
-- NULL.
CREATE TABLE effects (
    key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_key  bigint NOT NULL,
    id         text   COLLATE "C" NOT NULL UNIQUE,
    ms         text   COLLATE "C" NOT NULL,
    order_id   text   COLLATE "C" NOT NULL,
    extension  text   COLLATE "C" NOT NULL,
    name       bytea  NOT NULL,
    effect_key bytea  NOT NULL,
    hash       bytea  NOT NULL,
    at         timestamptz NOT NULL,
    state      text   COLLATE "C",
    attempts   bigint,
    next       timestamptz,
    since      timestamptz,
    error      bytea,
    ends       text,
    result     bytea,
    data       bytea
);
CREATE INDEX effects_of_order ON effects (order_key);
CREATE INDEX effects_pending ON effects (key) WHERE state IN ('waiting', 'held', 'answered');

CREATE TABLE effects_lease (
    one   boolean PRIMARY KEY CHECK (one),
    node  text NOT NULL,
    until timestamptz NOT NULL
);

CREATE TABLE rejections (
    id       bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    ms       text    COLLATE "C" NOT NULL,
    client   text    COLLATE "C" NOT NULL,
    pos      text    COLLATE "C" NOT NULL, -- of author
    author   bytea   NOT NULL, -- JSON
    mutation bytea   NOT NULL,
    code     text    NOT NULL,
    message  bytea   NOT NULL,
    kept     bytea,            -- JSON list of payments
    resolved boolean NOT NULL DEFAULT false
);
CREATE INDEX rejections_inbox ON rejections (id) WHERE NOT resolved;
CREATE INDEX rejections_of_pos ON rejections (pos, id);

-- advance moves a multi-session from one head to the next, and returns its key: its
-- UPDATE is a commit's lock, its numbering and its fence in one. at_turn 0 is any.
CREATE FUNCTION advance(which text, expected bigint, at_turn bigint, changes bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found_key bigint;
    is_seq bigint;
    is_turn bigint;
BEGIN
    UPDATE multi_sessions SET seq = seq + changes, turn = turn + 1
        WHERE id = which AND seq = expected AND at_turn IN (0, turn) RETURNING key INTO found_key;
    IF FOUND THEN
        RETURN found_key;
    END IF;
    SELECT seq, turn INTO is_seq, is_turn FROM multi_sessions WHERE id = which;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no multi-session %', which USING ERRCODE = 'MT404';
    END IF;
    RAISE EXCEPTION 'at %, turn %, not at %, turn %', is_seq, is_turn, expected, at_turn USING ERRCODE = 'MT409';
END $$;
