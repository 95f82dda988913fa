-- Indexes that count the clients and the rejections of a POS.
CREATE INDEX clients_of_ms ON clients (ms, pos);
CREATE INDEX rejections_of_pos ON rejections (iif(json_valid(author), author ->> '$.pos.id', ''), id);
