package order

import (
	"github.com/manytill/manytill/sdk/protocol"
)

// What a mutation leaves on an order: revision, time, and who changed it.

// author is who ms_info names where there must be somebody.
func (t *try) author() protocol.Value {
	if t.env.Author != "" {
		return t.env.Author
	}
	return nobody
}

// nobody stands in ms_info where an author isn't known.
const nobody protocol.Value = `{"pos":{"id":"","name":""},"user":null}`

// touch notes that this mutation changes the order.
func (t *try) touch(o *Order) {
	if o.Seq == t.env.Seq {
		return
	}
	o.Seq, o.At = t.env.Seq, t.env.Now
	o.Rev++
	t.changedBy(&o.Info)
}

func (t *try) changedBy(info *Info) {
	if t.env.Author != "" && info.Changed != t.env.Author {
		info.Changed, info.Seq = t.env.Author, t.env.Seq
	}
}

// touchContent notes a change of lines or payments.
func (t *try) touchContent(o *Order) {
	t.touch(o)
	o.Content = t.stamped(o.Content)
}

func (t *try) stamped(s Stamp) Stamp { return s.next(t.env.Seq, t.env.Client) }
