package faults_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// wireHistory is what went over the wire, in the order in which it was seen there.
// Times are ns of one monotonic clock.
type wireHistory struct {
	pushes []*wirePush
	told   []*wireTold
}

// wirePush is one try to push mutations.
type wirePush struct {
	protocol.PushRequest
	floor            protocol.MultiSessionID
	called, answered int64 // 0: no answer came
	results          []protocol.Result
}

// wireTold is what somebody was told: a frame or an event of a link, or the answer to
// a call. The first of a link, without a body, says where it begins.
type wireTold struct {
	floor            protocol.MultiSessionID
	client           protocol.ClientID
	link             int             // 0: a call
	from             protocol.Cursor // of a call, and where a link begins; "" is a snapshot
	called, answered int64           // called only of a call
	push             *wirePush       // that has its results here
	wireBody
}

type wireBody struct {
	T       string // of a link
	Mode    string // of a pull
	Ref     int
	Results []protocol.Result
	Changes []json.RawMessage
	Cursor  protocol.Cursor
	Seq     protocol.Seq
	Head    protocol.Seq
	More    bool
	LastID  *protocol.MutationID `json:"last_id"`
}

func (e *wireTold) snapshot() bool { return e.T == "snapshot" || e.Mode == "snapshot" }

// streams checks what was told as a watch is checked: in order, each change once,
// without a gap, each mutation whole, resumable from every cursor, and the same for
// everybody; and that a result is what then stands in the log, for ever.
type streams struct {
	log     map[protocol.MultiSessionID]map[protocol.Seq]*logged
	cursors map[protocol.Cursor]protocol.Seq
	links   map[int]protocol.Seq // how far each is; −1: its snapshot is still to come
	results map[outcomeKey]protocol.Result
	asked   map[outcomeKey]protocol.Mutation
	wrong   []string
}

// logged is a change, as whoever was told of it first was told.
type logged struct {
	protocol.Change
	text string
}

func (h *wireHistory) checkStreams() (*streams, []string) {
	s := &streams{
		log: map[protocol.MultiSessionID]map[protocol.Seq]*logged{}, cursors: map[protocol.Cursor]protocol.Seq{},
		links: map[int]protocol.Seq{}, results: map[outcomeKey]protocol.Result{}, asked: map[outcomeKey]protocol.Mutation{},
	}
	for _, p := range h.pushes {
		for _, m := range p.Mutations {
			s.asked[outcomeKey{p.ClientID, m.ID}] = m
		}
	}
	for _, e := range h.told {
		s.take(e)
	}
	s.checkLog()
	for _, e := range h.told {
		s.checkLastID(e)
	}
	return s, s.wrong
}

func (s *streams) fail(format string, args ...any) {
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

func (s *streams) take(e *wireTold) {
	who := fmt.Sprintf("%s, link %d, %d ms", e.client, e.link, e.answered/1e6)
	switch {
	case e.T == "reset":
		s.fail("%s: reset, though no cursor is bad", who)
	case e.snapshot():
		if e.Cursor != "" {
			s.stand(who, e)
		}
	case e.link != 0 && e.T == "":
		s.links[e.link] = s.begin(who, e)
	default:
		at := s.begin(who, e)
		if e.link != 0 {
			at = s.links[e.link]
		}
		s.changes(who, e, at)
	}
	for _, r := range e.Results {
		s.result(who, e, r)
	}
}

// begin is where a cursor stands.
func (s *streams) begin(who string, e *wireTold) protocol.Seq {
	at, known := s.cursors[e.from]
	if e.from != "" && !known {
		s.fail("%s: the cursor %s was given to nobody", who, e.from)
	}
	if e.from == "" {
		return -1
	}
	return at
}

// stand notes where a cursor, and a link, is now.
func (s *streams) stand(who string, e *wireTold) {
	if at, known := s.cursors[e.Cursor]; known && at != e.Seq {
		s.fail("%s: one cursor at seq %d and at %d", who, at, e.Seq)
	}
	s.cursors[e.Cursor] = e.Seq
	if e.link != 0 {
		s.links[e.link] = e.Seq
	}
}

func (s *streams) changes(who string, e *wireTold, at protocol.Seq) {
	if e.T == "pushed" {
		return
	}
	if at < 0 {
		s.fail("%s: changes before a snapshot", who)
	}
	for _, raw := range e.Changes {
		c := &logged{text: string(raw)}
		if err := json.Unmarshal(raw, &c.Change); err != nil {
			s.fail("%s: %v: %s", who, err, raw)
			continue
		}
		if at++; c.Seq != at {
			s.fail("%s: seq %d where %d is next", who, c.Seq, at)
			at = c.Seq
		}
		s.note(who, e.floor, c)
	}
	if at != e.Seq {
		s.fail("%s: at seq %d by its changes and at %d by its word", who, at, e.Seq)
	}
	if e.link == 0 && e.More != (e.Seq < e.Head) {
		s.fail("%s: more is %t at %d of %d", who, e.More, e.Seq, e.Head)
	}
	s.stand(who, e)
}

// note takes a change into the one log of its multi-session.
func (s *streams) note(who string, floor protocol.MultiSessionID, c *logged) {
	log := s.log[floor]
	if log == nil {
		log = map[protocol.Seq]*logged{}
		s.log[floor] = log
	}
	if log[c.Seq] == nil {
		log[c.Seq] = c
		s.whole(who, c)
	} else if was := log[c.Seq]; was.text != c.text {
		s.fail("%s: another change at seq %d:\n%s\n%s", who, c.Seq, was.text, c.text)
	}
}

// whole: all orders of a mutation are in its change.
func (s *streams) whole(who string, c *logged) {
	for _, op := range s.asked[outcomeKey{c.ClientID, c.ID}].Ops {
		if _, there := c.Orders[op.On()]; !there {
			s.fail("%s: seq %d is a part of %s %d: order %s is missing", who, c.Seq, c.ClientID, c.ID, op.On())
		}
	}
}

func (s *streams) result(who string, e *wireTold, r protocol.Result) {
	key := outcomeKey{e.client, r.ID}
	was, known := s.results[key]
	code := func(r protocol.Result) protocol.Code {
		if r.Rejection == nil {
			return ""
		}
		return r.Code
	}
	switch {
	case !known:
		s.results[key] = r
	case r.Status != protocol.Duplicate || was.Seq != r.Seq || code(was) != code(r):
		s.fail("%s: the outcome of %d is seq %d %q, and later %s seq %d %q", who, r.ID, was.Seq, code(was), r.Status, r.Seq, code(r))
	}
	if at := s.links[e.link]; e.link != 0 && at < r.Seq {
		s.fail("%s: told that %d is seq %d, and of changes up to %d alone", who, r.ID, r.Seq, at)
	}
}

// checkLog holds results against the log, which has no gap.
func (s *streams) checkLog() {
	there := map[outcomeKey]protocol.Seq{}
	for floor, log := range s.log {
		for _, seq := range slices.Sorted(maps.Keys(log)) {
			c := log[seq]
			if seq > 1 && log[seq-1] == nil {
				s.fail("%s: nobody was told of seq %d, which is before %d", floor, seq-1, seq)
			}
			if c.ClientID == "" {
				continue
			}
			key := outcomeKey{c.ClientID, c.ID}
			if was := there[key]; was != 0 {
				s.fail("%s: %s %d at seq %d and at %d", floor, key.client, key.id, was, seq)
			}
			if before := there[outcomeKey{c.ClientID, c.ID - 1}]; before > seq {
				s.fail("%s: %s %d at seq %d, the one before it at %d", floor, key.client, key.id, seq, before)
			}
			there[key] = seq
		}
	}
	for key, r := range s.results {
		want := r.Seq
		if r.Rejection != nil {
			want = 0
		}
		if there[key] != want {
			s.fail("%s %d was called applied at seq %d, and is at %d (0 is nowhere)", key.client, key.id, want, there[key])
		}
	}
	slices.Sort(s.wrong)
}

// checkLastID: last_id is of the position that stands beside it.
func (s *streams) checkLastID(e *wireTold) {
	if e.client == "" || e.LastID == nil || e.Seq == 0 || e.More || len(e.Results) > 0 {
		return
	}
	for _, c := range s.log[e.floor] {
		if c.ClientID == e.client && (c.Seq <= e.Seq) != (c.ID <= *e.LastID) {
			s.fail("%s at seq %d: last_id %d, but %d is at seq %d", e.client, e.Seq, *e.LastID, c.ID, c.Seq)
		}
	}
}
