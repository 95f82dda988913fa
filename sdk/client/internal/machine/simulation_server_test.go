package machine_test

import (
	"fmt"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// simServer counts: line.inc adds to a line's qty, everything else is let
// through. It is as much of a server as the simulation needs.
type simServer struct {
	epoch   int
	log     []protocol.Change
	orders  map[protocol.OrderID]map[protocol.LineID]decimal.Decimal
	numbers map[protocol.OrderID]protocol.Number
	decided map[protocol.ClientID][]protocol.Result
}

func newSimServer() *simServer {
	return &simServer{
		epoch: 1, orders: map[protocol.OrderID]map[protocol.LineID]decimal.Decimal{},
		numbers: map[protocol.OrderID]protocol.Number{}, decided: map[protocol.ClientID][]protocol.Result{},
	}
}

// backup is a copy; restoring it begins another epoch.
func (s *simServer) backup(epoch int) *simServer {
	b := newSimServer()
	b.epoch, b.log = epoch, append([]protocol.Change{}, s.log...)
	for id, lines := range s.orders {
		b.orders[id], b.numbers[id] = map[protocol.LineID]decimal.Decimal{}, s.numbers[id]
		for line, qty := range lines {
			b.orders[id][line] = qty
		}
	}
	for id, results := range s.decided {
		b.decided[id] = append([]protocol.Result{}, results...)
	}
	return b
}

func (s *simServer) cursor(seq int) protocol.Cursor {
	return protocol.Cursor(fmt.Sprintf("e%d.%d", s.epoch, seq))
}

func (s *simServer) head() int { return len(s.log) }

func (s *simServer) lastID(id protocol.ClientID) protocol.MutationID {
	return protocol.MutationID(len(s.decided[id]))
}

func (s *simServer) changes(id protocol.ClientID, from int) protocol.Changes {
	return protocol.Changes{
		Changes: append([]protocol.Change{}, s.log[from:]...), Cursor: s.cursor(s.head()),
		Seq: protocol.Seq(s.head()), LastID: s.lastID(id),
	}
}

func (s *simServer) snapshot(id protocol.ClientID) protocol.Snapshot {
	snap := protocol.Snapshot{Cursor: s.cursor(s.head()), Seq: protocol.Seq(s.head()), LastID: s.lastID(id)}
	for _, order := range protocol.SortedKeys(s.orders) {
		o := protocol.Order{ID: order, Number: s.numbers[order], State: protocol.Open, Run: 1, Fields: protocol.Fields{}}
		for i, line := range protocol.SortedKeys(s.orders[order]) {
			o.Lines = append(o.Lines, protocol.Line{ID: line, N: i + 1, Fields: protocol.Fields{"qty": protocol.Num(s.orders[order][line])}})
		}
		snap.Orders = append(snap.Orders, o)
	}
	return snap
}

func (s *simServer) push(id protocol.ClientID, p protocol.Push) protocol.ServerFrame {
	answer := protocol.Pushed{Ref: p.Ref}
	for _, m := range p.Mutations {
		switch known := s.decided[id]; {
		case int(m.ID) <= len(known):
			r := known[m.ID-1]
			r.Status = protocol.Duplicate
			answer.Results = append(answer.Results, r)
		case int(m.ID) > len(known)+1:
			return protocol.ErrorFrame{Ref: p.Ref, Code: protocol.IDGap, Details: protocol.Gap{Expected: protocol.MutationID(len(known) + 1), Got: m.ID}}
		default:
			r := s.decide(id, m)
			s.decided[id] = append(known, r)
			answer.Results = append(answer.Results, r)
		}
	}
	answer.LastID = s.lastID(id)
	return answer
}

func (s *simServer) decide(id protocol.ClientID, m protocol.Mutation) protocol.Result {
	for _, op := range m.Ops {
		_, there := s.orders[op.On()]
		code := protocol.Code("")
		switch {
		case op.Kind() == protocol.KindOrderCreate && there:
			code = protocol.Exists
		case op.Kind() == protocol.KindLineInc && !there:
			code = protocol.NotFound
		}
		if code != "" {
			return protocol.Result{ID: m.ID, Status: protocol.Rejected, Rejection: &protocol.Rejection{Code: code, Order: op.On()}}
		}
	}
	change := protocol.Change{Seq: protocol.Seq(s.head() + 1), ClientID: id, ID: m.ID, TappedAt: m.At, Orders: map[protocol.OrderID]protocol.OrderChange{}}
	for _, op := range m.Ops {
		order := op.On()
		if s.orders[order] == nil {
			s.orders[order] = map[protocol.LineID]decimal.Decimal{}
			s.numbers[order] = protocol.Number(len(s.orders))
		}
		lines, line := s.orders[order], protocol.LineID("")
		switch op := op.(type) {
		case protocol.LineAdd:
			line = op.Line
			lines[line], _ = op.Set["qty"].Decimal()
		case protocol.LineInc:
			line = op.Line
			by, _ := op.By.Decimal()
			lines[line], _ = lines[line].Add(by)
		}
		delta := protocol.OrderChange{Rev: 1, Number: s.numbers[order], Run: 1, State: protocol.Open}
		if line != "" {
			delta.Lines = map[protocol.LineID]protocol.LineChange{line: {N: 1, Set: protocol.Fields{"qty": protocol.Num(lines[line])}}}
		}
		change.Orders[order] = delta
	}
	s.log = append(s.log, change)
	return protocol.Result{ID: m.ID, Status: protocol.Applied, Seq: change.Seq}
}
