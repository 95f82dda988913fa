package machine_test

import (
	"fmt"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

// simServer counts: line.inc adds to a line's qty, everything else is let
// through. It is as much of a server as the simulation needs.
type simServer struct {
	epoch   int
	log     []sdk.Change
	orders  map[sdk.OrderID]map[sdk.LineID]sdk.Decimal
	numbers map[sdk.OrderID]sdk.Number
	decided map[sdk.ClientID][]sdk.Result
}

func newSimServer() *simServer {
	return &simServer{
		epoch: 1, orders: map[sdk.OrderID]map[sdk.LineID]sdk.Decimal{},
		numbers: map[sdk.OrderID]sdk.Number{}, decided: map[sdk.ClientID][]sdk.Result{},
	}
}

// backup is a copy; restoring it begins another epoch.
func (s *simServer) backup(epoch int) *simServer {
	b := newSimServer()
	b.epoch, b.log = epoch, append([]sdk.Change{}, s.log...)
	for id, lines := range s.orders {
		b.orders[id], b.numbers[id] = map[sdk.LineID]sdk.Decimal{}, s.numbers[id]
		for line, qty := range lines {
			b.orders[id][line] = qty
		}
	}
	for id, results := range s.decided {
		b.decided[id] = append([]sdk.Result{}, results...)
	}
	return b
}

func (s *simServer) cursor(seq int) sdk.Cursor {
	return sdk.Cursor(fmt.Sprintf("e%d.%d", s.epoch, seq))
}

func (s *simServer) head() int { return len(s.log) }

func (s *simServer) lastID(id sdk.ClientID) sdk.MutationID { return sdk.MutationID(len(s.decided[id])) }

func (s *simServer) changes(id sdk.ClientID, from int) wire.Changes {
	return wire.Changes{
		Changes: append([]sdk.Change{}, s.log[from:]...), Cursor: s.cursor(s.head()),
		Seq: sdk.Seq(s.head()), LastID: s.lastID(id),
	}
}

func (s *simServer) snapshot(id sdk.ClientID) wire.Snapshot {
	snap := wire.Snapshot{Cursor: s.cursor(s.head()), Seq: sdk.Seq(s.head()), LastID: s.lastID(id)}
	for _, order := range sdk.SortedKeys(s.orders) {
		o := sdk.Order{ID: order, Number: s.numbers[order], State: sdk.Open, Run: 1, Fields: sdk.Fields{}}
		for i, line := range sdk.SortedKeys(s.orders[order]) {
			o.Lines = append(o.Lines, sdk.Line{ID: line, N: i + 1, Fields: sdk.Fields{"qty": sdk.Num(s.orders[order][line])}})
		}
		snap.Orders = append(snap.Orders, o)
	}
	return snap
}

func (s *simServer) push(id sdk.ClientID, p wire.Push) wire.Frame {
	answer := wire.Pushed{Ref: p.Ref}
	for _, m := range p.Mutations {
		switch known := s.decided[id]; {
		case int(m.ID) <= len(known):
			r := known[m.ID-1]
			r.Status = sdk.Duplicate
			answer.Results = append(answer.Results, r)
		case int(m.ID) > len(known)+1:
			return wire.Error{Ref: p.Ref, Code: sdk.IDGap, Expected: sdk.MutationID(len(known) + 1), Got: m.ID}
		default:
			r := s.decide(id, m)
			s.decided[id] = append(known, r)
			answer.Results = append(answer.Results, r)
		}
	}
	answer.LastID = s.lastID(id)
	return answer
}

func (s *simServer) decide(id sdk.ClientID, m sdk.Mutation) sdk.Result {
	for _, op := range m.Ops {
		_, there := s.orders[op.Order]
		code := sdk.Code("")
		switch {
		case op.Op == sdk.OrderCreate && there:
			code = sdk.Exists
		case op.Op == sdk.LineInc && !there:
			code = sdk.NotFound
		}
		if code != "" {
			return sdk.Result{ID: m.ID, Status: sdk.Rejected, Rejection: &sdk.Rejection{Code: code, Order: op.Order}}
		}
	}
	change := sdk.Change{Seq: sdk.Seq(s.head() + 1), ClientID: id, ID: m.ID, TappedAt: m.At, Orders: map[sdk.OrderID]sdk.OrderChange{}}
	for _, op := range m.Ops {
		if s.orders[op.Order] == nil {
			s.orders[op.Order] = map[sdk.LineID]sdk.Decimal{}
			s.numbers[op.Order] = sdk.Number(len(s.orders))
		}
		lines := s.orders[op.Order]
		switch op.Op {
		case sdk.LineAdd:
			lines[op.Line], _ = op.Set["qty"].Decimal()
		case sdk.LineInc:
			by, _ := op.By.Decimal()
			lines[op.Line], _ = lines[op.Line].Add(by)
		}
		delta := sdk.OrderChange{Rev: 1, Number: s.numbers[op.Order], Run: 1, State: sdk.Open}
		if op.Line != "" {
			delta.Lines = map[sdk.LineID]sdk.LineChange{op.Line: {N: 1, Set: sdk.Fields{"qty": sdk.Num(lines[op.Line])}}}
		}
		change.Orders[op.Order] = delta
	}
	s.log = append(s.log, change)
	return sdk.Result{ID: m.ID, Status: sdk.Applied, Seq: change.Seq}
}
