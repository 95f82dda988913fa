package multisession

import (
	"encoding/json"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// push checks the whole of it before any of it is decided.
func (d *decider) push(p *Push, reply *Reply) {
	till := d.till(p.POS.ID)
	if !till.Open {
		reply.Err = TillClosed()
		return
	}
	client, known := d.client(p.Client)
	if known {
		if reply.Err = d.mismatch(client, p.POS.ID); reply.Err != nil {
			return
		}
	}
	if reply.Err = d.checkIDs(p, client.LastID); reply.Err != nil {
		return
	}
	if !known {
		if reply.Err = d.oneMore(p.POS.ID); reply.Err != nil {
			return
		}
		client = store.Client{ID: p.Client, POS: p.POS.ID, MultiSession: d.engine.id}
		d.write.Clients = append(d.write.Clients, client)
		d.bound = append(d.bound, client)
		d.dirty = true
	}
	slots := make([]*slot, len(p.Mutations))
	for i, m := range p.Mutations {
		slots[i] = &slot{mutation: m, client: p.Client}
		if m.ID <= client.LastID {
			slots[i].result = duplicate(m.ID, d.outcome(p.Client, m.ID))
			continue
		}
		user := m.User
		if user == nil {
			user = till.User
		}
		slots[i].author = protocol.AuthorJSON(p.POS, user)
		d.join(slots[i])
		client.LastID = m.ID
	}
	d.setClient(client)
	d.finish = append(d.finish, func() {
		reply.LastID, reply.Head = client.LastID, d.head
		reply.Results = make(Results, len(slots))
		for i, s := range slots {
			reply.Results[i] = s.result
		}
	})
}

// oneMore refuses a client of a POS that has too many. None of those that are
// known is ever forgotten: a push that is repeated must get its first answer. So
// the new one waits, with its queue, until somebody looks.
func (d *decider) oneMore(pos protocol.POSID) error {
	n, limit := d.engine.bound[pos], d.engine.rules.Clients
	for _, c := range d.bound {
		if c.POS == pos {
			n++
		}
	}
	if limit == 0 || n < limit {
		return nil
	}
	return protocol.Errorf(protocol.RateLimited, "POS %s has pushed from %d clients, as many as one may have (limits.clients); its taps wait until the operator raises that, or gives the till another POS", pos, n).
		With(protocol.Pause{RetryAfterMS: 60_000})
}

// TillClosed is the error of a push from a POS whose till isn't open.
func TillClosed() error {
	return protocol.Errorf(protocol.TillClosed, "the till of this POS is closed; open it, then push again")
}

// checkIDs: no hole, and no id that was used with another body.
func (d *decider) checkIDs(p *Push, last protocol.MutationID) error {
	if len(p.Mutations) > 0 && p.Mutations[0].ID > last+1 {
		return protocol.Errorf(protocol.IDGap, "mutation %d is missing; send again from there", last+1).
			With(protocol.Gap{Expected: last + 1, Got: p.Mutations[0].ID})
	}
	for _, m := range p.Mutations {
		if m.ID > last {
			break
		}
		if o := d.outcome(p.Client, m.ID); !lost(o) && o.Hash != m.Hash {
			return protocol.Errorf(protocol.IDReused, "mutation %d was used with another body", m.ID).With(protocol.UsedID{ID: m.ID})
		}
	}
	return nil
}

// outcome is what was decided before, in this batch or earlier.
func (d *decider) outcome(client protocol.ClientID, id protocol.MutationID) store.Outcome {
	d.flush()
	for i := len(d.write.Outcomes) - 1; i >= 0; i-- {
		if o := d.write.Outcomes[i]; o.Client == client && o.ID == id {
			return o
		}
	}
	return d.engine.facts.outcomes[outcomeKey{client, id}]
}

// duplicate is the first outcome again. Of one that is damaged in the store
// nobody can tell whether it was applied: the orders do.
func duplicate(id protocol.MutationID, o store.Outcome) Result {
	var r protocol.Result
	if lost(o) || json.Unmarshal(o.Result, &r) != nil {
		r = protocol.Result{ID: id, Rejection: &protocol.Rejection{
			Code:    protocol.Internal,
			Message: "this was decided before, but what was decided is damaged in the server's database; look whether the order has it",
		}}
	}
	r.Status = protocol.Duplicate
	return resultOf(&r)
}

// resultOf encodes a result, once for the store and the till.
func resultOf(r *protocol.Result) Result {
	return Result{Status: r.Status, Rejection: r.Rejection, JSON: r.AppendJSON(make([]byte, 0, 128))}
}

// slot is one mutation on its way to its result.
type slot struct {
	mutation *order.Mutation
	client   protocol.ClientID
	author   protocol.Value
	outcome  *order.Outcome
	seq      protocol.Seq        // that the outcome was decided with
	veto     *protocol.Rejection // by an extension
	fault    string              // what the server got wrong, for the log
	result   Result
}
