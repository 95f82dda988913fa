package order

import (
	"cmp"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// Reads are the keys of an order that hooks of its lines have read, sorted. A
// list is never changed: lines and layers share it.
type Reads []Read

// Read is one key and the extension that read it.
type Read struct {
	Extension string
	Key       protocol.Field
}

func compareReads(a, b Read) int {
	return cmp.Or(cmp.Compare(a.Extension, b.Extension), cmp.Compare(a.Key, b.Key))
}

// anyKey stands for all keys: of an extension that read more than readsKept.
const anyKey protocol.Field = "*"

const readsKept = 50

// Any reports whether an extension has read one of these keys; nil: any key.
func (r Reads) Any(extension string, keys []protocol.Field) bool {
	return slices.ContainsFunc(r, func(read Read) bool {
		return read.Extension == extension && (keys == nil || slices.Contains(keys, read.Key) || read.Key == anyKey)
	})
}

// plus is r with others.
func (r Reads) plus(more Reads) Reads {
	fresh := func(read Read) bool { return !slices.Contains(r, read) }
	if !slices.ContainsFunc(more, fresh) {
		return r
	}
	if len(r) == 0 {
		return more
	}
	all := slices.Concat(r, more)
	slices.SortFunc(all, compareReads)
	return slices.Compact(all)
}

// NoteReads notes what an extension's hooks on a line have read of the order. A
// line of which this is news is written with the draft, without being changed.
func (o *Order) NoteReads(id protocol.LineID, extension string, keys []protocol.Field) {
	line := o.Line(id)
	if len(keys) == 0 || line.Reads.Any(extension, []protocol.Field{anyKey}) {
		return
	}
	if len(line.Reads)+len(keys) > readsKept {
		keys = []protocol.Field{anyKey}
	}
	more := make(Reads, len(keys))
	for i, key := range keys {
		more[i] = Read{extension, key}
	}
	slices.SortFunc(more, compareReads)
	reads := line.Reads.plus(slices.Compact(more))
	if len(reads) == len(line.Reads) {
		return
	}
	if slices.Equal(reads, o.LineReads) {
		reads = o.LineReads // most lines read the same: one list for all
	}
	line = o.edit(line)
	line.Reads = reads
	o.LineReads = o.LineReads.plus(reads)
}

func (r Reads) write(w *protocol.Writer) {
	w.Key(rowReads)
	w.Open('{')
	for i, read := range r {
		if i == 0 || r[i-1].Extension != read.Extension {
			if i > 0 {
				w.Close(']')
			}
			w.TextKey(read.Extension)
			w.Open('[')
		}
		w.Text(string(read.Key))
	}
	w.Close(']')
	w.Close('}')
}

// readReads reads what write wrote; like if it is the same.
func readReads(v gjson.Result, like Reads) (r Reads) {
	v.ForEach(func(extension, keys gjson.Result) bool {
		for _, key := range keys.Array() {
			r = append(r, Read{extension.Str, protocol.Field(key.Str)})
		}
		return true
	})
	if slices.Equal(r, like) {
		return like
	}
	return r
}
