package pluginpb

import (
	"errors"
	"strings"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// What both kinds of process read and write alike.

// FieldsOf reads fields that are written flat: name, value, name, value.
func FieldsOf(flat []string) protocol.Fields {
	fields := make(protocol.Fields, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		fields[protocol.Field(flat[i])] = protocol.Value(flat[i+1])
	}
	return fields
}

// Snapshot is the order as hooks look at it, without its lines. Merged is nil
// where its fields aren't handed over.
func (x *Order) Snapshot() *hooks.Snapshot {
	order := &hooks.Snapshot{
		RecordHead: hooks.RecordHead{
			Model: protocol.ModelOrder, Order: protocol.OrderID(x.GetId()), Number: protocol.Number(x.GetNumber()), Run: protocol.Run(x.GetRun()),
			State: protocol.State(x.GetState()), Tapped: time.Unix(0, x.GetTapped()).UTC(), Mutation: x.GetMutation(),
		},
		Payments: paymentsOf(x),
	}
	if x.GetHasFields() || len(x.GetFields()) > 0 {
		order.Merged = FieldsOf(x.GetFields())
	}
	return order
}

// Snapshot is a record of that order, as hooks look at it.
func (x *Record) Snapshot(of *hooks.Snapshot) *hooks.Snapshot {
	r := *of
	r.Model, r.Line, r.N, r.New = protocol.Model(x.GetModel()), protocol.LineID(x.GetLine()), int(x.GetN()), x.GetNew()
	r.At, r.Seed = time.Unix(0, x.GetAt()).UTC(), x.GetSeed()
	r.Merged, r.From = FieldsOf(x.GetMerged()), int(x.GetFrom())
	if o := x.GetOutcome(); o != nil {
		r.Outcome = &hooks.Outcome{Name: o.GetName(), Key: o.GetKey(), Result: protocol.Value(o.GetResult())}
	}
	if !r.New {
		r.Stored = FieldsOf(x.GetStored())
	}
	if r.Model == protocol.ModelOrderline && of.Merged != nil {
		r.Parent = of
	}
	return &r
}

func paymentsOf(o *Order) (payments []protocol.Payment) {
	for _, p := range o.GetPayments() {
		var by *protocol.By
		if p.GetBy() != "" {
			by = new(protocol.By)
			_ = protocol.Value(p.GetBy()).Decode(by) // the server wrote it
		}
		payments = append(payments, protocol.Payment{
			NewPayment: protocol.NewPayment{
				ID: protocol.PaymentID(p.GetId()), Method: p.GetMethod(), Amount: protocol.Value(p.GetAmount()), Offline: p.GetOffline(), Ref: p.GetRef(),
			},
			Needs: protocol.Needs(p.GetNeeds()), By: by, At: p.GetAt(),
		})
	}
	return payments
}

// NewResult is what hooks made of a record, as a message. Of a failure its Kind
// is left to the caller.
func NewResult(result *hooks.Result) *Result {
	var in *hooks.HookError
	switch {
	case errors.As(result.Err, &in):
		return &Result{Error: Cut(in.Err.Error()), Hook: in.Hook, Took: int64(result.Took), LookedAt: result.LookedAt}
	case result.Err != nil:
		return &Result{Error: Cut(result.Err.Error()), Took: int64(result.Took), LookedAt: result.LookedAt}
	}
	x := &Result{Took: int64(result.Took), LookedAt: result.LookedAt, Reject: Cut(result.Reject), Hook: result.RejectHook, RejectAt: result.RejectAt, Export: make([]string, 0, 2*len(result.Export))}
	for f, v := range result.Export {
		x.Export = append(x.Export, string(f), string(v))
	}
	for _, f := range result.Read {
		x.Read = append(x.Read, string(f))
	}
	for _, f := range result.ReadOfOrder {
		x.ReadOfOrder = append(x.ReadOfOrder, string(f))
	}
	for _, put := range result.Lines {
		line := &PutLine{Key: put.Key}
		for f, v := range put.Fields {
			line.Fields = append(line.Fields, string(f), string(v))
		}
		x.Lines = append(x.Lines, line)
	}
	x.Left = EntriesOf(result.Left)
	for _, e := range result.Effects {
		x.Effects = append(x.Effects, &Effect{Name: e.Name, Key: e.Key, Data: string(e.Data)})
	}
	for _, d := range result.Dropped {
		x.Dropped = append(x.Dropped, &Dropped{
			Code: d.Code, Model: string(d.Model), Field: Cut(string(d.Field)), Hook: d.Hook, Why: d.Why, Detail: Cut(d.Detail), At: Cut(d.At),
		})
	}
	for f, place := range result.At {
		x.At = append(x.At, Cut(string(f)), Cut(place))
	}
	return x
}

// longestMessage that a hook's refusal or error may have, in bytes.
const longestMessage = 2000

// Cut makes a vendor's words fit, and UTF-8.
func Cut(words string) string {
	if len(words) > longestMessage {
		words = words[:longestMessage] + "…"
	}
	return strings.ToValidUTF8(words, "?")
}
