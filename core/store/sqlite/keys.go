package sqlite

import (
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// keys caches keys of rows for the writer, so that a commit needn't look them up.
// It includes what the transaction under way wrote, so every rollback empties
// it.
type keys struct {
	multiSessions map[protocol.MultiSessionID]*multiSessionKey
	clients       map[protocol.ClientID]*clientKey
	orders        map[orderID]orderKey
	// heads are rows of heads, by multi-session; dirty ones are in dirty until they are
	// written.
	heads map[int64]*head
	dirty []int64
	// contents are of orders, by key; contentRows is how many lines and payments they have.
	contents    map[int64]*contents
	contentRows int
	// the highest keys in use
	lastClient, lastOrder, lastEffect int64
}

// known is the maximum size of each map; a full one is emptied.
const known = 100_000

type multiSessionKey struct {
	key  int64
	head protocol.Seq
}

type clientKey struct {
	key  int64
	last protocol.MutationID // the highest id with an outcome
}

type orderID struct {
	ms int64
	id protocol.OrderID
}

// orderKey is an order's key and the columns of its row that seldom change.
type orderKey struct {
	key     int64
	run     protocol.Run
	number  protocol.Number
	state   protocol.State
	created protocol.Seq
}

func newKeys() *keys {
	k := &keys{}
	k.forget()
	return k
}

func (k *keys) forget() {
	k.multiSessions = map[protocol.MultiSessionID]*multiSessionKey{}
	k.clients = map[protocol.ClientID]*clientKey{}
	k.orders = map[orderID]orderKey{}
	k.heads, k.dirty = map[int64]*head{}, nil
	k.forgetContents()
}

func (k *keys) forgetContents() {
	k.contents, k.contentRows = map[int64]*contents{}, 0
}

// start reads the highest keys.
func (k *keys) start(c *conn) error {
	_, err := c.one("SELECT max(key) FROM clients", func(r row) { k.lastClient = r.int(0) })
	if err == nil {
		_, err = c.one("SELECT max(key) FROM orders", func(r row) { k.lastOrder = r.int(0) })
	}
	if err == nil {
		_, err = c.one("SELECT max(key) FROM effects", func(r row) { k.lastEffect = r.int(0) })
	}
	return err
}

// multiSession finds a multi-session's key and head.
func (w *writer) multiSession(id protocol.MultiSessionID) (*multiSessionKey, error) {
	k := w.keys
	if ms := k.multiSessions[id]; ms != nil {
		return ms, nil
	}
	key, pruned, err := msKey(w.c, id)
	if err != nil {
		return nil, err
	}
	head, _, err := readHead(w.c, key, pruned)
	if err != nil {
		return nil, err
	}
	if len(k.multiSessions) >= known {
		clear(k.multiSessions)
	}
	ms := &multiSessionKey{key, max(head, w.backlog.heads[key])}
	k.multiSessions[id] = ms
	return ms, nil
}

// client finds a client's key and last id.
func (w *writer) client(id protocol.ClientID) (*clientKey, error) {
	if c := w.keys.clients[id]; c != nil {
		return c, nil
	}
	c := &clientKey{}
	found, err := w.c.one("SELECT key, (SELECT max(id) FROM outcomes WHERE client = clients.key) FROM clients WHERE id = ?",
		func(r row) { c.key, c.last = r.int(0), protocol.MutationID(r.int(1)) }, string(id))
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, store.ErrNotFound
	}
	c.last = max(c.last, w.backlog.lastIDs[c.key])
	w.keys.putClient(id, c)
	return c, nil
}

func (k *keys) putClient(id protocol.ClientID, c *clientKey) {
	if len(k.clients) >= known {
		clear(k.clients)
	}
	k.clients[id] = c
}

// findOrder reads the key of an order; false if there is no such order.
func (w *writer) findOrder(at orderID) (o orderKey, found bool, err error) {
	found, err = w.c.one("SELECT key, run, number, state, created FROM orders WHERE ms = ? AND id = ?", func(r row) {
		o = orderKey{r.int(0), protocol.Run(r.int(1)), protocol.Number(r.int(2)), protocol.State(r.text(3)), protocol.Seq(r.int(4))}
	}, at.ms, string(at.id))
	return o, found, err
}

// putOrder keeps open orders only: closed ones are seldom written again.
func (k *keys) putOrder(at orderID, o orderKey) {
	if o.state != protocol.Open {
		delete(k.orders, at)
		return
	}
	if len(k.orders) >= known {
		clear(k.orders)
	}
	k.orders[at] = o
}
