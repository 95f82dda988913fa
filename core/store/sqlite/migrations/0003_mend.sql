-- Repairs what an older version wrote for a payment on a pruned order: invalid JSON
-- in the order's body and in the change, which disconnected each client that read
-- it. The order gets the missing author and is marked as pruned. The change is
-- deleted as if it had been pruned, so that clients behind it take a snapshot.
UPDATE orders SET body = replace(body, '"created":,', '"pruned":true,"created":{"pos":{"id":"","name":""},"user":null},')
    WHERE body IS NOT NULL AND NOT json_valid(body);
UPDATE multi_sessions SET pruned = max(pruned, coalesce(
    (SELECT max(seq) FROM changes WHERE ms = multi_sessions.key AND NOT json_valid(body)), 0));
DELETE FROM changes WHERE NOT json_valid(body);
