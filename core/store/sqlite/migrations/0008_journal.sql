-- Rows that are acknowledged and not yet in their tables (journal.go). A program
-- that doesn't know this table must not open the database, or it would miss them.
CREATE TABLE journal (
    id   INTEGER PRIMARY KEY,
    body BLOB    NOT NULL,
    sum  INTEGER NOT NULL
) STRICT;
