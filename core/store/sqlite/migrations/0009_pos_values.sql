-- Values that an adapter keeps for a POS, by key.
CREATE TABLE pos_values (
    pos   TEXT    NOT NULL,
    key   TEXT    NOT NULL,
    value TEXT    NOT NULL, -- JSON
    sum   INTEGER NOT NULL,
    PRIMARY KEY (pos, key)
) STRICT;
