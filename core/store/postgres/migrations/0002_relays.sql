-- Shops' servers whose multi-sessions are copied here. Their tokens are in tokens, of
-- the owner 'relay ' || id.
CREATE TABLE relays (
    id        text    COLLATE "C" PRIMARY KEY,
    name      bytea   NOT NULL,
    deleted   boolean NOT NULL,
    server_id text    NOT NULL,
    seen      timestamptz NOT NULL -- 1970: never
);
