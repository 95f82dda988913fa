-- Each row ends with a checksum of its other values (rows.go). In the small tables,
-- an UPDATE of a row whose checksum is wrong fails. A body that isn't JSON gets a
-- wrong checksum, so that the row is left out and reported.
ALTER TABLE identity       ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE multi_sessions ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pos            ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens         ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE clients        ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE changes        ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcomes       ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders         ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lines          ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payments       ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rejections     ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- doesn't cover resolved
ALTER TABLE known_fields   ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;

UPDATE identity SET sum = row_sum('identity', server_id, epoch);
UPDATE multi_sessions SET sum = row_sum('multi_sessions', key, id, name, active, deleted, run, run_open, pruned);
UPDATE pos SET sum = row_sum('pos', id, name, deleted, ms, till_open, user_id, user_name, since);
UPDATE tokens SET sum = row_sum('tokens', owner, hash);
UPDATE clients SET sum = row_sum('clients', key, id, pos, ms);
UPDATE changes SET sum = row_sum('changes', ms, seq, newest, body);
UPDATE outcomes SET sum = row_sum('outcomes', client, id, hash, result);
UPDATE orders SET sum = iif(body IS NULL OR json_valid(body), row_sum('orders', key, ms, id, run, number, state, rev, created, seq, at, body), -1);
UPDATE lines SET sum = iif(json_valid(body), row_sum('lines', order_key, id, n, seq, body), -1);
UPDATE payments SET sum = iif(json_valid(body), row_sum('payments', order_key, id, n, seq, body), -1);
UPDATE rejections SET sum = row_sum('rejections', id, at, ms, client, author, mutation, code, message, kept);
UPDATE known_fields SET sum = row_sum('known_fields', one, fields);

CREATE TRIGGER identity_added AFTER INSERT ON identity BEGIN
    UPDATE identity SET sum = row_sum('identity', new.server_id, new.epoch)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER identity_changes BEFORE UPDATE OF server_id, epoch ON identity
    WHEN old.sum <> row_sum('identity', old.server_id, old.epoch) BEGIN
    SELECT RAISE(ABORT, 'this row of identity is damaged');
END;
CREATE TRIGGER identity_changed AFTER UPDATE OF server_id, epoch ON identity BEGIN
    UPDATE identity SET sum = row_sum('identity', new.server_id, new.epoch)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER multi_sessions_added AFTER INSERT ON multi_sessions BEGIN
    UPDATE multi_sessions SET sum = row_sum('multi_sessions', new.key, new.id, new.name, new.active, new.deleted, new.run, new.run_open, new.pruned)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER multi_sessions_changes BEFORE UPDATE OF key, id, name, active, deleted, run, run_open, pruned ON multi_sessions
    WHEN old.sum <> row_sum('multi_sessions', old.key, old.id, old.name, old.active, old.deleted, old.run, old.run_open, old.pruned) BEGIN
    SELECT RAISE(ABORT, 'this row of multi_sessions is damaged');
END;
CREATE TRIGGER multi_sessions_changed AFTER UPDATE OF key, id, name, active, deleted, run, run_open, pruned ON multi_sessions BEGIN
    UPDATE multi_sessions SET sum = row_sum('multi_sessions', new.key, new.id, new.name, new.active, new.deleted, new.run, new.run_open, new.pruned)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER pos_added AFTER INSERT ON pos BEGIN
    UPDATE pos SET sum = row_sum('pos', new.id, new.name, new.deleted, new.ms, new.till_open, new.user_id, new.user_name, new.since)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER pos_changes BEFORE UPDATE OF id, name, deleted, ms, till_open, user_id, user_name, since ON pos
    WHEN old.sum <> row_sum('pos', old.id, old.name, old.deleted, old.ms, old.till_open, old.user_id, old.user_name, old.since) BEGIN
    SELECT RAISE(ABORT, 'this row of pos is damaged');
END;
CREATE TRIGGER pos_changed AFTER UPDATE OF id, name, deleted, ms, till_open, user_id, user_name, since ON pos BEGIN
    UPDATE pos SET sum = row_sum('pos', new.id, new.name, new.deleted, new.ms, new.till_open, new.user_id, new.user_name, new.since)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER tokens_added AFTER INSERT ON tokens BEGIN
    UPDATE tokens SET sum = row_sum('tokens', new.owner, new.hash)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER tokens_changes BEFORE UPDATE OF owner, hash ON tokens
    WHEN old.sum <> row_sum('tokens', old.owner, old.hash) BEGIN
    SELECT RAISE(ABORT, 'this row of tokens is damaged');
END;
CREATE TRIGGER tokens_changed AFTER UPDATE OF owner, hash ON tokens BEGIN
    UPDATE tokens SET sum = row_sum('tokens', new.owner, new.hash)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER known_fields_added AFTER INSERT ON known_fields BEGIN
    UPDATE known_fields SET sum = row_sum('known_fields', new.one, new.fields)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER known_fields_changes BEFORE UPDATE OF one, fields ON known_fields
    WHEN old.sum <> row_sum('known_fields', old.one, old.fields) BEGIN
    SELECT RAISE(ABORT, 'this row of known_fields is damaged');
END;
CREATE TRIGGER known_fields_changed AFTER UPDATE OF one, fields ON known_fields BEGIN
    UPDATE known_fields SET sum = row_sum('known_fields', new.one, new.fields)
        WHERE rowid = new.rowid;
END;
CREATE TRIGGER rejections_added AFTER INSERT ON rejections BEGIN
    UPDATE rejections SET sum = row_sum('rejections', new.id, new.at, new.ms, new.client, new.author, new.mutation, new.code, new.message, new.kept)
        WHERE id = new.id;
END;
