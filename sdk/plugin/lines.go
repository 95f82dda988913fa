package plugin

import (
	"cmp"
	"slices"
	"sync"

	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk/protocol"
)

// lines are those that are kept from one call to the next, by the names that
// the server gave them. Safe for concurrent use.
type lines struct {
	mu   sync.Mutex
	kept pluginpb.Kept[uint64, *table]
}

// table is an order's lines under one name. It is never changed.
type table struct {
	lines []*runner.Line // by place
	bytes int
}

func (t *table) Bytes() int { return t.bytes }

// of are an order's lines; false where it was sent what changed in lines that
// aren't kept.
func (l *lines) of(o *pluginpb.Order) ([]*runner.Line, bool) {
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
	now := tableOf(o.GetLines())
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

// with is the lines without those at gone's places, and with the changed ones
// instead or besides; all are sorted by place.
func (t *table) with(changed *table, gone []int64) *table {
	all := &table{lines: make([]*runner.Line, 0, len(t.lines)+len(changed.lines)), bytes: t.bytes + changed.bytes}
	rest := t.lines
	// upTo takes the lines before a place, and leaves out the one there.
	upTo := func(n int) {
		at, there := slices.BinarySearchFunc(rest, n, func(l *runner.Line, n int) int { return cmp.Compare(l.N, n) })
		all.lines = append(all.lines, rest[:at]...)
		if rest = rest[at:]; there {
			all.bytes -= bytesOf(rest[0])
			rest = rest[1:]
		}
	}
	for _, line := range changed.lines {
		for len(gone) > 0 && gone[0] < int64(line.N) {
			upTo(int(gone[0]))
			gone = gone[1:]
		}
		upTo(line.N)
		all.lines = append(all.lines, line)
	}
	for _, n := range gone {
		upTo(int(n))
	}
	all.lines = append(all.lines, rest...)
	return all
}

func bytesOf(l *runner.Line) int {
	text := len(l.ID)
	for _, v := range l.Fields {
		text += len(v)
	}
	return pluginpb.LineBytes(text)
}

// tableOf reads lines as they are written.
func tableOf(sent *pluginpb.Lines) *table {
	ids, ns, names, values := sent.GetIds(), sent.GetNs(), sent.GetNames(), sent.GetValues()
	t := &table{lines: make([]*runner.Line, min(len(ids), len(ns)))}
	for i := range t.lines {
		fields := make(protocol.Fields, len(names))
		for j, name := range names {
			if at := i*len(names) + j; at < len(values) && values[at] != "" {
				fields[protocol.Field(name)] = protocol.Value(values[at])
			}
		}
		t.lines[i] = runner.NewLine(protocol.Line{ID: protocol.LineID(ids[i]), N: int(ns[i]), Fields: fields})
		t.bytes += bytesOf(t.lines[i])
	}
	return t
}
