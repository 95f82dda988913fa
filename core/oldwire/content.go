package oldwire

import (
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// content is an order as an old till shows it: registered fields that aren't null.
type content struct {
	Order protocol.Fields `json:"order"`
	Lines []line          `json:"lines,omitempty"`
}

// line has the till's own uid for the line.
type line struct {
	UID    string          `json:"uid"`
	Fields protocol.Fields `json:"fields"`
}

func (c *content) line(uid string) *line {
	for i := range c.Lines {
		if c.Lines[i].UID == uid {
			return &c.Lines[i]
		}
	}
	return nil
}

// fields are those of a line; nil if it isn't there.
func (c *content) fields(uid string) protocol.Fields {
	if l := c.line(uid); l != nil {
		return l.Fields
	}
	return nil
}

// An old till that shows an order already takes only some fields from a message: of
// the order the customer and the vendors' fields, of a line all but these.
var (
	deafOrder = []protocol.Field{"pricelist_id", "fiscal_position_id"}
	deafLine  = []protocol.Field{"product_id", "tax_ids"}
)

// after is what the till shows once it took a message with sent over c: known lines
// only where they are marked as changed. sent itself where c is nil.
func (c *content) after(sent *content, changed []string) content {
	if c == nil {
		return *sent
	}
	now := content{Order: taken(c.Order, sent.Order, deafOrder)}
	for _, l := range sent.Lines {
		switch was := c.line(l.UID); {
		case was == nil:
			now.Lines = append(now.Lines, l)
		case slices.Contains(changed, l.UID):
			now.Lines = append(now.Lines, line{l.UID, taken(was.Fields, l.Fields, deafLine)})
		default:
			now.Lines = append(now.Lines, *was)
		}
	}
	return now
}

// taken are new values, but the old ones of fields that the till doesn't take.
func taken(was, now protocol.Fields, deaf []protocol.Field) protocol.Fields {
	all := make(protocol.Fields, len(now))
	for f, v := range now {
		all[f] = v
	}
	for _, f := range deaf {
		if delete(all, f); was[f] != "" {
			all[f] = was[f]
		}
	}
	return all
}

// changed are the lines of sent that c has with other values, in fields that the
// till takes.
func (c *content) changed(sent *content) (uids []string) {
	for _, l := range sent.Lines {
		if was := c.line(l.UID); was != nil && !same(taken(was.Fields, l.Fields, deafLine), was.Fields) {
			uids = append(uids, l.UID)
		}
	}
	return uids
}

func same(a, b protocol.Fields) bool {
	if len(a) != len(b) {
		return false
	}
	for f, v := range a {
		if b[f] != v {
			return false
		}
	}
	return true
}

// equal reports whether both show the same, in whatever order.
func (c *content) equal(d *content) bool {
	if !same(c.Order, d.Order) || len(c.Lines) != len(d.Lines) {
		return false
	}
	for _, l := range c.Lines {
		if other := d.line(l.UID); other == nil || !same(l.Fields, other.Fields) {
			return false
		}
	}
	return true
}

// says are the fields that a page ever named: one that it leaves out has no value
// there only if it is among them. A till without a vendor's module never names the
// module's fields, and doesn't clear them.
type says struct {
	Order []protocol.Field `json:"order,omitempty"`
	Line  []protocol.Field `json:"line,omitempty"`
}

// learn adds what a snapshot names.
func (s *says) learn(snap *snapshot) {
	for f := range snap.order {
		s.Order = insert(s.Order, f)
	}
	for _, l := range snap.lines {
		for f := range l.Fields {
			s.Line = insert(s.Line, f)
		}
	}
}

func insert[T ~string](list []T, f T) []T {
	if at, known := slices.BinarySearch(list, f); !known {
		return slices.Insert(list, at, f)
	}
	return list
}

// over is what the till shows that sent a snapshot while it stood on base (nil: on
// nothing): what the snapshot leaves out is what it was, unless the till cleared it.
func (s *snapshot) over(base *content, says says, schema *protocol.Schema) content {
	if base == nil {
		base = &content{}
	}
	now := content{Order: filled(s.order, base.Order, says.Order, schema.Order)}
	for _, l := range s.lines {
		var was protocol.Fields
		if known := base.line(l.UID); known != nil {
			was = known.Fields
		}
		now.Lines = append(now.Lines, line{l.UID, filled(l.Fields, was, says.Line, schema.Orderline)})
	}
	return now
}

// filled are a record's fields as the till shows them; was is nil for a new record.
func filled(said, was protocol.Fields, says []protocol.Field, schema map[protocol.Field]protocol.FieldSpec) protocol.Fields {
	all := protocol.Fields{}
	for f, v := range said {
		if !v.IsNull() && (was == nil || was[f] != "" || !blank(f, v)) {
			all[f] = v
		}
	}
	for f, v := range was {
		spec, known := schema[f]
		_, cleared := slices.BinarySearch(says, f)
		if _, named := said[f]; !named && (!known || spec.Derived || spec.Owner == protocol.OwnerCore || !cleared) {
			all[f] = v
		}
	}
	return all
}

// blank reports whether a till says so of a field that has no value: it has no other
// word for that.
func blank(f protocol.Field, v protocol.Value) bool {
	return v == "false" || v == `""` || v == "[]" || f == fieldDiscount && v == "0"
}

const fieldDiscount protocol.Field = "discount"
