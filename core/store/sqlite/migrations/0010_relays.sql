-- Shops' servers whose multi-sessions are copied here. Their tokens are in tokens, of
-- the owner 'relay ' || id.
CREATE TABLE relays (
    id        TEXT    PRIMARY KEY,
    name      TEXT    NOT NULL,
    deleted   INTEGER NOT NULL,
    server_id TEXT    NOT NULL,
    seen      INTEGER NOT NULL, -- milliseconds since 1970; 0: never
    sum       INTEGER NOT NULL
) STRICT;
