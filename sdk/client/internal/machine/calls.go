package machine

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

const (
	pollWait  = 2 * time.Second // short, for a link that died is noticed when it is over
	leastWait = time.Second
	firstByte = 2500 * time.Millisecond // after the wait, before the answer begins
	pushTime  = 3 * time.Second         // the same of a push, which may wait for a disk
	lastByte  = 70 * time.Second        // before it has come
	tooQuick  = time.Second
)

// calls are requests whose answer is awaited: long polls, and pushes where
// there is no socket.
type calls struct {
	*step
	disk *disk

	// works: a poll was answered.
	works bool
	// pullAt is when the next poll is made.
	pullAt time.Time
	last   int
	// pulling is the poll under way; 0 is none.
	pulling int
	// wait is the longest that something between allows.
	wait    time.Duration
	pending map[int]call
}

// call is one of them.
type call struct {
	push, waits bool
	// continues a snapshot or a folded answer: from there.
	continues string
	made, due time.Time
}

// make puts a call on its way. Ids fall from -1, so that none is the ref of a
// frame.
func (c *calls) make(what protocol.Request, continues string) int {
	c.last--
	made := call{made: c.now, due: c.now.Add(firstByte), continues: continues}
	switch w := what.(type) {
	case protocol.PushRequest:
		made.push, made.due = true, c.now.Add(pushTime+upload(w.Mutations))
	case protocol.PullRequest:
		made.waits, made.due = w.Wait > 0, made.due.Add(w.Wait)
		c.pulling = c.last
	}
	c.pending[c.last] = made
	c.emit(Request{ID: c.last, Call: what})
	return c.last
}

// pull asks for what follows.
func (c *calls) pull(cursor protocol.Cursor, page string, unfinished bool) {
	what := protocol.PullRequest{ClientID: c.disk.state.ClientID, Cursor: cursor, Page: page}
	continues := ""
	if unfinished {
		continues = page + string(cursor)
	} else if cursor != "" && c.works {
		what.Wait = c.wait
	}
	c.make(what, continues)
}

// overdue are the calls that aren't answered.
func (c *calls) overdue() (ids []int) {
	for _, id := range c.ids() {
		if !c.now.Before(c.pending[id].due) {
			ids = append(ids, id)
		}
	}
	return ids
}

// ids are those of all calls, as they were made.
func (c *calls) ids() []int {
	if len(c.pending) == 0 {
		return nil
	}
	return slices.SortedFunc(maps.Keys(c.pending), func(a, b int) int { return cmp.Compare(b, a) })
}

// begun: an answer arrives, and may be long.
func (c *calls) begun(id int) {
	if p, ok := c.pending[id]; ok {
		p.due = c.now.Add(lastByte)
		c.pending[id] = p
	}
}

// finish takes a call off the list; false if it was given up before.
func (c *calls) finish(id int) (call, bool) {
	p, ok := c.pending[id]
	delete(c.pending, id)
	if id == c.pulling {
		c.pulling = 0
	}
	return p, ok
}

// forget gives up all calls, and returns their ids.
func (c *calls) forget() []int {
	ids := c.ids()
	for _, id := range ids {
		c.emit(GiveUp{ID: id})
	}
	clear(c.pending)
	c.pulling = 0
	return ids
}

// shorter asks for less after a wait that something between cut off, and says
// whether that was it.
func (c *calls) shorter(p call, err error) bool {
	var between protocol.Unreachable
	if !p.waits || !errors.As(err, &between) || between.Status != http.StatusGatewayTimeout {
		return false
	}
	c.wait, c.pullAt = max(c.wait/2, leastWait), c.now
	return true
}

// wake is when something is due.
func (c *calls) wake() (wake time.Time, some bool) {
	for _, p := range c.pending {
		if !some || p.due.Before(wake) {
			wake, some = p.due, true
		}
	}
	return wake, some
}
