-- A payment for an order that was dropped left JSON that nobody can read: an
-- order's body, and a change that cut its readers off. The order gets the
-- author that it lacks, and is known as pruned. The change goes as if it had been pruned, so that
-- whoever stands before it takes a snapshot.
UPDATE orders SET body = replace(body, '"created":,', '"pruned":true,"created":{"pos":{"id":"","name":""},"user":null},')
    WHERE body IS NOT NULL AND NOT json_valid(body);
UPDATE multi_sessions SET pruned = max(pruned, coalesce(
    (SELECT max(seq) FROM changes WHERE ms = multi_sessions.key AND NOT json_valid(body)), 0));
DELETE FROM changes WHERE NOT json_valid(body);
