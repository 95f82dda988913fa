package goplugin

import (
	"math/rand/v2"
	"sync"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
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
	multiSession sdk.MultiSessionID
	order        sdk.OrderID
}

// handed is lines as they were handed over, by their name. It is never
// changed.
type handed struct {
	name  uint64
	lines *pluginpb.Lines
	bytes int
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
func (m *memory) hand(key orderKey, lines *pluginpb.Lines, bytes int) *handed {
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
	first  bool // nothing was handed over
	before *pluginpb.Lines
	at     int // in before: what comes next
	// now are all lines; nil while they are as before, or at first: then they
	// are changed.
	now           *pluginpb.Lines
	changed       *pluginpb.Lines
	gone          []int64
	bytes         int
	last          int64
	withoutPlaces bool // places don't go up: nothing to tell lines by
}

// compare begins one; before is nil where nothing was handed over.
func compare(before *handed, names []string) *comparison {
	c := &comparison{first: before == nil, before: &pluginpb.Lines{Names: names}, changed: &pluginpb.Lines{Names: names}}
	if before != nil {
		c.before, c.bytes = before.lines, before.bytes
	}
	return c
}

func (c *comparison) visit(id sdk.LineID, n int, values []sdk.Value) {
	place := int64(n)
	c.withoutPlaces = c.withoutPlaces || place <= c.last
	c.last = place
	c.skip(place)
	there := c.at < len(c.before.Ns) && c.before.Ns[c.at] == place
	same := there && c.same(id, values)
	if !same {
		c.differs()
		add(c.changed, id, place, values)
		c.bytes += sizeOf(c.changed, len(c.changed.Ns)-1)
	}
	if c.now != nil {
		add(c.now, id, place, values)
	}
	if there {
		if !same {
			c.bytes -= sizeOf(c.before, c.at)
		}
		c.at++
	}
}

// skip notes that lines below a place are gone.
func (c *comparison) skip(place int64) {
	for c.at < len(c.before.Ns) && c.before.Ns[c.at] < place {
		c.differs()
		c.gone = append(c.gone, c.before.Ns[c.at])
		c.bytes -= sizeOf(c.before, c.at)
		c.at++
	}
}

func (c *comparison) same(id sdk.LineID, values []sdk.Value) bool {
	if c.before.Ids[c.at] != string(id) {
		return false
	}
	width := len(values)
	row := c.before.Values[c.at*width:][:width]
	for i, v := range values {
		if row[i] != text(v) {
			return false
		}
	}
	return true
}

// differs begins the list of all lines, with those that were the same so far.
func (c *comparison) differs() {
	if c.now != nil || c.first {
		return
	}
	room, width := len(c.before.Ns)+1, len(c.before.Names)
	c.now = &pluginpb.Lines{
		Names:  c.before.Names,
		Ids:    append(make([]string, 0, room), c.before.Ids[:c.at]...),
		Ns:     append(make([]int64, 0, room), c.before.Ns[:c.at]...),
		Values: append(make([]string, 0, room*width), c.before.Values[:c.at*width]...),
	}
}

// done ends it, after the last line.
func (c *comparison) done() { c.skip(1<<63 - 1) }

func add(lines *pluginpb.Lines, id sdk.LineID, place int64, values []sdk.Value) {
	lines.Ids = append(lines.Ids, string(id))
	lines.Ns = append(lines.Ns, place)
	for _, v := range values {
		lines.Values = append(lines.Values, text(v))
	}
}

// text is a value as it is written in a table.
func text(v sdk.Value) string {
	if v == sdk.Null {
		return ""
	}
	return string(v)
}

func sizeOf(lines *pluginpb.Lines, row int) int {
	width, text := len(lines.Names), len(lines.Ids[row])
	for _, v := range lines.Values[row*width:][:width] {
		text += len(v)
	}
	return pluginpb.LineBytes(text, width)
}

// linesOf writes an order's lines with the keys that the manifest declares:
// what changed since they were handed over last, or all. It says what they
// are, where the plugin keeps them.
func (w *writer) linesOf(order *pluginpb.Order, key orderKey, r *extensions.Record) *handed {
	if !w.lines || (r.EachLine == nil && r.Lines == nil) {
		return nil
	}
	order.HasLines = true
	var before *handed
	if w.memory != nil {
		before = w.memory.of(key)
	}
	c := compare(before, w.ofLines)
	w.eachLine(r, c.visit)
	c.done()
	switch {
	case w.memory == nil:
		order.Lines = c.changed // all
		return nil
	case c.withoutPlaces:
		order.Lines = &pluginpb.Lines{Names: w.ofLines}
		w.eachLine(r, func(id sdk.LineID, n int, values []sdk.Value) { add(order.Lines, id, int64(n), values) })
		return nil
	case c.first:
		h := w.memory.hand(key, c.changed, c.bytes)
		order.Lines, order.Kept = h.lines, h.name
		return h
	case c.now == nil:
		order.Kept, order.Since = before.name, before.name
		return before
	}
	h := w.memory.hand(key, c.now, c.bytes)
	order.Lines, order.Gone, order.Kept, order.Since = c.changed, c.gone, h.name, before.name
	return h
}

func (w *writer) eachLine(r *extensions.Record, visit func(id sdk.LineID, n int, values []sdk.Value)) {
	if r.EachLine != nil {
		r.EachLine(w.fieldsOfLines, visit)
		return
	}
	values := make([]sdk.Value, len(w.fieldsOfLines))
	for _, l := range r.Lines() {
		for i, f := range w.fieldsOfLines {
			values[i] = l.Fields[f]
		}
		visit(l.ID, l.N, values)
	}
}
