-- Rows that are acknowledged and not yet in their tables (journal.go), on pages that
-- are written again and again (pages.go). What the journal had was moved before.
DROP TABLE journal;
CREATE TABLE journal_pages (
    id   INTEGER PRIMARY KEY,
    body BLOB    NOT NULL,
    sum  INTEGER NOT NULL
) STRICT;
