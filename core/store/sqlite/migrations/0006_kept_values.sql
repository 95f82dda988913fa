-- Values that the server keeps for a multi-session beside its orders, by space and
-- key.
CREATE TABLE kept_values (
    ms    INTEGER NOT NULL,
    space TEXT    NOT NULL,
    key   TEXT    NOT NULL,
    value TEXT    NOT NULL, -- JSON
    sum   INTEGER NOT NULL,
    PRIMARY KEY (ms, space, key)
) STRICT;
