package multisession_test

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// mirror is the simplest reader of the protocol: it holds open orders, from a
// snapshot and from changes, as the protocol tells.
type mirror struct {
	orders map[protocol.OrderID]*protocol.Order
}

func newMirror() *mirror { return &mirror{orders: map[protocol.OrderID]*protocol.Order{}} }

func (m *mirror) clone(t require.TestingT) *mirror {
	return mirrorOf(t, m.list())
}

func mirrorOf(t require.TestingT, orders []protocol.Order) *mirror {
	m := newMirror()
	raw, err := json.Marshal(orders)
	require.NoError(t, err)
	var copied []protocol.Order
	require.NoError(t, json.Unmarshal(raw, &copied))
	for i := range copied {
		m.orders[copied[i].ID] = &copied[i]
	}
	return m
}

func (m *mirror) apply(c protocol.Change) {
	for id, change := range c.Orders {
		o := m.orders[id]
		if o == nil {
			if change.State != protocol.Open {
				continue
			}
			o = &protocol.Order{ID: id, Fields: protocol.Fields{}}
			m.orders[id] = o
		}
		o.Rev, o.Number, o.Run, o.State, o.Needs = change.Rev, change.Number, change.Run, change.State, change.Needs
		o.Review = change.Review
		merge(o.Fields, change.Set)
		for line, lc := range change.Lines {
			o.Lines = applyLine(o.Lines, line, lc)
		}
		for _, p := range change.Payments {
			o.Payments = applyPayment(o.Payments, p)
		}
	}
}

func merge(fields, set protocol.Fields) {
	for f, v := range set {
		if v == protocol.Null {
			delete(fields, f)
			continue
		}
		fields[f] = v
	}
}

func applyLine(lines []protocol.Line, id protocol.LineID, c protocol.LineChange) []protocol.Line {
	i := slices.IndexFunc(lines, func(l protocol.Line) bool { return l.ID == id })
	if c.Removed || c.MovedTo != "" {
		if i >= 0 {
			lines = slices.Delete(lines, i, i+1)
		}
		return lines
	}
	if i < 0 {
		lines = append(lines, protocol.Line{ID: id, Fields: protocol.Fields{}})
		i = len(lines) - 1
	}
	lines[i].N = c.N
	merge(lines[i].Fields, c.Set)
	slices.SortFunc(lines, func(a, b protocol.Line) int { return cmp.Compare(a.N, b.N) })
	return lines
}

func applyPayment(payments []protocol.Payment, p protocol.Payment) []protocol.Payment {
	i := slices.IndexFunc(payments, func(known protocol.Payment) bool { return known.ID == p.ID })
	if i >= 0 {
		payments[i] = p
		return payments
	}
	return append(payments, p)
}

// list is the open orders by run and number.
func (m *mirror) list() []protocol.Order {
	list := []protocol.Order{}
	for _, o := range m.orders {
		if o.State == protocol.Open {
			list = append(list, *o)
		}
	}
	slices.SortFunc(list, func(a, b protocol.Order) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Number, b.Number))
	})
	return list
}

// canonical is the list as canonical JSON.
func (m *mirror) canonical(t require.TestingT) string { return canonical(t, m.list()) }

func canonical(t require.TestingT, orders []protocol.Order) string {
	for i := range orders {
		if orders[i].Lines == nil {
			orders[i].Lines = []protocol.Line{}
		}
		if orders[i].Payments == nil {
			orders[i].Payments = []protocol.Payment{}
		}
	}
	v, err := protocol.ValueOf(orders)
	require.NoError(t, err)
	return string(v)
}
