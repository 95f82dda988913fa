package faults_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// smallHistory is one that a right server could have: clients a and b push in turn, a
// tries one again, b reads by calls, and w is a link that broke once.
type smallHistory struct {
	wireHistory
	clock   int64
	changes []json.RawMessage
	last    map[protocol.ClientID]protocol.MutationID
	links   int
}

func newSmallHistory() *smallHistory {
	h := &smallHistory{last: map[protocol.ClientID]protocol.MutationID{}}
	h.pull("b", 0)
	w := h.link(0)
	for range 3 {
		h.push("a")
		h.frame(w, len(h.changes)-1)
		h.push("b")
		h.pull("b", len(h.changes)-2)
		h.frame(w, len(h.changes)-1)
	}
	w = h.link(4)
	h.frame(w, 4)
	h.answered("a", len(h.changes), h.pushes[0].Mutations[0], protocol.Result{ID: 1, Status: protocol.Duplicate, Seq: 1})
	h.pull("b", 0)
	return h
}

func (h *smallHistory) tick() int64 {
	h.clock++
	return h.clock
}

func (h *smallHistory) cursor(seq int) protocol.Cursor {
	return protocol.Cursor(fmt.Sprintf("at%d", seq))
}

// push is of two orders at once, after a pull.
func (h *smallHistory) push(client protocol.ClientID) {
	h.pull(client, 0)
	h.last[client]++
	id, seq := h.last[client], len(h.changes)+1
	h.changes = append(h.changes, json.RawMessage(fmt.Sprintf(`{"seq":%d,"client_id":%q,"id":%d,"orders":{"o1":{"rev":%d},"o2":{"rev":%d}}}`, seq, client, id, seq, seq)))
	both := protocol.Ops{inc(id, "o1").Ops[0], inc(id, "o2").Ops[0]}
	h.answered(client, seq-1, protocol.Mutation{ID: id, Ops: both}, protocol.Result{ID: id, Status: protocol.Applied, Seq: protocol.Seq(seq)})
}

// answered is a push of one mutation from where its client is.
func (h *smallHistory) answered(client protocol.ClientID, from int, m protocol.Mutation, r protocol.Result) {
	p := &wirePush{floor: "floor", PushRequest: protocol.PushRequest{ClientID: client, Mutations: []protocol.Mutation{m}}}
	p.called, p.answered, p.results = h.tick(), h.tick(), []protocol.Result{r}
	h.pushes = append(h.pushes, p)
	e := h.read(client, from)
	e.called, e.answered, e.push, e.Results = p.called, p.answered, p, p.results
	h.told = append(h.told, e)
}

// read is all that follows a seq.
func (h *smallHistory) read(client protocol.ClientID, from int) *wireTold {
	last := h.last[client]
	return &wireTold{floor: "floor", client: client, from: h.cursor(from), wireBody: wireBody{
		Changes: slices.Clone(h.changes[from:]), Cursor: h.cursor(len(h.changes)),
		Seq: protocol.Seq(len(h.changes)), Head: protocol.Seq(len(h.changes)), LastID: &last,
	}}
}

func (h *smallHistory) pull(client protocol.ClientID, from int) {
	e := h.read(client, from)
	if len(h.changes) == 0 {
		e.from, e.Mode = "", "snapshot"
	}
	e.called, e.answered = h.tick(), h.tick()
	h.told = append(h.told, e)
}

func (h *smallHistory) link(from int) int {
	h.links++
	h.told = append(h.told, &wireTold{floor: "floor", client: "w", link: h.links, from: h.cursor(from), answered: h.tick()})
	return h.links
}

func (h *smallHistory) frame(link, from int) {
	e := h.read("w", from)
	e.link, e.from, e.T, e.answered = link, "", "changes", h.tick()
	h.told = append(h.told, e)
}

// lastOf is the last thing that a client was told by a call, or by a link.
func (h *smallHistory) lastOf(client protocol.ClientID) *wireTold {
	for _, e := range slices.Backward(h.told) {
		if e.client == client && len(e.Changes) > 0 {
			return e
		}
	}
	return nil
}

// TestHistoryCheckerNotices: each fault that is planted into a right history is
// found, by what it is.
func TestHistoryCheckerNotices(t *testing.T) {
	found := func(h *smallHistory) string {
		s, wrong := h.checkStreams()
		more, _ := h.checkLinear(s)
		return strings.Join(append(wrong, more...), "\n")
	}
	require.Empty(t, found(newSmallHistory()), "the history without a fault")
	edited := func(raw json.RawMessage, old, to string) json.RawMessage {
		return json.RawMessage(strings.Replace(string(raw), old, to, 1))
	}
	for name, c := range map[string]struct {
		plant func(*smallHistory)
		says  string
	}{
		"a gap in a stream": {func(h *smallHistory) {
			e := h.lastOf("w")
			e.Changes = slices.Delete(e.Changes, 0, 1)
		}, "seq 6 where 5 is next"},
		"a change twice in a stream": {func(h *smallHistory) {
			e := h.lastOf("w")
			e.Changes = slices.Insert(e.Changes, 0, e.Changes[0])
		}, "seq 5 where 6 is next"},
		"changes out of order": {func(h *smallHistory) { slices.Reverse(h.lastOf("w").Changes) }, "seq 6 where 5 is next"},
		"a link that begins too early": {func(h *smallHistory) {
			e := h.lastOf("w")
			e.Changes = slices.Insert(e.Changes, 0, h.changes[3])
		}, "seq 4 where 5 is next"},
		"a cursor that skips": {func(h *smallHistory) {
			e := h.lastOf("w")
			e.Changes, e.Seq, e.Cursor = e.Changes[:1], 6, "at6"
		}, "at seq 5 by its changes and at 6 by its word"},
		"a cursor with two meanings": {func(h *smallHistory) { h.lastOf("b").Cursor = "at3" }, "one cursor at seq 3 and at 6"},
		"a cursor of nobody":         {func(h *smallHistory) { h.lastOf("b").from = "at9" }, "the cursor at9 was given to nobody"},
		"another change for one reader": {func(h *smallHistory) {
			e := h.lastOf("w")
			e.Changes[0] = edited(e.Changes[0], `"rev":5`, `"rev":4`)
		}, "another change at seq 5"},
		"a mutation in part": {func(h *smallHistory) {
			for _, e := range h.told {
				for i, raw := range e.Changes {
					e.Changes[i] = edited(raw, `,"o2":{"rev":5}`, "")
				}
			}
		}, "seq 5 is a part of a 3: order o2 is missing"},
		"a mutation at two seqs": {func(h *smallHistory) {
			for _, e := range h.told {
				for i, raw := range e.Changes {
					e.Changes[i] = edited(raw, `"seq":5,"client_id":"a","id":3`, `"seq":5,"client_id":"a","id":2`)
				}
			}
		}, "a 2 at seq 3 and at 5"},
		"one seq for two mutations": {func(h *smallHistory) { h.pushes[4].results[0].Seq = 4 }, "a 3 was called applied at seq 4, and is at 5"},
		"an ack of what isn't stored": {func(h *smallHistory) {
			h.answered("c", len(h.changes), inc(1, "o1"), protocol.Result{ID: 1, Status: protocol.Applied, Seq: 7})
		}, "c 1 was called applied at seq 7, and is at 0"},
		"a refusal of what is stored": {func(h *smallHistory) {
			h.pushes[4].results[0] = protocol.Result{ID: 3, Status: protocol.Rejected, Rejection: &protocol.Rejection{Code: protocol.NotFound}}
		}, "a 3 was called applied at seq 0, and is at 5"},
		"a second outcome": {func(h *smallHistory) { h.pushes[6].results[0].Seq = 2 }, "the outcome of 1 is seq 1 \"\", and later duplicate seq 2"},
		"applied again":    {func(h *smallHistory) { h.pushes[6].results[0].Status = protocol.Applied }, "and later applied seq 1"},
		"a stale read": {func(h *smallHistory) {
			e := h.lastOf("b")
			e.Changes, e.Seq, e.Head, e.Cursor = e.Changes[:5], 5, 5, "at5"
			e.LastID = ref(protocol.MutationID(2))
		}, "no order explains"},
		"a read of what comes later": {func(h *smallHistory) {
			for _, e := range h.told {
				if e.client == "b" && e.Seq == 2 {
					e.called, e.answered = 1, 2
				}
			}
		}, "no order explains"},
		"an ack before its time": {func(h *smallHistory) { h.pushes[5].called, h.pushes[5].answered = 1, 2 }, "no order explains"},
		"last_id of later":       {func(h *smallHistory) { h.lastOf("b").LastID = ref(protocol.MutationID(2)) }, "b at seq 6: last_id 2, but 3 is at seq 6"},
		"a reset":                {func(h *smallHistory) { h.lastOf("w").T = "reset" }, "reset, though no cursor is bad"},
		"an ack before its change": {func(h *smallHistory) {
			e := h.lastOf("w")
			e.T, e.Results = "pushed", []protocol.Result{{ID: 1, Status: protocol.Applied, Seq: 6}}
		}, "told that 1 is seq 6, and of changes up to 4 alone"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSmallHistory()
			c.plant(h)
			require.Contains(t, found(h), c.says)
		})
	}
}

func ref[T any](v T) *T { return &v }
