package faults_test

import (
	"fmt"
	"math"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/manytill/manytill/sdk/protocol"
)

// A multi-session as one log that is written and read by many at once: a push gives a
// seq, which is one more than the last; a pull gives all up to where the log ends at
// some moment between its call and its answer. porcupine looks for an order of all
// calls in which each is answered so.
type (
	// written is a mutation, from its first try to its first answer: tries again don't
	// count. An answer that never came leaves the time open.
	written struct{ key outcomeKey }
	// repeated is the answer to a try again.
	repeated struct{ key outcomeKey }
	// pulled is a read up to the end. Its output is where it ended.
	pulled struct{}

	// logEnd is the state, and what a read gives: how long the log is, and what is last.
	// Who reads nothing new doesn't know that.
	logEnd struct {
		seq  protocol.Seq
		last outcomeKey
	}
)

var multiSessionModel = porcupine.Model{
	Init: func() any { return logEnd{} },
	Step: func(state, input, output any) (bool, any) {
		end, out := state.(logEnd), output.(logEnd)
		switch in := input.(type) {
		case written:
			return out.seq == end.seq+1, logEnd{out.seq, in.key}
		case repeated:
			return out.seq <= end.seq, state
		default:
			return out.seq == end.seq && (out.last == outcomeKey{} || out.last == end.last), state
		}
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%T %v: %v", input, input, output) },
}

// checkLinear looks for such an order in each multi-session. It says what is wrong,
// and how many operations it looked at.
func (h *wireHistory) checkLinear(s *streams) (wrong []string, operations int) {
	for floor := range s.log {
		all := h.operations(floor, s)
		operations += len(all)
		// It takes milliseconds where there is an order.
		if result := porcupine.CheckOperationsTimeout(multiSessionModel, all, 20*time.Second); result != porcupine.Ok {
			wrong = append(wrong, fmt.Sprintf("%s: no order explains its %d operations (%s)", floor, len(all), result))
		}
	}
	return wrong, operations
}

func (h *wireHistory) operations(floor protocol.MultiSessionID, s *streams) (all []porcupine.Operation) {
	first := map[outcomeKey]int{} // places in all
	seqs := map[outcomeKey]protocol.Seq{}
	for _, c := range s.log[floor] {
		seqs[outcomeKey{c.ClientID, c.ID}] = c.Seq
		if c.ClientID == "" {
			panic("a change of the server's own: the model has none")
		}
	}
	for _, p := range h.pushes {
		if p.floor != floor {
			continue
		}
		for _, m := range p.Mutations {
			key := outcomeKey{p.ClientID, m.ID}
			if _, tried := first[key]; !tried && seqs[key] != 0 { // what was refused isn't in the log
				first[key] = len(all)
				all = append(all, porcupine.Operation{Input: written{key}, Output: logEnd{seq: seqs[key]}, Call: p.called, Return: math.MaxInt64})
			}
		}
		for _, r := range p.results {
			key := outcomeKey{p.ClientID, r.ID}
			if r.Rejection != nil || seqs[key] == 0 {
				continue // [streams] looks for what should be there
			}
			if at := &all[first[key]]; p.answered < at.Return {
				at.Return, at.Output = p.answered, logEnd{seq: r.Seq}
			}
			if r.Status == protocol.Duplicate {
				all = append(all, porcupine.Operation{Input: repeated{key}, Output: logEnd{seq: r.Seq}, Call: p.called, Return: p.answered})
			}
		}
	}
	for _, e := range h.told {
		if e.floor != floor || e.link != 0 || e.More || e.snapshot() && e.Cursor == "" {
			continue
		}
		out := logEnd{seq: e.Seq}
		if c := s.log[floor][e.Seq]; c != nil && len(e.Changes) > 0 {
			out.last = outcomeKey{c.ClientID, c.ID}
		}
		all = append(all, porcupine.Operation{Input: pulled{}, Output: out, Call: e.called, Return: e.answered})
	}
	return all
}
