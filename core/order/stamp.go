package order

import (
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk"
)

// Stamp remembers who changed something last, and when anybody else did: all
// it takes to tell whether a base is stale.
type Stamp struct {
	Seq    sdk.Seq      // of the last change
	Client sdk.ClientID // who made it; "" is the server
	Other  sdk.Seq      // of the last change by anyone but Client
}

// next is the stamp after a change by client.
func (s Stamp) next(seq sdk.Seq, client sdk.ClientID) Stamp {
	if s.Client != client {
		s.Other = s.Seq
	}
	s.Seq, s.Client = seq, client
	return s
}

// staleFor reports whether another client changed it after base.
func (s Stamp) staleFor(client sdk.ClientID, base sdk.Seq) bool {
	if s.Client == client {
		return s.Other > base
	}
	return s.Seq > base
}

// Cell is a field's value and its stamp. Only guarded fields keep Client and
// Other; for the rest the seq is enough.
type Cell struct {
	Field sdk.Field
	Value sdk.Value
	Stamp Stamp
}

// Cells are the fields of an order or a line, sorted by name. A cleared field
// keeps its cell, with the value null.
type Cells []Cell

func (c Cells) find(f sdk.Field) (int, bool) {
	return slices.BinarySearchFunc(c, f, func(cell Cell, f sdk.Field) int {
		return strings.Compare(string(cell.Field), string(f))
	})
}

// Value is a field's value; null if it has none.
func (c Cells) Value(f sdk.Field) sdk.Value {
	if i, ok := c.find(f); ok {
		return c[i].Value
	}
	return sdk.Null
}

func (c Cells) stamp(f sdk.Field) Stamp {
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
