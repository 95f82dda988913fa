-- What shows that no row of a history, and none of an order, is missing or of another
-- time (chain.go, whole.go). 0 and '' are replaced by Go code in the same step.
ALTER TABLE changes ADD COLUMN prior BLOB NOT NULL DEFAULT x'';   -- the hash of the row before
ALTER TABLE orders  ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;  -- the digest of its lines and payments

-- One row for each multi-session that was written to.
CREATE TABLE heads (
    ms     INTEGER PRIMARY KEY,
    seq    INTEGER NOT NULL, -- the newest change in the table changes, and the hash of its row
    hash   BLOB    NOT NULL,
    cut    INTEGER NOT NULL, -- the rows up to this seq aren't chained: kept is their digest
    kept   INTEGER NOT NULL,
    base   BLOB    NOT NULL, -- prior of the first row behind cut
    orders INTEGER NOT NULL, -- the digest of its orders' rows
    sum    INTEGER NOT NULL
) STRICT;
