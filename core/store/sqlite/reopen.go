package sqlite

// What the writer does after a failed COMMIT, and when its connection broke.

// recoverCommit is called after a failed COMMIT, and reports whether the group
// was stored after all. The COMMIT may have left a whole transaction at the end
// of the write-ahead log, which this process doesn't read, but which a process
// that starts after a crash could take for committed. So the connection is
// reopened, and a small transaction overwrites it, before anything else is
// acknowledged.
func (w *writer) recoverCommit(group []*job) bool {
	if w.reconnect() != nil {
		return false
	}
	for _, j := range group {
		if j.stored != nil {
			stored, err := j.stored(w.c)
			return err == nil && stored // one transaction: all of it or nothing
		}
	}
	return false
}

// reconnect opens the database anew after a failed COMMIT.
func (w *writer) reconnect() error {
	w.closeBroken()
	return w.reopen()
}

// closeBroken closes the connection, and with it the transaction it was in.
func (w *writer) closeBroken() {
	w.keys.forget()
	if w.c != nil {
		_ = w.c.close()
		w.c = nil
	}
}

// probe writes 16 KiB and deletes them, in one transaction.
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

// reopen connects and runs probe, which overwrites what a failed commit may have
// left and shows whether writing works again.
func (w *writer) reopen() error {
	c, err := w.dial()
	if err != nil {
		return err
	}
	if err := probe(c); err != nil {
		_ = c.close()
		return err
	}
	err = w.keys.start(c)
	var left *backlog
	if err == nil {
		left, err = readBacklog(c)
	}
	if err != nil {
		_ = c.close()
		return err
	}
	w.c, w.backlog = c, left
	w.behind.Store(!left.empty())
	return nil
}
