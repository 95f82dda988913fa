package oldwire

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// kept is what must be known of an old till after a restart, besides its holdings.
type kept struct {
	MultiSession protocol.MultiSessionID `json:"multi_session"`
	// Session and Login name the page; Page counts the pages. Registered: it asked
	// for orders, and is sent messages.
	Session    int64 `json:"session"`
	Login      int64 `json:"login"`
	Page       int64 `json:"page"`
	Registered bool  `json:"registered,omitempty"`
	// Run is Odoo's, as the page says it.
	Run int64 `json:"run"`
	// Seq is the change up to which it was told; Messages counts its messages.
	Seq      protocol.Seq `json:"seq"`
	Messages int64        `json:"messages"`
	// Bus is the highest id given on its channels; Out are messages that it hasn't had
	// as far as its polls say.
	Bus int64  `json:"bus"`
	Out []note `json:"out,omitempty"`
	// All orders are to be sent, or those of Want.
	All  bool               `json:"all,omitempty"`
	Want []protocol.OrderID `json:"want,omitempty"`
	Says says               `json:"says"`
	// Answers are those of its last calls; Pending the mutation under way.
	Answers []answered `json:"answers,omitempty"`
	Pending *pending   `json:"pending,omitempty"`
}

// note is a message on a channel.
type note struct {
	ID      int64           `json:"id"`
	Message json.RawMessage `json:"message"`
}

type answered struct {
	Call   string          `json:"call"`
	Answer json.RawMessage `json:"answer"`
}

// pending is a mutation that is being decided. It is stored first: whatever
// happens then, the same one is pushed again, and has one outcome.
type pending struct {
	Mutation json.RawMessage `json:"mutation"`
	Accept   *acceptance     `json:"accept,omitempty"`
}

// acceptance is what its till shows, and what is known of it once the mutation is
// decided.
type acceptance struct {
	Order    protocol.OrderID           `json:"order"`
	New      bool                       `json:"new,omitempty"`
	Revision int64                      `json:"revision"` // that it stood on
	Content  content                    `json:"content"`
	Lines    map[string]protocol.LineID `json:"lines,omitempty"`
	Tender   *tender                    `json:"tender,omitempty"`
	// Again: the till is told to read the order again. Perhaps only a part was done.
	Again bool `json:"again,omitempty"`
}

// again is the same, of a till that is told.
func (a *acceptance) again() *acceptance {
	if a == nil {
		return nil
	}
	told := *a
	told.Again = true
	return &told
}

// mostAnswers bounds the answers that are kept: a till has one call at a time.
const mostAnswers = 32

const (
	tillKey     = "till"
	orderPrefix = "order:"
)

// till is one old till at work.
type till struct {
	pos   protocol.POSID
	heard atomic.Pointer[time.Time]

	mu       sync.Mutex // held while a call is decided
	kept     *kept      // nil: to be read from the store, with the rest
	holdings map[protocol.OrderID]*holding
	dirty    map[protocol.OrderID]bool // to be stored; nil holdings to be deleted
	last     protocol.MutationID       // the last id of its client; -1: to be asked
	position protocol.Seq              // up to which it needs no message; at least kept.Seq

	ring    sync.Mutex
	waiting map[chan struct{}]bool // polls
	pongs   int
}

// forget has everything read from the store again.
func (t *till) forget() { t.kept = nil }

// load reads what is kept; values that are damaged are as if they weren't there.
func (v *visit) load(ctx context.Context) error {
	t := v.till
	if t.kept != nil && t.kept.MultiSession == v.session.ID {
		return nil
	}
	values, err := v.bridge.Store.POSValues(ctx, t.pos, tillKey)
	if err != nil {
		return err
	}
	k := &kept{}
	if raw := values[tillKey]; raw == nil || json.Unmarshal(raw, k) != nil {
		k = &kept{}
	}
	t.holdings, t.dirty, t.last = map[protocol.OrderID]*holding{}, map[protocol.OrderID]bool{}, -1
	if k.MultiSession != v.session.ID { // new, or it was moved: nothing that it holds is of here
		k = &kept{MultiSession: v.session.ID, Bus: k.Bus, Messages: k.Messages, Page: k.Page + 1, Run: k.Run}
		keys, err := v.bridge.Store.POSKeys(ctx, t.pos)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if id, is := strings.CutPrefix(key, orderPrefix); is {
				t.holdings[protocol.OrderID(id)], t.dirty[protocol.OrderID(id)] = nil, true
			}
		}
	}
	t.kept, t.position = k, k.Seq
	return nil
}

// save stores what changed, in one transaction.
func (v *visit) save() error {
	t := v.till
	t.kept.Seq = t.position
	row, err := json.Marshal(t.kept)
	if err != nil {
		return err
	}
	values := map[string][]byte{tillKey: row}
	for id := range t.dirty {
		values[orderPrefix+string(id)] = nil
		if h := t.holdings[id]; h != nil {
			if values[orderPrefix+string(id)], err = json.Marshal(h); err != nil {
				return err
			}
		}
	}
	if err := v.bridge.Store.PutPOSValues(v.ctx, t.pos, values); err != nil {
		return err
	}
	for id := range t.dirty {
		if t.holdings[id] == nil {
			delete(t.holdings, id)
		}
	}
	clear(t.dirty)
	return nil
}

// holding is what the till shows of an order; one without views if it never had it.
func (v *visit) holding(id protocol.OrderID) (*holding, error) {
	t := v.till
	h, known := t.holdings[id]
	if !known {
		key := orderPrefix + string(id)
		values, err := v.bridge.Store.POSValues(v.ctx, t.pos, key)
		if err != nil {
			return nil, err
		}
		if raw := values[key]; raw != nil {
			h = &holding{}
			if json.Unmarshal(raw, h) != nil {
				h = nil
			}
		}
	}
	if h == nil {
		h = &holding{Page: t.kept.Page}
	}
	if h.Page != t.kept.Page {
		h.void(t.kept.Page)
	}
	t.holdings[id] = h
	return h, nil
}

// drop forgets what the till shows of an order.
func (v *visit) drop(id protocol.OrderID) { v.till.holdings[id], v.till.dirty[id] = nil, true }

// answeredBefore is the answer to a call that is repeated; nil if it isn't.
func (k *kept) answeredBefore(call string) json.RawMessage {
	for _, a := range k.Answers {
		if a.Call == call && call != "" {
			return a.Answer
		}
	}
	return nil
}

func (k *kept) remember(call string, answer any) error {
	if call == "" {
		return nil
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	if k.Answers = append(k.Answers, answered{call, raw}); len(k.Answers) > mostAnswers {
		k.Answers = k.Answers[len(k.Answers)-mostAnswers:]
	}
	return nil
}
