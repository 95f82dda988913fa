package oldwire_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// state is what is stored: fields of orders by "UID field" and of lines by "#PRODUCT
// field" (each line has a product of its own), and where lines are.
type state struct {
	fields map[string]string
	qty    map[string]int
	open   map[string]bool // orders
	review map[string]bool
	// numbers of orders
	numbers map[string]int
}

// Fields that the random test follows, beside quantities. People at old tills edit all but
// the last.
var (
	orderFields = []protocol.Field{"partner_id", "remark", "pricelist_id"}
	lineFields  = []protocol.Field{"discount", "note", "tax_ids"}
)

// stored is the state now. It checks that no line is there twice, and no order that
// nobody made.
func (s *shop) stored() *state {
	now := &state{map[string]string{}, map[string]int{}, map[string]bool{}, map[string]bool{}, map[string]int{}}
	for _, o := range s.orders() {
		require.True(s.t, s.uids[string(o.ID)] || strings.HasPrefix(string(o.ID), "follows:"), "nobody made order %s\n%s", o.ID, s.trace.String())
		now.open[string(o.ID)] = o.State == protocol.Open
		now.numbers[string(o.ID)] = int(o.Number)
		now.review[string(o.ID)] = o.Needs != ""
		for _, f := range orderFields {
			now.fields[string(o.ID)+" "+string(f)] = plainText(string(o.Fields[f]))
		}
		for _, l := range o.Lines {
			product := string(l.Fields["product_id"])
			_, twice := now.qty[product]
			require.False(s.t, twice, "product %s is there twice\n%s", product, s.trace.String())
			var qty int
			require.NoError(s.t, l.Fields["qty"].Decode(&qty))
			now.qty[product] = qty
			for _, f := range lineFields {
				now.fields["#"+product+" "+string(f)] = plainText(string(l.Fields[f]))
			}
		}
	}
	return now
}

// plainText has no value, and 0, as nothing.
func plainText(text string) string {
	if text = strings.Trim(text, `"`); text == "0" || text == "false" || text == "<nil>" {
		return ""
	}
	return text
}

// arrives has a call decided, and checks what it did.
func (s *shop) arrives(c outgoing) (json.RawMessage, error) {
	before := s.stored()
	s.log.Reset()
	answer, err := s.deliver(c)
	require.NoError(s.t, err)
	after := s.stored()
	s.noted("call %s %s: %s edits %v -> %s", c.action, c.uid, said(c), c.edits, answer)
	s.repeated(c, answer)
	a := s.assess(c, answer, after)
	s.quantities(c, a, before, after)
	s.lines(c, a, before, after)
	s.fields(c, a, before, after)
	return answer, nil
}

// repeated: a call that comes again gets its first answer (decision 24).
func (s *shop) repeated(c outgoing, answer json.RawMessage) {
	const kept = 32 // answers of a till
	data := c.params["message"].(map[string]any)["data"].(map[string]any)
	till, nonce := data["pos_id"].(int), data["nonce"].(string)
	first := slices.IndexFunc(s.answers[till], func(a given) bool { return a.nonce == nonce })
	switch {
	case c.action == "sync_all":
	case first < 0:
		s.answers[till] = append(s.answers[till], given{nonce, string(answer)})
	case len(s.answers[till])-first <= kept:
		require.Equal(s.t, s.answers[till][first].answer, string(answer), "the answer to a repeated call\n%s", s.trace.String())
	}
}

// given is an answer that a till was given.
type given struct{ nonce, answer string }

// assessment is what a call's answer, and the log beside it, say of the call.
type assessment struct {
	// told: the till is told to read the order again, or to drop it.
	told bool
	// unknown: the revision says nothing. Then only lines that were never there are
	// taken (docs/decisions/0024-old-wire.md).
	unknown bool
	// paid: the order was paid offline. Its lines are as the till shows them.
	paid bool
	// open: the order can still be edited.
	open bool
}

func (s *shop) assess(c outgoing, answer json.RawMessage, after *state) assessment {
	var said struct {
		Action string
		Number int `json:"order_ID"`
	}
	require.NoError(s.t, json.Unmarshal(answer, &said))
	nonce := c.params["message"].(map[string]any)["data"].(map[string]any)["nonce"].(string)
	s.unknown[nonce] = s.unknown[nonce] || strings.Contains(s.log.String(), "revision isn't known")
	a := assessment{told: said.Action == "revision_error", open: after.open[c.uid], unknown: s.unknown[nonce]}
	if said.Action == "update_revision_ID" {
		require.Equal(s.t, after.numbers[c.uid], said.Number, "the number that the till is told\n%s", s.trace.String())
	}
	a.paid = c.action == "remove_order" && c.taps != nil && !a.told
	return a
}

// quantities: a call adds what its user did and no call added before. What its till was
// told of in an answer "try again" may still be on its screen, or not.
func (s *shop) quantities(c outgoing, a assessment, before, after *state) {
	for product, taps := range c.taps {
		sum, maybe := 0, 0
		for _, tap := range taps {
			switch {
			case s.counted[tap]:
			case s.warned(tap):
				maybe += s.taps[tap]
			default:
				sum += s.taps[tap]
			}
		}
		was, had := before.qty[product]
		is, has := after.qty[product]
		added := is - was
		switch {
		case !has: // see lines
		case added == sum || added == sum+maybe:
			for _, tap := range taps {
				s.counted[tap] = s.counted[tap] || !s.warned(tap) || added != sum
			}
		case had && added == 0 && (a.unknown && !a.paid || !before.open[c.uid]): // protocol.md, promise 6: a closed order changes no more
		case had && added == 0 && a.told && c.offline[product]:
			// old-wire.md, 4: a page keeps what it made offline, also over a message without it. Then
			// nobody knows what its user added since a call of which no answer came.
		case had && added == 0 && a.told && s.gone[product]: // promise 7: remove beats a later edit; another till brought it back
		case is == c.qty[product] && s.asShown(product, c, a, had, after):
			for _, tap := range taps {
				s.counted[tap] = true
			}
		default:
			require.Equal(s.t, sum, added, "what product %s was added, %+v\n%s", product, a, s.trace.String())
		}
	}
	for product, was := range before.qty {
		_, says := c.taps[product]
		if is, has := after.qty[product]; has && !says {
			require.Equal(s.t, was, is, "product %s isn't of the call\n%s", product, s.trace.String())
		}
	}
}

// asShown reports whether what a till shows of a line may be what is stored, whatever its
// taps are.
func (s *shop) asShown(product string, c outgoing, a assessment, had bool, after *state) bool {
	switch {
	case a.paid && a.unknown && after.review[c.uid]: // decision 24: and it is flagged
	case a.paid && c.rebuilt[product]: // its user paid for what the message brought back
	case !had && s.gone[product] && (c.offline[product] || a.paid):
		// old-wire.md, 4: a page keeps what it made offline. Another removed it, and it comes back; so
		// does what was paid (decision 24).
	case !had && c.merged[product]:
		// old-wire.md, 2: a uid may come again. A late call of an earlier page had it for another line,
		// and the page took that line's quantity over; it shows no other.
	default:
		return false
	}
	return true
}

// lines: a call removes what its user removed, and no line that it has is missing.
func (s *shop) lines(c outgoing, a assessment, before, after *state) {
	for product := range before.qty {
		if _, has := after.qty[product]; !has {
			require.True(s.t, c.edited("#"+product+" gone") != nil, "nobody removed product %s\n%s", product, s.trace.String())
			s.gone[product] = true
		}
	}
	for product := range c.taps {
		// protocol.md, promise 7: remove beats a later edit; 6: a closed order changes no
		// more. old-wire.md, 2: the uid of a removed line may come again, so at a revision that
		// says nothing such a line may be the one that was removed (decision 24).
		first := c.uid + " " + c.lines[product]
		s.firsts[first] = cmp.Or(s.firsts[first], product)
		again := a.unknown && a.told && s.firsts[first] != product && s.gone[s.firsts[first]]
		if _, has := after.qty[product]; !has && !s.gone[product] && (a.open || a.paid && before.open[c.uid]) && !again {
			require.Fail(s.t, "a line is lost", "product %s\n%s", product, s.trace.String())
		}
	}
}

// fields: a call changes only what its user changed, once; and all of that, unless it
// is told.
func (s *shop) fields(c outgoing, a assessment, before, after *state) {
	for key, was := range before.fields {
		is, has := after.fields[key]
		if !has || is == was {
			continue
		}
		if a.paid && a.unknown && after.review[c.uid] && strings.HasPrefix(key, "#") {
			continue // as the till shows it; what others did is flagged
		}
		e := c.edited(key)
		require.True(s.t, e != nil && e.value == is && !s.counted[e.id], "%s was %q and is %q, by the edit %v\n%s", key, was, is, e, s.trace.String())
	}
	for _, e := range c.edits {
		is, has := after.fields[e.key]
		switch last := c.edited(e.key); {
		case last.id != e.id || s.counted[e.id]: // a later one counts, or it did count
		case strings.HasSuffix(e.key, " gone"):
			product := strings.TrimSuffix(strings.TrimPrefix(e.key, "#"), " gone")
			if _, there := after.qty[product]; there && a.open && !a.told {
				require.Fail(s.t, "a removal is lost", "product %s\n%s", product, s.trace.String())
			}
		case has && is == e.value:
		case !has || !a.open || a.told || a.unknown: // removed, closed, or the till reads it again
			continue
		default:
			require.Equal(s.t, e.value, is, "%s is lost, answered %+v\n%s", e.key, a, s.trace.String())
		}
		s.counted[e.id] = true
	}
}

// edited is the last edit of a field that a call has, "#PRODUCT gone" for a removal.
func (c *outgoing) edited(key string) *edit {
	for i := len(c.edits) - 1; i >= 0; i-- {
		if c.edits[i].key == key {
			return &c.edits[i]
		}
	}
	return nil
}

func (s *shop) warned(tap string) bool {
	return slices.ContainsFunc(s.pages, func(p *page) bool { return slices.Contains(p.warned, tap) })
}

// check: all show what is stored, numbers are dense, and nothing waits to be sent.
func (s *shop) check() {
	want := map[string]string{}
	numbers := map[protocol.Run][]int{}
	for _, o := range s.orders() {
		numbers[o.Run] = append(numbers[o.Run], int(o.Number))
		if o.State != protocol.Open {
			continue
		}
		var lines []string
		for _, l := range o.Lines {
			lines = append(lines, fmt.Sprint(l.Fields["product_id"], " ", l.Fields["qty"], " ", cmp.Or(l.Fields["discount"], "0"), " ", plainText(string(l.Fields["note"]))))
		}
		slices.Sort(lines)
		want[string(o.ID)] = fmt.Sprintf("%v %v %v %v", o.Number, cmp.Or(o.Fields["partner_id"], "false"), plainText(string(o.Fields["remark"])), lines)
	}
	for run, given := range numbers {
		for i, n := range given {
			require.Equal(s.t, i+1, n, "numbers of run %d are dense\n%s", run, s.trace.String())
		}
	}
	for _, p := range s.pages {
		shown := map[string]string{}
		for _, h := range p.orders {
			var lines []string
			for _, l := range h.Lines {
				require.Empty(s.t, l.taps, "till %d has told all\n%s", p.pos, s.trace.String())
				lines = append(lines, fmt.Sprint(l.Fields["product_id"], " ", l.Fields["qty"], " ", l.Fields["discount"], " ", plainText(fmt.Sprint(l.Fields["note"]))))
			}
			slices.Sort(lines)
			if !h.Paid {
				require.Empty(s.t, h.edits, "till %d has told all\n%s", p.pos, s.trace.String())
				shown[h.UID] = fmt.Sprintf("%v %v %v %v", h.Number, h.Fields["partner_id"], plainText(fmt.Sprint(h.Fields["remark"])), lines)
			}
		}
		require.Equal(s.t, want, shown, "till %d shows what is stored\n%s", p.pos, s.trace.String())
	}
}
