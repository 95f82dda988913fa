package multisession

import (
	"bytes"
	"encoding/json"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
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
		slots[i].author = authorJSON(p.POS, user)
		d.join(slots[i])
		client.LastID = m.ID
	}
	d.setClient(client)
	d.finish = append(d.finish, func() {
		reply.LastID, reply.Head = client.LastID, d.head
		reply.Results = joinResults(slots)
	})
}

// oneMore refuses a client of a POS that has too many. None of those that are
// known is ever forgotten: a push that is repeated must get its first answer. So
// the new one waits, with its queue, until somebody looks.
func (d *decider) oneMore(pos sdk.POSID) *sdk.Error {
	n, limit := d.engine.bound[pos], d.engine.rules.Clients
	for _, c := range d.bound {
		if c.POS == pos {
			n++
		}
	}
	if limit == 0 || n < limit {
		return nil
	}
	return sdk.Errorf(sdk.RateLimited, "POS %s has pushed from %d clients, as many as one may have (limits.clients); its taps wait until the operator raises that, or gives the till another POS", pos, n).
		With("retry_after_ms", 60_000)
}

// TillClosed is the error of a push from a POS whose till isn't open.
func TillClosed() *sdk.Error {
	return sdk.Errorf(sdk.TillClosed, "the till of this POS is closed; open it, then push again")
}

// checkIDs: no hole, and no id that was used with another body.
func (d *decider) checkIDs(p *Push, last sdk.MutationID) *sdk.Error {
	if len(p.Mutations) > 0 && p.Mutations[0].ID > last+1 {
		return sdk.Errorf(sdk.IDGap, "mutation %d is missing; send again from there", last+1).
			With("expected", last+1).With("got", p.Mutations[0].ID)
	}
	for _, m := range p.Mutations {
		if m.ID > last {
			break
		}
		if o := d.outcome(p.Client, m.ID); !lost(o) && o.Hash != m.Hash {
			return sdk.Errorf(sdk.IDReused, "mutation %d was used with another body", m.ID).With("id", m.ID)
		}
	}
	return nil
}

// outcome is what was decided before, in this batch or earlier.
func (d *decider) outcome(client sdk.ClientID, id sdk.MutationID) store.Outcome {
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
func duplicate(id sdk.MutationID, o store.Outcome) []byte {
	result := o.Result
	if lost(o) {
		result, _ = json.Marshal(&sdk.Result{ID: id, Status: sdk.Duplicate, Rejection: &sdk.Rejection{
			Code:    sdk.Internal,
			Message: "this was decided before, but what was decided is damaged in the server's database; look whether the order has it",
		}})
		return result
	}
	for _, status := range []sdk.Status{sdk.Applied, sdk.Rejected} {
		was := []byte(`"status":"` + string(status) + `"`)
		if bytes.Contains(result, was) {
			return bytes.Replace(result, was, []byte(`"status":"`+string(sdk.Duplicate)+`"`), 1)
		}
	}
	return result
}

func joinResults(slots []*slot) []byte {
	b := append(make([]byte, 0, 128*len(slots)+2), '[')
	for i, s := range slots {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, s.result...)
	}
	return append(b, ']')
}

// authorJSON is a POS and its user as canonical JSON.
func authorJSON(pos sdk.POS, user *sdk.User) sdk.Value {
	b := make([]byte, 0, 96)
	b = append(append(b, `{"pos":{"id":"`...), pos.ID...)
	b = sdk.AppendString(append(b, `","name":`...), pos.Name)
	b = append(b, `},"user":`...)
	if user == nil {
		return sdk.Value(append(b, `null}`...))
	}
	b = sdk.AppendString(append(b, `{"id":`...), user.ID)
	b = sdk.AppendString(append(b, `,"name":`...), user.Name)
	return sdk.Value(append(b, `}}`...))
}

// slot is one mutation on its way to its result.
type slot struct {
	mutation *order.Mutation
	client   sdk.ClientID
	author   sdk.Value
	outcome  *order.Outcome
	seq      sdk.Seq        // that the outcome was decided with
	veto     *sdk.Rejection // by an extension
	fault    string         // what the server got wrong, for the log
	result   []byte
}
