package faults_test

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

// core is the machine of a client, of Go or of TypeScript, stepped by hand.
type core interface {
	// Step takes what happened and gives what is to be done. Frames and answers come as
	// [received] and [answered].
	Step(now time.Time, inputs ...clienttest.Input) []clienttest.Effect
	State() *clienttest.State
	Order(id protocol.OrderID) *client.Order
	Orders() map[protocol.OrderID]*client.Order
	Status() client.Status
	// checkShown holds what is shown against what a restart would show.
	checkShown()
}

// storage is what a till keeps, and what its machine starts from.
type storage interface {
	// boot starts a new process on what is there.
	boot(t *till) core
	// put carries out a Store effect of the machine; on a full disk it fails.
	put(m core, s clienttest.Store, full bool) error
	// lose loses what wasn't synced.
	lose()
	// copied is a copy of what is there.
	copied() storage
}

// What comes from a server, as it was written too.
type (
	received struct {
		clienttest.Received
		raw []byte
	}
	answered struct {
		clienttest.Answered
		raw []byte
	}
)

// sent is a frame of a machine, as it is written.
type sent struct {
	clienttest.Send
	raw []byte
}

// goStorage keeps the queue of a Go client.
type goStorage struct {
	w     *simulation
	store *clienttest.MemoryStore
}

func newGoStorage(w *simulation) goStorage { return goStorage{w, clienttest.NewMemoryStore()} }

func (s goStorage) boot(t *till) core {
	state, err := s.store.Load()
	require.NoError(s.w.t, err)
	return &goCore{till: t, unchecked: true, Machine: clienttest.New(clienttest.Config{
		State: state, Token: "x", User: t.user, Random: s.w.random, NewID: s.w.clientID,
		Trace: func(part, phase, event string) { s.w.reached.note("phase", part, phase, event) },
	})}
}

func (s goStorage) put(m core, batch clienttest.Store, full bool) error {
	s.store.Fail(nil)
	if full {
		s.store.Fail(errDisk)
	}
	if batch.Whole {
		return s.store.Rewrite(m.State())
	}
	return s.store.Append(batch.Records, batch.Sync)
}

func (s goStorage) lose() { s.store.Crash() }

func (s goStorage) copied() storage {
	state, err := s.store.Load()
	require.NoError(s.w.t, err)
	other := newGoStorage(s.w)
	require.NoError(s.w.t, other.store.Rewrite(state))
	return other
}

// goCore is the Go client's machine.
type goCore struct {
	till      *till
	unchecked bool // it keeps or shows something else than at the last check
	*clienttest.Machine
}

func (c *goCore) Step(now time.Time, inputs ...clienttest.Input) []clienttest.Effect {
	for i, in := range inputs {
		switch in := in.(type) {
		case received:
			inputs[i] = in.Received
		case answered:
			inputs[i] = in.Answered
		}
	}
	effects := c.Machine.Step(now, inputs...)
	for _, e := range effects {
		switch e.(type) {
		case clienttest.Store, clienttest.Notify:
			c.unchecked = true
		}
	}
	return effects
}

func (c *goCore) checkShown() {
	if !c.unchecked || len(c.till.disk) > 0 || c.till.diskFull {
		return
	}
	c.unchecked = false
	fresh := clienttest.New(clienttest.Config{State: c.State()})
	if !reflect.DeepEqual(fresh.Orders(), c.Orders()) {
		require.Equal(c.till.w.t, fresh.Orders(), c.Orders(), "%s shows what a restart would", c.till.name)
	}
}

// random and clientID are the chance and the new ids of all tills.
func (w *simulation) random() float64  { return float64(w.dice(1000)) / 1000 }
func (w *simulation) clientID() string { return w.id("c") }

// frame is what a machine sends, as it is written.
func (w *simulation) frame(s clienttest.Send) []byte {
	raw, err := protocol.EncodeClientFrame(s.Frame)
	require.NoError(w.t, err)
	return raw
}

// problem is a failure as it is written.
func (w *simulation) problem(e error) json.RawMessage {
	raw, err := json.Marshal(protocol.AsError(e).Problem())
	require.NoError(w.t, err)
	return raw
}
