package oldwire

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
)

// client is the queue of a till in its multi-session.
func (v *visit) client() protocol.ClientID {
	const enough = 12
	sum := sha256.Sum256([]byte(string(v.till.pos) + "\n" + string(v.session.ID)))
	return protocol.ClientID("old:" + hex.EncodeToString(sum[:enough]))
}

// push has ops decided as one mutation, for ever: what is to be noted then (accept)
// is stored with it first.
func (v *visit) push(ops protocol.Ops, user *protocol.User, accept *acceptance) (*protocol.Result, error) {
	t := v.till
	if t.last < 0 {
		seen := v.session.Ask(v.ctx, &multisession.Seen{Client: v.client(), POS: t.pos})
		if seen.Err != nil {
			return nil, seen.Err
		}
		t.last = seen.LastID
	}
	mutation, err := json.Marshal(protocol.Mutation{ID: t.last + 1, User: user, Ops: ops})
	if err != nil {
		return nil, err
	}
	t.kept.Pending = &pending{mutation, accept}
	if err := v.save(); err != nil {
		return nil, err
	}
	result, err := v.settle()
	t.kept.Pending = nil
	return result, err
}

// settle pushes the pending mutation, once more if it was pushed before.
func (v *visit) settle() (*protocol.Result, error) {
	t := v.till
	m, err := order.Decode(t.kept.Pending.Mutation, v.bridge.Limits)
	if err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		reply := v.session.Ask(v.ctx, &multisession.Push{Client: v.client(), POS: v.caller.POS, Mutations: []*order.Mutation{m}})
		if protocol.CodeOf(reply.Err) == protocol.TillClosed && try == 0 { // closed by the operator meanwhile
			if err := v.open(); err != nil {
				return nil, err
			}
			continue
		}
		if reply.Err != nil {
			return nil, reply.Err
		}
		t.last = reply.LastID
		result := &protocol.Result{}
		if err := json.Unmarshal(reply.Results[0].JSON, result); err != nil {
			return nil, err
		}
		for id, o := range result.Orders {
			if id != "" {
				v.bridge.counted(v.session.ID, v.session.Feed.State().Run, o.Number)
			}
		}
		return result, nil
	}
}

// finish ends what a crash, or an error, interrupted.
func (v *visit) finish() error {
	t := v.till
	if t.kept.Pending == nil {
		return nil
	}
	if err := v.open(); err != nil {
		return err
	}
	accept := t.kept.Pending.Accept
	result, err := v.settle()
	if protocol.CodeOf(err) == protocol.IDReused || protocol.CodeOf(err) == protocol.IDGap {
		// The database is another one than the one that it was stored in.
		v.bridge.warn("a mutation that was under way can't be settled and is dropped", "pos", t.pos, "error", err)
		result, accept, err = &protocol.Result{}, nil, nil
	}
	if err != nil {
		return err
	}
	t.kept.Pending = nil
	if accept != nil && !rejected(result) {
		if _, err := v.accept(accept, result.Seq); err != nil {
			return err
		}
	}
	return v.save()
}

// accept notes what the till shows of an order, now that its mutation is decided, and
// gives the revision to answer with.
func (v *visit) accept(a *acceptance, seq protocol.Seq) (int64, error) {
	h, err := v.holding(a.Order)
	if err != nil {
		return 0, err
	}
	v.till.dirty[a.Order] = true
	h.say(&a.Content)
	h.Tender = a.Tender
	h.name(a.Lines)
	if a.New {
		h.Last = max(h.Last, a.Revision)
		revision := int64(unnamed)
		if !a.Again {
			revision = h.next(v.bridge.Now(), 1)
		}
		h.Views = []view{{Revision: revision, Seq: seq, Content: a.Content, On: a.Revision}}
		return revision, nil
	}
	i := h.at(a.Revision)
	if i < 0 {
		return a.Revision, nil // noted before
	}
	return h.accept(i, a.Content, a.Again, v.bridge.Now()), nil
}

// tell has ops decided, and where some are refused the rest: an edit that can't be
// done takes no other with it. Ops that are too many for one mutation are decided by
// several. A crash between two leaves a part of them, and no revision that says which:
// the till reads the order again. refusal is the first one, nil if there is none.
func (v *visit) tell(ops protocol.Ops, user *protocol.User, accept *acceptance) (result *protocol.Result, refusal *protocol.Rejection, err error) {
	for bound := v.bridge.Limits.Ops; len(ops) > bound; ops = ops[bound:] {
		var first *protocol.Rejection
		result, first, err = v.tell(ops[:bound:bound], user, accept.again())
		if refusal == nil {
			refusal = first
		}
		if _, creates := ops[0].(protocol.OrderCreate); err != nil || creates && rejected(result) {
			return result, refusal, err
		}
	}
	const most = 20 // refused one by one
	for try := 1; len(ops) > 0; try++ {
		if refusal != nil {
			accept = accept.again()
		}
		result, err = v.push(ops, user, accept)
		if err != nil || !rejected(result) {
			return result, refusal, err
		}
		r := result.Rejection
		v.bridge.warn("an edit was refused; the till reads the order again, and the mutation is among the rejections", "pos", v.till.pos,
			"order", r.Order, "line", r.Line, "code", r.Code, "why", r.Message)
		if refusal == nil {
			refusal = r
		}
		rest, fewer := without(ops, r)
		if parts := apart(ops); !fewer && r.Code == protocol.Vetoed && len(parts) > 1 {
			for _, part := range parts { // the hook doesn't say which of them it means
				if result, _, err = v.tell(part, user, accept.again()); err != nil {
					return nil, refusal, err
				}
			}
			return result, refusal, nil
		}
		if !fewer || r.Code == protocol.OrderClosed || try == most {
			return result, refusal, nil
		}
		ops = rest
	}
	return result, refusal, nil
}

// rejected reports whether nothing of a mutation was done.
func rejected(r *protocol.Result) bool { return r.Rejection != nil && r.Code != "" }

// apart are the ops of an order's fields, and those of each line. They stay together
// with what makes or closes the order, and with payments.
func apart(ops protocol.Ops) (parts []protocol.Ops) {
	at := map[protocol.LineID]int{}
	for _, op := range ops {
		id := lineOf(op)
		if _, sets := op.(protocol.OrderSet); !sets && id == "" {
			return []protocol.Ops{ops}
		}
		i, known := at[id]
		if !known {
			i = len(parts)
			at[id] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], op)
	}
	return parts
}

// without are the ops that a rejection isn't of: beside the field or the op that it
// names, or those of other lines. There are no fewer where it is of the whole.
func without(ops protocol.Ops, r *protocol.Rejection) (rest protocol.Ops, fewer bool) {
	at := opAt(r.At)
	for i, op := range ops {
		switch {
		case i == at:
			if _, creates := op.(protocol.OrderCreate); creates {
				return ops, false
			}
			fewer = true
			if less := withoutField(op, r.Field); less != nil {
				rest = append(rest, less)
			}
		case at < 0 && r.Line != "" && lineOf(op) == r.Line:
			fewer = true
		default:
			rest = append(rest, op)
		}
	}
	return rest, fewer
}

// withoutField is an op that sets other fields, too; nil if there are none.
func withoutField(op protocol.Op, f protocol.Field) protocol.Op {
	less := func(set protocol.Fields) protocol.Fields {
		set = maps.Clone(set)
		delete(set, f)
		return set
	}
	switch op := op.(type) {
	case protocol.LineSet:
		if _, has := op.Set[f]; has && len(op.Set) > 1 {
			op.Set = less(op.Set)
			return op
		}
	case protocol.OrderSet:
		if _, has := op.Set[f]; has && len(op.Set) > 1 {
			op.Set = less(op.Set)
			return op
		}
	}
	return nil
}

// opAt is which op a place is in, like ops[3].set.qty; -1 if it is in none.
func opAt(place string) int {
	text, found := strings.CutPrefix(place, "ops[")
	if n, err := strconv.Atoi(strings.SplitN(text, "]", 2)[0]); found && err == nil {
		return n
	}
	return -1
}

func lineOf(op protocol.Op) protocol.LineID {
	switch op := op.(type) {
	case protocol.LineAdd:
		return op.Line
	case protocol.LineSet:
		return op.Line
	case protocol.LineInc:
		return op.Line
	case protocol.LineRemove:
		return op.Line
	}
	return ""
}
