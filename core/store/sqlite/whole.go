package sqlite

// contents is what the writer keeps in memory of an order's rows: what it takes to follow
// its digest without reading.
type contents struct {
	counted digest // what heads.orders has of it
	whole   digest // of its lines and payments
	// checksums, by id
	lines, payments map[string]*int64
}

func (c *contents) of(t table) map[string]*int64 {
	if t == linesTable {
		return c.lines
	}
	return c.payments
}

// contentsKept is how many lines and payments the writer keeps checksums of. If there are
// more, the next transaction begins with none.
const contentsKept = 200_000

// orderShare is what an order is in the digest of its multi-session.
func orderShare(sum int64, whole digest) digest { return share(int64(share(sum) + whole)) }

// contents finds those of an order; one that isn't in the table yet has none.
func (w *writer) contents(key int64) (*contents, error) {
	k := w.keys
	if c := k.contents[key]; c != nil {
		return c, nil
	}
	c := &contents{lines: map[string]*int64{}, payments: map[string]*int64{}}
	_, err := w.c.one("SELECT sum, whole FROM orders WHERE key = ?", func(r row) {
		c.whole = digest(r.int(1))
		c.counted = orderShare(r.int(0), c.whole)
	}, key)
	for _, t := range []table{linesTable, paymentsTable} {
		if err == nil {
			err = w.c.query("SELECT id, sum FROM "+t.name+" WHERE order_key = ?", func(r row) error {
				sum := r.int(1)
				c.of(t)[r.text(0)] = &sum
				return nil
			}, key)
		}
	}
	if err != nil {
		return nil, err
	}
	k.contentRows += len(c.lines) + len(c.payments)
	k.contents[key] = c
	return c, nil
}

// putContent notes the checksum of a line or a payment that is inserted or replaced.
func (w *writer) putContent(t table, key int64, id string, sum int64) error {
	c, err := w.contents(key)
	if err != nil {
		return err
	}
	c.whole += share(sum)
	if was := c.of(t)[id]; was != nil {
		c.whole -= share(*was)
		*was = sum
		return nil
	}
	w.keys.contentRows++
	c.of(t)[id] = &sum
	return nil
}

// countOrder notes the checksum of an order that is inserted or replaced, and returns the
// digest of its lines and payments.
func (w *writer) countOrder(ms, key, sum int64) (whole int64, err error) {
	c, err := w.contents(key)
	if err != nil {
		return 0, err
	}
	h, err := w.changeHead(ms)
	if err != nil {
		return 0, err
	}
	is := orderShare(sum, c.whole)
	h.orders += is - c.counted
	c.counted = is
	return int64(c.whole), nil
}

// wholes are the digests of all orders' lines and payments, by the orders' keys.
func (c *conn) wholes() (map[int64]digest, error) {
	all := map[int64]digest{}
	add := func(r row) error {
		all[r.int(0)] += share(r.int(1))
		return nil
	}
	err := c.query("SELECT order_key, sum FROM lines", add)
	if err == nil {
		err = c.query("SELECT order_key, sum FROM payments", add)
	}
	return all, err
}

// sound reports whether an order's rows are those that were written.
func (c *contents) sound() bool {
	whole := digest(0)
	for _, t := range []table{linesTable, paymentsTable} {
		for _, sum := range c.of(t) {
			whole += share(*sum)
		}
	}
	return whole == c.whole
}
