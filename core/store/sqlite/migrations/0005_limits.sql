-- How many clients a POS has, and which rejections are of a POS.
CREATE INDEX clients_of_ms ON clients (ms, pos);
CREATE INDEX rejections_of_pos ON rejections (iif(json_valid(author), author ->> '$.pos.id', ''), id);
