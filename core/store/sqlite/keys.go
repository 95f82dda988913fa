package sqlite

import (
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// keys is what the writer knows by heart, so that a commit has nothing to
// look up. It holds what the transaction under way wrote too, and is therefore
// forgotten whole at every rollback.
type keys struct {
	floors  map[sdk.MultiSessionID]*floorKey
	clients map[sdk.ClientID]int64
	orders  map[orderID]orderKey
	// the highest keys in use
	lastClient, lastOrder int64
}

// known bounds each map; one that is full is emptied.
const known = 100_000

type floorKey struct {
	key  int64
	head sdk.Seq
}

type orderID struct {
	ms int64
	id sdk.OrderID
}

// orderKey is an order's key and what of its row seldom changes.
type orderKey struct {
	key     int64
	run     sdk.Run
	number  sdk.Number
	state   sdk.State
	created sdk.Seq
}

func newKeys() *keys {
	k := &keys{}
	k.forget()
	return k
}

func (k *keys) forget() {
	k.floors = map[sdk.MultiSessionID]*floorKey{}
	k.clients = map[sdk.ClientID]int64{}
	k.orders = map[orderID]orderKey{}
}

// start reads where the keys stand.
func (k *keys) start(c *conn) error {
	_, err := c.one("SELECT max(key) FROM clients", func(r row) { k.lastClient = r.int(0) })
	if err == nil {
		_, err = c.one("SELECT max(key) FROM orders", func(r row) { k.lastOrder = r.int(0) })
	}
	return err
}

// floor finds a multi-session's key and head.
func (k *keys) floor(c *conn, id sdk.MultiSessionID) (*floorKey, error) {
	if f := k.floors[id]; f != nil {
		return f, nil
	}
	key, pruned, err := msKey(c, id)
	if err != nil {
		return nil, err
	}
	head, _, err := readHead(c, key, pruned)
	if err != nil {
		return nil, err
	}
	if len(k.floors) >= known {
		clear(k.floors)
	}
	f := &floorKey{key, head}
	k.floors[id] = f
	return f, nil
}

func (k *keys) client(c *conn, id sdk.ClientID) (int64, error) {
	if key, ok := k.clients[id]; ok {
		return key, nil
	}
	var key int64
	found, err := c.one("SELECT key FROM clients WHERE id = ?", func(r row) { key = r.int(0) }, string(id))
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, store.ErrNotFound
	}
	k.putClient(id, key)
	return key, nil
}

func (k *keys) putClient(id sdk.ClientID, key int64) {
	if len(k.clients) >= known {
		clear(k.clients)
	}
	k.clients[id] = key
}

// findOrder reads the key of an order; false if there is no such order.
func (w *writer) findOrder(at orderID) (o orderKey, found bool, err error) {
	found, err = w.c.one("SELECT key, run, number, state, created FROM orders WHERE ms = ? AND id = ?", func(r row) {
		o = orderKey{r.int(0), sdk.Run(r.int(1)), sdk.Number(r.int(2)), sdk.State(r.text(3)), sdk.Seq(r.int(4))}
	}, at.ms, string(at.id))
	return o, found, err
}

// putOrder keeps open orders; a closed one is seldom written again.
func (k *keys) putOrder(at orderID, o orderKey) {
	if o.state != sdk.Open {
		delete(k.orders, at)
		return
	}
	if len(k.orders) >= known {
		clear(k.orders)
	}
	k.orders[at] = o
}
