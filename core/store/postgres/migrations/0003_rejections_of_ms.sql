-- The rejections of one multi-session: a shop's link looks for those that wait.
CREATE INDEX rejections_of_ms ON rejections (ms, resolved, id);
