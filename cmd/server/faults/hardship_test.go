package faults_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
)

// buffered is how many frames lie between a server and a reader that takes none; the
// server closes the link of one that leaves them for too long.
const (
	buffered  = 8
	tooSlow   = 10 * time.Second
	codeSlow  = 4208
	mostlyOff = 3 * time.Hour
)

// clog: the till reads nothing for a while. The server says as much as the network
// takes, and keeps the place.
func (t *till) clog() {
	if t.clogged = !t.clogged && t.conn != 0; t.clogged {
		t.cloggedAt = t.w.clock
	}
	t.w.idle = t.conn == 0
}

// full reports whether nothing more fits between the server and a reader that is too
// slow. One that stays so is closed.
func (t *till) full() bool {
	if t.w.clock.Sub(t.cloggedAt) > tooSlow {
		t.w.tell("%s is too slow", t.name)
		t.clogged, t.socket.closed = false, codeSlow
		t.w.reached.note("close", "too slow")
		return true
	}
	return len(t.down) >= buffered
}

// leaps are by how much clocks are wrong.
var leaps = []time.Duration{
	time.Second, -time.Second, time.Minute, -time.Minute, mostlyOff, -mostlyOff, 400 * 24 * time.Hour, -400 * 24 * time.Hour,
}

// jump sets a till's clock. A client's clock never goes back while it runs, so it
// starts anew for that.
func (t *till) jump() {
	by := pick(t.w.dice, leaps)
	t.w.tell("the clock of %s jumps by %s", t.name, by)
	t.skew += by
	if by < 0 {
		t.crash()
		return
	}
	t.tick()
}

// jump sets the server's clock; back, when it starts.
func (w *simulation) jump() {
	by := pick(w.dice, leaps)
	w.tell("the clock of the server jumps by %s", by)
	w.server.skew += by
	if by < 0 {
		w.crash("the server restarts")
	}
}

// prune drops history, up to now or a little less.
func (w *simulation) prune() {
	before := w.server.now().Add(-pick(w.dice, []time.Duration{0, time.Second, 20 * time.Second}))
	count, err := w.server.store.Prune(context.Background(), before, false)
	if err != nil {
		w.t.Fatalf("pruning: %v", err)
	}
	w.tell("%d changes of %d orders are pruned", count.Changes, count.Orders)
	w.idle = count.Changes == 0
}

// device starts another till on a POS, with an empty queue: a second tablet, or one that
// was set up anew.
func (w *simulation) device(beside *till) {
	if w.idle = len(w.tills) > 3; !w.idle {
		w.addTill(beside.pos.ID, w.dice.one(2), w.faults.scripts != nil && w.dice.script())
		w.tell("%s is another device of %s", w.tills[len(w.tills)-1].name, beside.pos.ID)
	}
}

// strangeOps are ops that no till of ours asks for. None of them changes anything.
var strangeOps = []string{
	`[{"op":"order.create","order":"strange"},{"op":"order.teleport","order":"strange"}]`,
	`[{"op":"order.create","order":"strange"},{"op":"line.add","order":"strange","line":"mt:1","set":{}}]`,
	`[{"op":"order.create","order":"strange"},{"op":"line.move","order":"strange","lines":["l"],"to":"strange"}]`,
	`[]`,
	`[{"op":"order.pay","order":"nobody","payment":{"id":"strange","method":"cash","amount":1}}]`,
}

// stranger is a client of somebody else's, which pushes what ours don't, at the POS of a till:
// a queue of its own, or a till's by another POS.
func (w *simulation) stranger(at *till) {
	session := w.server.sessionOf(at.pos.ID)
	push := &multisession.Push{Client: protocol.ClientID(w.id("stranger")), POS: at.pos}
	// A restored server doesn't know all queues: to take one there is another disaster.
	if of := pick(w.dice, w.tills); w.dice.one(3) && of.pos.ID != at.pos.ID && !w.faults.restores() {
		push.Client = of.m.State().ClientID
	}
	raw := `{"id":` + pick(w.dice, []string{"1", "1", "3"}) + `,"ops":` + pick(w.dice, strangeOps) + `}`
	m, err := order.Decode([]byte(raw), w.faults.limits())
	require.NoError(w.t, err)
	push.Mutations = []*order.Mutation{m}
	w.tell("a stranger at %s pushes as %s: %s", at.pos.ID, push.Client, raw)
	reply := w.server.ask(session, push)
	if reply.Err != nil {
		w.reached.of(false).failure(reply.Err)
		return
	}
	for _, result := range reply.Results {
		var r protocol.Result
		require.NoError(w.t, json.Unmarshal(result.JSON, &r))
		w.reached.of(false).outcome(m, &r)
		require.Equal(w.t, protocol.Rejected, r.Status, "what a stranger asks for at %s: %s", at.pos.ID, raw)
	}
}
