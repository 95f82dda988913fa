package order

import (
	"cmp"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
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
	LastN    int // the highest n of its lines, gone ones too
	// Pruned: its fields and lines were dropped from the store.
	Pruned bool
	// Broken: what the store holds of it can't be read. Only its columns are
	// known; it refuses every mutation.
	Broken bool
	// Marked: an extension failed on it or one of its lines.
	Marked bool
	// Ran is the generation of the chain of extensions that last ran over it;
	// only known in memory.
	Ran uint64

	count         int // lines that are there
	content, paid int // bytes, as of the last Weigh: fields and lines; payments
	lines         map[protocol.LineID]*Line
	below         *Order
}

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
	Ran    uint64 // as Order.Ran
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

// draft is a new layer on o.
func (o *Order) draft() *Order {
	d := *o
	d.below, d.lines = o, nil
	d.Payments = o.Payments[:len(o.Payments):len(o.Payments)]
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
