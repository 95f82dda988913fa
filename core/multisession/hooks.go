package multisession

import (
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// runHooks runs the chain over what a wave's mutations changed.
func (d *decider) runHooks(slots []*slot) {
	var mutations []*hooks.Mutation
	asked := make([]*slot, 0, len(slots))
	for _, s := range slots {
		if s.outcome.Rejection != nil {
			continue
		}
		if m := d.hookMutation(s.outcome.Drafts, d.occasionOf(s)); m != nil {
			m.Stands = m.Stands || s.mutation.Pays()
			mutations, asked = append(mutations, m), append(asked, s)
		}
	}
	d.runChain(mutations)
	for i, s := range asked {
		m := mutations[i]
		s.veto, s.left = m.Veto, m.Storage
		for _, r := range m.Reviews {
			s.outcome.AddReview(r.Order, r.Review)
		}
		noteMissed(m, s.outcome.Drafts)
	}
}

// runOwn runs the chain over changes of the server's own, each a list of
// drafts; one, where the chain is serial. None is refused: what would have been
// asks for a review. It gives what hooks left in storage.
func (d *decider) runOwn(by protocol.Value, changes ...[]*order.Order) (left storages) {
	if !d.chain.Active() {
		return nil
	}
	var mutations []*hooks.Mutation
	var asked [][]*order.Order // the drafts of each
	for _, drafts := range changes {
		at := occasion{tapped: d.now, seed: ownSeed(by, drafts), by: by}
		for _, draft := range drafts {
			at.seq = max(at.seq, draft.Seq)
		}
		if m := d.hookMutation(drafts, at); m != nil {
			m.Stands = true
			mutations, asked = append(mutations, m), append(asked, drafts)
		}
	}
	d.runChain(mutations)
	for i, m := range mutations {
		addReviews(m, asked[i])
		noteMissed(m, asked[i])
		left = m.Storage
	}
	return left
}

// ownSeed is the chance of a change of the server's own, as seedOf.
func ownSeed(by protocol.Value, drafts []*order.Order) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(by))
	for _, draft := range drafts {
		_, _ = h.Write([]byte(draft.ID))
		_, _ = h.Write(strconv.AppendInt(nil, draft.Rev, 10))
	}
	return h.Sum64()
}

// runChain runs the chain over changes that touch no order twice; over one,
// where the chain is serial.
func (d *decider) runChain(mutations []*hooks.Mutation) {
	if len(mutations) == 0 {
		return
	}
	if d.chain.Serial() {
		mutations[0].Storage = d.stores()
	}
	wave := &hooks.Wave{MultiSession: d.engine.id, Mutations: mutations}
	d.chain.Run(context.Background(), wave)
	d.givenUp = d.givenUp || wave.GivenUp
}

func addReviews(m *hooks.Mutation, drafts []*order.Order) (news bool) {
	for _, r := range m.Reviews {
		for _, draft := range drafts {
			if draft.ID == r.Order && draft.AddReview(r.Review) {
				news = true
			}
		}
	}
	return news
}

// noteMissed adds the extensions that failed on a draft or its lines.
func noteMissed(m *hooks.Mutation, drafts []*order.Order) {
	for _, draft := range drafts {
		for _, name := range missedOf(m, draft.ID) {
			if !slices.Contains(draft.Missed, name) {
				draft.Missed = append(slices.Clip(draft.Missed), name)
			}
		}
	}
}

// missedOf are the extensions that failed on an order or its lines, by name.
func missedOf(m *hooks.Mutation, id protocol.OrderID) (names []string) {
	for _, changes := range [][]*hooks.Change{m.Lines, m.Orders} {
		for _, c := range changes {
			if len(c.Missed) > 0 && c.Head().Order == id {
				names = append(names, c.Missed...)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// occasion is the change that hooks run on.
type occasion struct {
	seq      protocol.Seq
	seed     uint64
	tapped   time.Time
	mutation string // "client_id/id"; "" of the server's own
	// Whose it is, as far as hooks write fields of the core.
	client     protocol.ClientID
	by, author protocol.Value
}

func (d *decider) occasionOf(s *slot) occasion {
	at := occasion{
		seq: s.seq, seed: seedOf(s), tapped: d.now,
		mutation: string(s.client) + "/" + strconv.FormatInt(int64(s.mutation.ID), 10), client: s.client, by: s.author, author: s.author,
	}
	if tapped, err := time.Parse(time.RFC3339Nano, s.mutation.At); err == nil {
		at.tapped = tapped.UTC()
	}
	return at
}

// hookMutation is nil where nothing changed that a hook could look at.
func (d *decider) hookMutation(drafts []*order.Order, at occasion) *hooks.Mutation {
	m := &hooks.Mutation{}
	for _, draft := range drafts {
		if draft.Seq != at.seq || draft.WasClosed() {
			continue
		}
		o, of := d.hookOrder(draft, &at)
		m.Orders = append(m.Orders, o)
		for _, line := range draft.TouchedLines() {
			if line.Gone == nil {
				m.Lines = append(m.Lines, d.hookLine(line, of))
			}
		}
		m.Stands = m.Stands || draft.PaidAt(at.seq) || (draft.State != protocol.Open && draft.MoneyTaken())
	}
	if len(m.Orders) == 0 {
		return nil
	}
	return m
}

// seedOf is the only chance that hooks have: the same in every retry.
func seedOf(s *slot) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.client))
	_, _ = h.Write(s.mutation.Hash[:])
	return h.Sum64()
}
