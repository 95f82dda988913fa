package goplugin

import (
	"math"
	"math/rand/v2"
	"sync"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk/protocol"
)

// memory is what a process was handed of orders' lines, so that it is sent
// what changed since. It follows what was handed over and nothing else: what
// became of a mutation doesn't matter to it, and where it is mistaken about
// what the plugin has, the plugin says so and is sent all. Safe for concurrent
// use.
type memory struct {
	mu     sync.Mutex
	last   uint64 // the name that was given last
	orders pluginpb.Kept[orderKey, *handed]
}

// orderKey: an order's id is good within its multi-session only.
type orderKey struct {
	multiSession protocol.MultiSessionID
	order        protocol.OrderID
}

// handed is lines as they were handed over, by their name. It is never
// changed.
type handed struct {
	name  uint64
	lines []*row
	bytes int
}

// row is a line as it was handed over; it is never changed.
type row struct {
	id     string
	n      int64
	values []string
	few    [2]string // where values are, if there is room: close by
}

func (h *handed) Bytes() int { return h.bytes }

// newMemory: names begin anywhere, so that a plugin that outlives this server,
// under a debugger, doesn't take the next one's for this one's.
func newMemory() *memory { return &memory{last: rand.Uint64()} }

func (m *memory) of(key orderKey) *handed {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, _ := m.orders.Get(key)
	return h
}

// hand notes that the plugin is handed these lines, and names them.
func (m *memory) hand(key orderKey, lines []*row, bytes int) *handed {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last++; m.last == 0 {
		m.last++
	}
	h := &handed{name: m.last, lines: lines, bytes: bytes}
	m.orders.Put(key, h)
	return h
}

// comparison holds an order's lines, as they are visited, against those that
// were handed over.
type comparison struct {
	before []*row
	at     int // in before: what comes next
	// now are all lines; nil while they are as before.
	now     []*row
	changed []*row
	gone    []int64
	bytes   int // of all
	// withoutPlaces: places don't go up, there is nothing to tell lines by.
	withoutPlaces bool
	last          int64
}

func (c *comparison) visit(id protocol.LineID, n int, values []protocol.Value) {
	place := int64(n)
	c.withoutPlaces = c.withoutPlaces || place <= c.last
	c.last = place
	c.skip(place)
	var old *row
	if c.at < len(c.before) && c.before[c.at].n == place {
		old = c.before[c.at]
	}
	if old == nil || !old.is(id, values) {
		c.differs()
		fresh := newRow(id, place, values)
		c.changed = append(c.changed, fresh)
		c.bytes += fresh.bytes() - old.bytes()
		c.now = append(c.now, fresh)
	} else if c.now != nil {
		c.now = append(c.now, old)
	}
	if old != nil {
		c.at++
	}
}

// skip notes that lines below a place are gone.
func (c *comparison) skip(place int64) {
	for c.at < len(c.before) && c.before[c.at].n < place {
		c.differs()
		c.gone = append(c.gone, c.before[c.at].n)
		c.bytes -= c.before[c.at].bytes()
		c.at++
	}
}

// differs begins the list of all lines, with those that were the same so far.
func (c *comparison) differs() {
	if c.now == nil {
		c.now = append(make([]*row, 0, len(c.before)+1), c.before[:c.at]...)
	}
}

// done ends it, after the last line.
func (c *comparison) done() { c.skip(math.MaxInt64) }

func newRow(id protocol.LineID, place int64, values []protocol.Value) *row {
	r := &row{id: string(id), n: place}
	if len(values) <= len(r.few) {
		r.values = r.few[:len(values)]
	} else {
		r.values = make([]string, len(values))
	}
	for i, v := range values {
		r.values[i] = text(v)
	}
	return r
}

func (r *row) is(id protocol.LineID, values []protocol.Value) bool {
	if r.id != string(id) {
		return false
	}
	for i, v := range values {
		if r.values[i] != text(v) {
			return false
		}
	}
	return true
}

func (r *row) bytes() int {
	if r == nil {
		return 0
	}
	n := len(r.id)
	for _, v := range r.values {
		n += len(v)
	}
	return pluginpb.LineBytes(n)
}

// text is a value as it is written in a table.
func text(v protocol.Value) string {
	if v == protocol.Null {
		return ""
	}
	return string(v)
}

// table is lines as they are sent.
func (w *writer) table(lines []*row) *pluginpb.Lines {
	t := &pluginpb.Lines{
		Names: w.ofLines, Ids: make([]string, len(lines)), Ns: make([]int64, len(lines)),
		Values: make([]string, 0, len(lines)*len(w.ofLines)),
	}
	for i, r := range lines {
		t.Ids[i], t.Ns[i] = r.id, r.n
		t.Values = append(t.Values, r.values...)
	}
	return t
}

// linesOf writes an order's lines with the keys that the manifest declares:
// what changed since they were handed over last, or all. It says what they
// are, where the plugin keeps them.
func (w *writer) linesOf(order *pluginpb.Order, key orderKey, r hooks.Record) *handed {
	if w.whole && w.wanted.Load() {
		order.HasLines, order.Lines = true, wholeLines(r)
		return nil
	}
	if !w.lines {
		return nil
	}
	order.HasLines = true
	if w.memory == nil {
		order.Lines = w.all(r)
		return nil
	}
	before := w.memory.of(key)
	c := &comparison{}
	if before != nil {
		c.before, c.bytes = before.lines, before.bytes
	}
	r.EachLine(w.fieldsOfLines, c.visit)
	c.done()
	switch {
	case c.withoutPlaces:
		order.Lines = w.all(r)
		return nil
	case before != nil && c.now == nil:
		order.Kept, order.Since = before.name, before.name
		return before
	}
	h := w.memory.hand(key, c.now, c.bytes)
	order.Lines, order.Gone, order.Kept = w.table(c.changed), c.gone, h.name
	if before != nil {
		order.Since = before.name
	}
	return h
}

// all lines, for a plugin that isn't to keep them.
func (w *writer) all(r hooks.Record) *pluginpb.Lines {
	t := &pluginpb.Lines{Names: w.ofLines}
	r.EachLine(w.fieldsOfLines, func(id protocol.LineID, n int, values []protocol.Value) {
		t.Ids, t.Ns = append(t.Ids, string(id)), append(t.Ns, int64(n))
		for _, v := range values {
			t.Values = append(t.Values, text(v))
		}
	})
	return t
}

// wholeLines are an order's lines with all that they have.
func wholeLines(r hooks.Record) *pluginpb.Lines {
	t := &pluginpb.Lines{Names: []string{pluginpb.WholeLine}}
	var text []byte
	for _, l := range r.OrderLines() {
		w := protocol.NewWriter(text[:0])
		w.Open('{')
		for f, v := range l.Fields {
			w.Field(f, v)
		}
		w.Close('}')
		text = w.Bytes()
		t.Ids, t.Ns, t.Values = append(t.Ids, string(l.ID)), append(t.Ns, int64(l.N)), append(t.Values, string(text))
	}
	return t
}
