package order

import (
	"fmt"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// Lines that extensions put into an order. Which they own is read from their
// ids, so nothing else has to be kept of it.

// PutLine is a line that an extension wants there to be. Its fields are valid.
type PutLine struct {
	ID     protocol.LineID
	Fields protocol.Fields
}

// PutLines makes an extension's lines those that are put, in their order; keep
// are lines that stay as they are. What a till removed doesn't come back. changed
// are lines that are new or changed; refused says why some weren't put.
func (o *Order) PutLines(extension string, puts []PutLine, keep []protocol.LineID, by Author, limit int) (changed, dropped []*Line, refused map[protocol.LineID]string) {
	refused = map[protocol.LineID]string{}
	removed := o.removed()
	wanted := map[protocol.LineID]bool{}
	for _, id := range keep {
		wanted[id] = true
	}
	for _, put := range puts {
		wanted[put.ID] = true
		line := o.Line(put.ID)
		switch {
		case slices.Contains(removed, put.ID):
		case line == nil && o.LastN >= limit:
			refused[put.ID] = fmt.Sprintf("the order has %d lines, the most that are allowed", limit)
		case line == nil, line.Gone != nil:
			changed = append(changed, o.putNew(line, put, by))
		case line.Fields.Value(fieldProduct) != valueIn(put.Fields, fieldProduct):
			refused[put.ID] = "its product_id can't change: put another product under another key"
		default:
			if line = o.putAgain(line, put, by); line != nil {
				changed = append(changed, line)
			}
		}
	}
	for _, line := range o.Lines() {
		if line.Gone == nil && !wanted[line.ID] && protocol.OwnerOfLine(line.ID) == extension {
			dropped = append(dropped, o.dropOwn(line, by))
		}
	}
	return changed, dropped, refused
}

const fieldProduct protocol.Field = "product_id"

// putNew is a line that wasn't there; one that was dropped comes back at its
// place.
func (o *Order) putNew(was *Line, put PutLine, by Author) *Line {
	author := by.Author
	if author == "" {
		author = nobody
	}
	line := &Line{ID: put.ID, Origin: o.ID, Info: Info{Created: author, Changed: author, Seq: by.Seq}, Put: protocol.SortedKeys(put.Fields)}
	if was != nil {
		line.N = was.N
	} else {
		o.LastN++
		line.N = o.LastN
	}
	for _, f := range line.Put {
		line.Fields = line.Fields.with(by.cell(nil, by.Schema.Orderline, f, put.Fields[f]))
	}
	line.Added = Stamp{Seq: by.Seq, Client: by.Client}
	line.Touched = line.Added
	o.put(line)
	o.contentChanged(by)
	return line
}

// putAgain is nil where nothing is other than it was.
func (o *Order) putAgain(line *Line, put PutLine, by Author) *Line {
	names := protocol.SortedKeys(put.Fields)
	fields := line.Fields
	set := func(f protocol.Field, v protocol.Value) {
		if fields.Value(f) != v {
			fields = fields.with(by.cell(fields, by.Schema.Orderline, f, v))
		}
	}
	for _, f := range names {
		set(f, put.Fields[f])
	}
	for _, f := range line.Put {
		if _, still := put.Fields[f]; !still {
			set(f, protocol.Null)
		}
	}
	same := slices.EqualFunc(fields, line.Fields, func(a, b Cell) bool { return a == b })
	if same && slices.Equal(names, line.Put) {
		return nil
	}
	line = o.edit(line)
	line.Put = names
	if same {
		return nil // only whose the fields are
	}
	line.Fields = fields
	line.Touched = line.Touched.next(by.Seq, by.Client)
	by.changed(&line.Info)
	o.contentChanged(by)
	return line
}

func (o *Order) dropOwn(line *Line, by Author) *Line {
	line = o.edit(line)
	line.Gone = &End{By: by.By, Seq: by.Seq}
	line.Fields = nil
	line.Touched = line.Touched.next(by.Seq, by.Client)
	o.count--
	o.contentChanged(by)
	return line
}

func (o *Order) contentChanged(by Author) {
	o.Stamp(by.Seq, by.At)
	o.Content = o.Content.next(by.Seq, by.Client)
	by.changed(&o.Info)
}

// removed are the own lines that tills have removed for good.
func (o *Order) removed() (ids []protocol.LineID) {
	_ = o.Fields.Value(protocol.FieldRemoved).Decode(&ids)
	return ids
}

func (o *Order) noteRemoved(id protocol.LineID, seq protocol.Seq) {
	ids := append(o.removed(), id)
	slices.Sort(ids)
	if v, err := protocol.ValueOf(slices.Compact(ids)); err == nil {
		o.Fields = o.Fields.Put(protocol.FieldRemoved, v, seq)
	}
}

// put are the fields of a line that hooks give, while its extension is enabled.
func (t *try) put(line *Line) []protocol.Field {
	if len(line.Put) == 0 || !slices.Contains(t.env.Putters, protocol.OwnerOfLine(line.ID)) {
		return nil
	}
	return line.Put
}

// ofExtension says why a till's value for a field that hooks give isn't taken.
func ofExtension(line protocol.LineID) error {
	return fmt.Errorf("is what the extension %s says", protocol.OwnerOfLine(line))
}

func valueIn(fields protocol.Fields, f protocol.Field) protocol.Value {
	if v, has := fields[f]; has {
		return v
	}
	return protocol.Null
}
