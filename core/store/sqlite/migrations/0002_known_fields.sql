-- One row: the fields of every extension that was ever enabled, as JSON.
CREATE TABLE known_fields (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    fields TEXT NOT NULL
) STRICT;
