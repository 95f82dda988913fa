package plugin

import (
	"sync"

	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
)

// lines are those that are kept from one call to the next, by the names that
// the server gave them. Safe for concurrent use.
type lines struct {
	mu   sync.Mutex
	kept pluginpb.Kept[uint64, *table]
}

// table is an order's lines under one name. It is never changed.
type table struct {
	lines []sdk.OrderLine
	sizes []int32 // in bytes
	bytes int
}

func (t *table) Bytes() int { return t.bytes }

// of are an order's lines; false where it was sent what changed in lines that
// aren't kept.
func (l *lines) of(hooks *sdk.HookSet, o *pluginpb.Order) ([]sdk.OrderLine, bool) {
	before := &table{}
	if since := o.GetSince(); since != 0 {
		var known bool
		if before, known = l.get(since); !known {
			return nil, false
		}
		if since == o.GetKept() {
			return before.lines, true
		}
	}
	now := tableOf(hooks, o.GetLines())
	if o.GetSince() != 0 {
		now = before.with(now, o.GetGone())
	}
	if o.GetKept() != 0 {
		l.put(o, now)
	}
	return now.lines, true
}

func (l *lines) get(name uint64) (*table, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.Get(name)
}

func (l *lines) put(o *pluginpb.Order, t *table) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept.Drop(o.GetSince()) // the server goes on from these
	l.kept.Put(o.GetKept(), t)
}

func (t *table) add(line sdk.OrderLine, size int32) {
	t.lines, t.sizes, t.bytes = append(t.lines, line), append(t.sizes, size), t.bytes+int(size)
}

// with is the lines without those at gone's places, and with the changed ones
// instead or besides; all are sorted by place.
func (t *table) with(changed *table, gone []int64) *table {
	room := len(t.lines) + len(changed.lines)
	all := &table{lines: make([]sdk.OrderLine, 0, room), sizes: make([]int32, 0, room)}
	next := 0
	for i, line := range t.lines {
		for ; next < len(changed.lines) && changed.lines[next].N < line.N; next++ {
			all.add(changed.lines[next], changed.sizes[next])
		}
		switch {
		case next < len(changed.lines) && changed.lines[next].N == line.N: // comes instead
		case len(gone) > 0 && gone[0] == int64(line.N):
			gone = gone[1:]
		default:
			all.add(line, t.sizes[i])
		}
	}
	for ; next < len(changed.lines); next++ {
		all.add(changed.lines[next], changed.sizes[next])
	}
	return all
}

// tableOf reads lines as they are written.
func tableOf(hooks *sdk.HookSet, sent *pluginpb.Lines) *table {
	ids, ns, names, values := sent.GetIds(), sent.GetNs(), sent.GetNames(), sent.GetValues()
	n := min(len(ids), len(ns))
	t := &table{lines: make([]sdk.OrderLine, 0, n), sizes: make([]int32, 0, n)}
	for i := range n {
		fields, text := make(sdk.Fields, len(names)), len(ids[i])
		for j, name := range names {
			if at := i*len(names) + j; at < len(values) && values[at] != "" {
				fields[sdk.Field(name)] = sdk.Value(values[at])
				text += len(values[at])
			}
		}
		line := sdk.Line{ID: sdk.LineID(ids[i]), N: int(ns[i]), Fields: fields}
		t.add(hooks.OrderLine(line), int32(pluginpb.LineBytes(text, len(names))))
	}
	return t
}
