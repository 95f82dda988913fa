package order

import (
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

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
