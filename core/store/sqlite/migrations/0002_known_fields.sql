-- The fields of every extension that was ever enabled, as JSON: one row.
CREATE TABLE known_fields (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    fields TEXT NOT NULL
) STRICT;
