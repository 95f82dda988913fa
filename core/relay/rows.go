package relay

import (
	"strconv"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// How rows are written in a piece, and read.

func writeOrder(o *store.OrderRows) protocol.RelayOrder {
	w := protocol.RelayOrder{
		ID: o.ID, Run: o.Run, Number: o.Number, State: o.State, Rev: o.Rev, Created: o.Created, Seq: o.Seq, At: o.At.UnixMilli(), Body: o.Body,
	}
	for _, l := range o.Lines {
		w.Lines = append(w.Lines, protocol.RelayRow{ID: string(l.ID), N: l.N, Seq: l.Seq, Body: l.Body})
	}
	for _, p := range o.Payments {
		w.Payments = append(w.Payments, protocol.RelayRow{ID: string(p.ID), N: p.N, Seq: p.Seq, Body: p.Body})
	}
	return w
}

func readOrder(w *protocol.RelayOrder) store.OrderRows {
	o := store.OrderRows{OrderRow: store.OrderRow{
		ID: w.ID, Run: w.Run, Number: w.Number, State: w.State, Rev: w.Rev, Created: w.Created, Seq: w.Seq, At: time.UnixMilli(w.At).UTC(), Body: w.Body,
	}}
	for _, l := range w.Lines {
		o.Lines = append(o.Lines, store.LineRow{ID: protocol.LineID(l.ID), N: l.N, Seq: l.Seq, Body: l.Body})
	}
	for _, p := range w.Payments {
		o.Payments = append(o.Payments, store.PaymentRow{ID: protocol.PaymentID(p.ID), N: p.N, Seq: p.Seq, Body: p.Body})
	}
	return o
}

func writeRejection(r *store.Rejection) protocol.RejectedMutation {
	return protocol.RejectedMutation{
		ID: strconv.FormatInt(r.ID, 10), At: protocol.FormatTime(r.At), MultiSession: r.MultiSession, ClientID: r.Client, By: r.By,
		Mutation: r.Mutation, Code: r.Code, Message: r.Message, Kept: r.Kept,
	}
}

func readRejection(w *protocol.RejectedMutation, ms protocol.MultiSessionID) store.Rejection {
	at, _ := time.Parse(time.RFC3339Nano, w.At)
	return store.Rejection{
		At: at, MultiSession: ms, Client: w.ClientID, By: w.By, Mutation: w.Mutation, Code: w.Code, Message: w.Message, Kept: w.Kept,
	}
}

// readPiece is a piece as a copy takes it.
func readPiece(w *protocol.RelayPiece, ms protocol.MultiSessionID) *multisession.Piece {
	p := &multisession.Piece{After: w.After, Anew: w.Anew, Run: store.RunRow{Run: w.Run, Open: w.RunOpen}, Progress: w.Progress}
	for i, body := range w.Changes {
		p.Changes = append(p.Changes, store.Change{Seq: w.After + protocol.Seq(i) + 1, Body: body})
	}
	for i := range w.Orders {
		p.Orders = append(p.Orders, readOrder(&w.Orders[i]))
	}
	for i := range w.Rejections {
		p.Rejections = append(p.Rejections, readRejection(&w.Rejections[i], ms))
	}
	return p
}
