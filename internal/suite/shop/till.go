package shop

import (
	"context"
	"encoding/json"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
)

var limits = order.DefaultLimits

// Tap is one mutation of a till, and what became of it.
type Tap struct {
	Till string
	// Note is the caller's.
	Note   any
	Ops    []protocol.Op
	Result protocol.Result
}

// Rejected reports whether it was refused.
func (t *Tap) Rejected() bool { return t.Result.Rejection != nil }

// Till is one of the shop's.
type Till struct {
	Name string
	// User stands at it; nil: nobody said.
	User *protocol.User
	// Note goes with each tap.
	Note any

	shop    *Shop
	last    protocol.MutationID
	at      multisession.Position
	shown   shown
	queue   []queued
	offline bool
	sent    *order.Mutation
}

type queued struct {
	till     *Till
	tap      Tap
	mutation *order.Mutation
}

func newTill(s *Shop, name string) *Till {
	t := &Till{Name: name, shop: s, shown: shown{}}
	if s.session != nil {
		t.at = s.session.Feed.Head()
	}
	return t
}

// Till is the one of a name; nil if there is none.
func (s *Shop) Till(name string) *Till {
	for _, t := range s.tills {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Tap makes a mutation of these ops, at the shop's time. Its outcome is among the
// shop's Taps; while the till is offline it stays in its queue.
func (t *Till) Tap(ops ...protocol.Op) {
	t.last++
	raw, err := json.Marshal(protocol.Mutation{ID: t.last, User: t.User, At: protocol.FormatTime(t.shop.Clock), Ops: ops})
	if err != nil {
		t.shop.fail(err)
		return
	}
	m, err := order.Decode(raw, limits)
	if err != nil {
		t.shop.fail(err)
		return
	}
	t.sent = m
	q := queued{t, Tap{Till: t.Name, Note: t.Note, Ops: ops}, m}
	switch {
	case t.offline:
		t.queue = append(t.queue, q)
	case t.shop.Gathering:
		t.shop.gathered = append(t.shop.gathered, q)
	default:
		t.shop.push([]queued{q})
	}
	if !t.shop.Stopped {
		t.shop.Clock = t.shop.Clock.Add(time.Second)
	}
}

// Seen is what a guarded field is set with: all changes that the till has.
func (t *Till) Seen() *protocol.Seq { return new(t.at.Seq) }

// Offline keeps its taps until it is online.
func (t *Till) Offline() { t.offline = true }

// Online pushes what it kept, and learns what it missed.
func (t *Till) Online() {
	t.offline = false
	queue := t.queue
	t.queue = nil
	t.shop.push(queue)
}

// Together has what was tapped while Gathering decided in one batch, in that order.
func (s *Shop) Together() {
	queue := s.gathered
	s.Gathering, s.gathered = false, nil
	s.push(queue)
}

// push has mutations decided in one batch.
func (s *Shop) push(queue []queued) {
	var requests []multisession.Request
	var last *multisession.Push
	for _, q := range queue {
		if last == nil || last.POS.ID != protocol.POSID(q.till.Name) {
			last = &multisession.Push{Client: protocol.ClientID(q.till.Name), POS: protocol.POS{ID: protocol.POSID(q.till.Name), Name: q.till.Name}}
			requests = append(requests, last)
		}
		last.Mutations = append(last.Mutations, q.mutation)
	}
	if s.err != nil {
		return
	}
	var results multisession.Results
	if len(requests) > 0 {
		for _, reply := range s.session.DecideNow(requests...) {
			s.fail(reply.Err)
			results = append(results, reply.Results...)
		}
	}
	if s.err != nil {
		return
	}
	for i := range results {
		s.fail(json.Unmarshal(results[i].JSON, &queue[i].tap.Result))
		s.Taps = append(s.Taps, queue[i].tap)
	}
	s.sync()
}

// Again pushes the till's last mutation once more, as after a lost answer.
func (t *Till) Again() protocol.Status {
	reply := t.shop.ask(&multisession.Push{
		Client: protocol.ClientID(t.Name), POS: protocol.POS{ID: protocol.POSID(t.Name), Name: t.Name}, Mutations: []*order.Mutation{t.sent},
	})
	var result protocol.Result
	if len(reply.Results) == 1 {
		t.shop.fail(json.Unmarshal(reply.Results[0].JSON, &result))
	}
	t.shop.sync()
	return result.Status
}

// sync tells each till that is online what it doesn't have.
func (s *Shop) sync() {
	for _, t := range s.tills {
		for !t.offline && s.err == nil && t.at != s.session.Feed.Head() {
			page, err := s.session.Page(context.Background(), t.at, "", 500)
			if err != nil {
				s.fail(err)
				return
			}
			var changes []protocol.Change
			s.fail(json.Unmarshal([]byte("["+string(page.Changes)+"]"), &changes))
			for i := range changes {
				t.shown.take(&changes[i])
			}
			t.at = page.Position
		}
	}
}
