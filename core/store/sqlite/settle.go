package sqlite

// A COMMIT that failed may have left a whole transaction in the log, behind
// the part that counts. This process won't read it, but one that starts after
// a crash could take it for a commit. So before anything else is promised,
// the connection is opened anew and something is written over it.

// settle does that after a failed COMMIT. It reports whether the group was
// stored after all.
func (w *writer) settle(group []*job) bool {
	w.keys.forget()
	w.broken()
	if w.reopen() != nil {
		return false
	}
	for _, j := range group {
		if j.there != nil {
			stored, err := j.there(w.c)
			return err == nil && stored // one transaction: all of it or nothing
		}
	}
	return false
}

// broken gives up the connection, and with it whatever transaction it was in.
func (w *writer) broken() {
	w.keys.forget()
	if w.c != nil {
		_ = w.c.close()
		w.c = nil
	}
}

// probe writes 16 KiB and takes them away, in one transaction.
func probe(c *conn) error {
	for _, step := range []string{"BEGIN IMMEDIATE", probeIn, probeOut, "COMMIT"} {
		if _, err := c.exec(step); err != nil {
			return err
		}
	}
	return nil
}

const (
	probeIn  = "INSERT INTO probe VALUES (zeroblob(16384))"
	probeOut = "DELETE FROM probe"
)

// reopen connects and writes a little: over what a failed commit may have left,
// and to see whether that works again.
func (w *writer) reopen() error {
	c, err := w.dial()
	if err != nil {
		return err
	}
	if err := probe(c); err != nil {
		_ = c.close()
		return err
	}
	if err := w.keys.start(c); err != nil {
		_ = c.close()
		return err
	}
	w.c = c
	return nil
}
