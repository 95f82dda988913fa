package order

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// Order is an order as merged so far. It is a stack of layers: a draft holds
// the lines that it touched and finds the others in the order below. What lies
// below a draft doesn't change while the draft is in use.
type Order struct {
	ID      protocol.OrderID
	Number  protocol.Number
	State   protocol.State
	Run     protocol.Run
	Rev     int64
	Needs   protocol.Needs
	Reviews []protocol.Review // why Needs is a review, where extensions said it
	Created protocol.Seq
	Seq     protocol.Seq // of the last change
	At      time.Time    // of the last change
	Fields  Cells
	Info    Info
	// Content is stamped by every change to lines and payments.
	Content  Stamp
	Ended    *End // who closed it
	Payments []Payment
	Effects  []Effect // that extensions asked for, as they came
	Schemas  Schemas  // of its own fields
	LastN    int      // the highest n of its lines, gone ones too
	// Pruned: its fields and lines were dropped from the store.
	Pruned bool
	// Broken: what the store holds of it can't be read. Only its columns are
	// known; it refuses every mutation.
	Broken bool
	// Missed are the extensions that failed on it or one of its lines, or were
	// suspended, by name: their runs are made up for. [AnyExtension] is of a
	// database that didn't note which.
	Missed []string
	// LineReads are the reads of its lines, those that are gone too.
	LineReads Reads
	// Ran is the generation of the chain of extensions that last ran over it;
	// only known in memory.
	Ran uint64

	count         int // lines that are there
	content, paid int // bytes, as of the last Weigh: fields and lines; payments
	lines         map[protocol.LineID]*Line
	below         *Order
}

// AnyExtension in [Order.Missed] stands for every one.
const AnyExtension = "*"

// Info is ms_info, with its authors as canonical JSON; one that isn't known is
// [nobody].
type Info struct {
	Created, Changed protocol.Value
	Seq              protocol.Seq // of the last change of it
}

// End says who closed an order or took a line away, and when.
type End struct {
	By      protocol.Value // canonical JSON of the change's `by`
	Seq     protocol.Seq
	MovedTo protocol.OrderID
}

// Line is an orderline, or what is left of one that went.
type Line struct {
	ID     protocol.LineID
	N      int
	Fields Cells
	Info   Info
	// Added is when and by whom it came here: added or moved.
	Added Stamp
	// Touched is stamped by every change, its end too.
	Touched Stamp
	// Origin is the order in which it was added first: so a moved line is
	// known when it comes back.
	Origin protocol.OrderID
	Gone   *End
	Put    []protocol.Field // of an extension's line: the fields that its hooks give, sorted
	Reads  Reads            // what its hooks have read of its order
	// Schemas are those under which extensions' fields were written.
	Schemas Schemas
	Ran     uint64 // as Order.Ran
}

// Payment is a payment and when it was added. One that was read from its row
// doesn't tell Seq from Flagged.
type Payment struct {
	ID      protocol.PaymentID
	Method  string
	Amount  decimal.Decimal
	Offline bool
	Ref     string
	Needs   protocol.Needs
	By      protocol.Value
	At      time.Time
	Seq     protocol.Seq
	Flagged protocol.Seq // when Needs was set, if that was later
	Client  protocol.ClientID
}

// Effect is something that an extension wants done after the commit. Its address
// is asked for once for ever.
type Effect struct {
	Extension, Name, Key string
	Hash                 [8]byte        // of its data
	Data                 protocol.Value // "" where it was read from the store
	Seq                  protocol.Seq   // of the change that asked for it; 0 as Data
	Asked                int            // its place among what a batch asks for; 0 as Data
}

// Changed is the seq of its last change.
func (p *Payment) Changed() protocol.Seq { return max(p.Seq, p.Flagged) }

// Line finds a line, also one that is gone; nil if there never was one.
func (o *Order) Line(id protocol.LineID) *Line {
	for layer := o; layer != nil; layer = layer.below {
		if line, ok := layer.lines[id]; ok {
			return line
		}
	}
	return nil
}

// Lines are all lines by n, the gone ones too.
func (o *Order) Lines() []*Line {
	var all []*Line
	for layer := o; layer != nil; layer = layer.below {
		for id, line := range layer.lines {
			if layer == o || o.Line(id) == line {
				all = append(all, line)
			}
		}
	}
	slices.SortFunc(all, func(a, b *Line) int { return cmp.Compare(a.N, b.N) })
	return all
}

// Count is how many lines are there.
func (o *Order) Count() int { return o.count }

// TouchedLines are the lines of the top layer, by n: what a draft changed.
func (o *Order) TouchedLines() []*Line {
	touched := make([]*Line, 0, len(o.lines))
	for _, line := range o.lines {
		touched = append(touched, line)
	}
	slices.SortFunc(touched, func(a, b *Line) int { return cmp.Compare(a.N, b.N) })
	return touched
}

// Touches reports whether a line is of the top layer: a draft changed it.
func (o *Order) Touches(line *Line) bool { return o.lines[line.ID] == line }

// draft is a new layer on o.
func (o *Order) draft() *Order {
	d := *o
	d.below, d.lines = o, nil
	d.Payments = o.Payments[:len(o.Payments):len(o.Payments)]
	d.Effects = o.Effects[:len(o.Effects):len(o.Effects)]
	return &d
}

// Absorb makes a draft of o fact: o is then what the draft was.
func (o *Order) Absorb(draft *Order) {
	lines := o.lines
	if lines == nil {
		lines = make(map[protocol.LineID]*Line, len(draft.lines))
	}
	for id, line := range draft.lines {
		lines[id] = line
	}
	below := o.below
	*o = *draft
	o.lines, o.below = lines, below
}

// put makes line part of the top layer.
func (o *Order) put(line *Line) {
	if o.lines == nil {
		o.lines = make(map[protocol.LineID]*Line, 1)
	}
	was := o.Line(line.ID)
	if was != nil && was.Gone == nil {
		o.count--
	}
	if line.Gone == nil {
		o.count++
	}
	o.lines[line.ID] = line
	if len(line.Reads) > 0 {
		o.LineReads = o.LineReads.plus(line.Reads)
	}
}

// edit is a copy of line in the top layer, free to change.
func (o *Order) edit(line *Line) *Line {
	if o.lines[line.ID] == line {
		return line
	}
	fresh := *line
	o.put(&fresh)
	return &fresh
}

// Stamp remembers who changed something last, and when anybody else did: all
// it takes to tell whether a base is stale.
type Stamp struct {
	Seq    protocol.Seq      // of the last change
	Client protocol.ClientID // who made it; "" is the server
	Other  protocol.Seq      // of the last change by anyone but Client
}

// next is the stamp after a change by client.
func (s Stamp) next(seq protocol.Seq, client protocol.ClientID) Stamp {
	if s.Client != client {
		s.Other = s.Seq
	}
	s.Seq, s.Client = seq, client
	return s
}

// staleFor reports whether another client changed it after base.
func (s Stamp) staleFor(client protocol.ClientID, base protocol.Seq) bool {
	if s.Client == client {
		return s.Other > base
	}
	return s.Seq > base
}

// Cell is a field's value and its stamp. Only guarded fields keep Client and
// Other; for the rest the seq is enough.
type Cell struct {
	Field protocol.Field
	Value protocol.Value
	Stamp Stamp
}

// Cells are the fields of an order or a line, sorted by name. A cleared field
// keeps its cell, with the value null.
type Cells []Cell

func (c Cells) find(f protocol.Field) (int, bool) {
	return slices.BinarySearchFunc(c, f, func(cell Cell, f protocol.Field) int {
		return strings.Compare(string(cell.Field), string(f))
	})
}

// Value is a field's value; null if it has none.
func (c Cells) Value(f protocol.Field) protocol.Value {
	if i, ok := c.find(f); ok {
		return c[i].Value
	}
	return protocol.Null
}

func (c Cells) stamp(f protocol.Field) Stamp {
	if i, ok := c.find(f); ok {
		return c[i].Stamp
	}
	return Stamp{}
}

// with is a copy of c in which a field has a new value.
func (c Cells) with(cell Cell) Cells {
	i, ok := c.find(cell.Field)
	if ok {
		c = slices.Clone(c)
		c[i] = cell
		return c
	}
	grown := make(Cells, 0, len(c)+1)
	grown = append(grown, c[:i]...)
	grown = append(grown, cell)
	return append(grown, c[i:]...)
}

// View finds orders of any state; nil if there never was one.
type View interface {
	Order(protocol.OrderID) *Order
}

// Set is a view in which the drafts of a batch lie over what is fact.
type Set struct {
	fact   View
	drafts map[protocol.OrderID]*Order
	ids    []protocol.OrderID
}

// NewSet starts a batch over fact.
func NewSet(fact View) *Set { return &Set{fact: fact, drafts: map[protocol.OrderID]*Order{}} }

// Order is the order as this batch has it.
func (s *Set) Order(id protocol.OrderID) *Order {
	if o, ok := s.drafts[id]; ok {
		return o
	}
	return s.fact.Order(id)
}

// Put folds the drafts of one mutation, which was encoded, into the batch. They are the
// batch's from then on: those that follow change them.
func (s *Set) Put(drafts []*Order) {
	for _, d := range drafts {
		if was, ok := s.drafts[d.ID]; ok {
			was.Absorb(d)
			continue
		}
		s.drafts[d.ID] = d
		s.ids = append(s.ids, d.ID)
	}
}

// Drafts are what the batch makes of the orders it touched, by first touch.
func (s *Set) Drafts() []*Order {
	all := make([]*Order, len(s.ids))
	for i, id := range s.ids {
		all[i] = s.drafts[id]
	}
	return all
}

// Valid reports whether text is what may be stored and sent: JSON in UTF-8.
func Valid(text []byte) bool { return utf8.Valid(text) && gjson.ValidBytes(text) }
