package oldwire_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// page is an old till's page in a browser, as the module's client behaves: it holds
// whole orders, sends them with a revision, and takes messages.
type page struct {
	s              *server
	pos            int
	session, login int
	run            int
	orders         []*held
	noted          int // the last message_ID
	bus            int64
	nonces, lineNo int
	offline        bool
	heard          []string // what came, in brief
	calls          []outgoing
	warned         []string // taps of which the user was told to try again
	// deliver makes a call, or loses it; nil makes it.
	deliver func(outgoing) (json.RawMessage, error)
	tell    func(format string, args ...any) // of each message that it takes, if it is set
}

// held is an order as the page holds it.
type held struct {
	UID      string
	Number   int
	Revision int64
	OnServer bool
	Paid     bool
	Fields   map[string]any
	Lines    []*row
	Tender   []any
	edits    []edit // of its user, that no answer came for
}

// edit is a field that a user set.
type edit struct{ id, key, value string }

type row struct {
	UID     string
	Fields  map[string]any
	offline bool // made while there was no server
	rebuilt bool // its user removed it, and a message brought it back
	merged  bool // has the quantity of another product's line, which came under the same uid
	taps    []string
}

func (l *row) product() string { return fmt.Sprint(l.Fields["product_id"]) }

// outgoing is a call, as it was exported.
type outgoing struct {
	action, uid string
	params      map[string]any
	taps        map[string][]string // by product: what the user did that no answer came for
	edits       []edit
	// Of lines, by product:
	offline map[string]bool // the page made it offline
	rebuilt map[string]bool // see row
	merged  map[string]bool
	qty     map[string]int
	lines   map[string]string // uids
}

func newPage(s *server, pos, session int) *page {
	return &page{s: s, pos: pos, session: session, login: 1, run: 7}
}

func (p *page) order(uid string) *held {
	i := slices.IndexFunc(p.orders, func(h *held) bool { return h.UID == uid })
	if i < 0 {
		return nil
	}
	return p.orders[i]
}

func (h *held) line(uid string) *row {
	i := slices.IndexFunc(h.Lines, func(l *row) bool { return l.UID == uid })
	if i < 0 {
		return nil
	}
	return h.Lines[i]
}

func (p *page) drop(uid string) {
	p.orders = slices.DeleteFunc(p.orders, func(h *held) bool { return h.UID == uid })
}

// start makes an order that only the page knows yet.
func (p *page) start(n int) *held {
	h := &held{UID: fmt.Sprintf("%05d-%03d-%04d", p.session, p.login, n), Number: n, Revision: 1, Fields: map[string]any{
		"partner_id": false, "pricelist_id": 1, "fiscal_position_id": false,
	}}
	p.orders = append(p.orders, h)
	return h
}

func (p *page) add(h *held, product int, qty float64) *row {
	p.lineNo++
	l := &row{UID: fmt.Sprintf("%05d-%d", p.session, p.lineNo), offline: p.offline, Fields: map[string]any{
		"product_id": product, "qty": qty, "price_unit": 4.8, "discount": 0, "tax_ids": []any{[]any{6, false, []any{2}}}, "pack_lot_ids": []any{},
	}}
	h.Lines = append(h.Lines, l)
	return l
}

// countLine has the next line's number above one that the page shows.
func (p *page) countLine(uid string) {
	var session, n int
	if _, err := fmt.Sscanf(uid, "%05d-%d", &session, &n); err == nil && session == p.session {
		p.lineNo = max(p.lineNo, n)
	}
}

// reload loads the page anew: it shows what the browser stored, and counts its lines
// from the ones that are there.
func (p *page) reload() {
	p.login++
	p.lineNo = 0
	for _, h := range p.orders {
		for _, l := range h.Lines {
			p.countLine(l.UID)
		}
	}
}

// export is the whole order as a call.
func (p *page) export(h *held) (data map[string]any, taps map[string][]string) {
	data, taps = map[string]any{
		"uid": h.UID, "name": "Order " + h.UID, "sequence_number": h.Number, "revision_ID": h.Revision, "new_order": false,
		"statement_ids": h.Tender, "amount_total": 4.8, "amount_return": 0, "pos_session_id": p.session, "user_id": 7,
		"ms_info": map[string]any{"changed": map[string]any{"user": map[string]any{"id": 7, "name": "Ana"}, "pos": map[string]any{"id": p.pos, "name": "P"}}},
	}, map[string][]string{}
	for f, v := range h.Fields {
		data[f] = v
	}
	lines := []any{}
	for i, l := range h.Lines {
		record := map[string]any{"uid": l.UID, "id": i + 1, "price_subtotal": 1}
		for f, v := range l.Fields {
			record[f] = v
		}
		taps[l.product()] = slices.Clone(l.taps)
		lines = append(lines, []any{0, 0, record})
	}
	data["lines"] = lines
	return data, taps
}

func (p *page) message(action string, data map[string]any) map[string]any {
	p.nonces++
	data["pos_id"], data["run_ID"], data["nonce"] = p.pos, p.run, fmt.Sprintf("n%d-%d", p.session, p.nonces)
	return map[string]any{
		"multi_session_id": 1, "dbname": "shop", "user_ID": 9,
		"message": map[string]any{"action": action, "session_id": p.session, "login_number": p.login, "data": data},
	}
}

// update is the call with an order as it is now.
func (p *page) update(h *held) outgoing {
	data, taps := p.export(h)
	return h.call("update_order", p.message("update_order", data), taps)
}

// call is a call about an order, with what its user did.
func (h *held) call(action string, params map[string]any, taps map[string][]string) outgoing {
	c := outgoing{action, h.UID, params, taps, nil, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]int{}, map[string]string{}}
	if taps == nil {
		return c // it doesn't say what is in the order
	}
	c.edits = slices.Clone(h.edits)
	for _, l := range h.Lines {
		c.offline[l.product()], c.rebuilt[l.product()], c.merged[l.product()] = l.offline, l.rebuilt, l.merged
		c.qty[l.product()], c.lines[l.product()] = int(number(l.Fields["qty"])), l.UID
	}
	return c
}

// send makes a call and takes its answer; a call that fails makes the page offline.
func (p *page) send(c outgoing) string {
	p.calls = append(p.calls, c)
	make := p.deliver
	if make == nil {
		make = func(c outgoing) (json.RawMessage, error) { return p.s.deliver(c) }
	}
	answer, err := make(c)
	if err != nil {
		p.offline = true
		return "failed: " + err.Error()
	}
	return p.answered(c, answer)
}

func (s *server) deliver(c outgoing) (json.RawMessage, error) {
	answer, failure := s.call("/pos_multi_session_sync/update", c.params)
	if failure != "" {
		return nil, fmt.Errorf("%s", failure)
	}
	return answer, nil
}

// answered takes an answer.
func (p *page) answered(c outgoing, answer json.RawMessage) string {
	var a struct {
		Action   string `json:"action"`
		UID      string `json:"uid"`
		Order    string `json:"order_uid"`
		State    string `json:"state"`
		Revision int64  `json:"revision_ID"`
		Number   int    `json:"order_ID"`
	}
	require.NoError(p.s.t, json.Unmarshal(answer, &a), string(answer))
	switch a.Action {
	case "update_revision_ID":
		if h := p.order(a.UID); h != nil {
			h.Number, h.Revision, h.OnServer = a.Number, max(h.Revision, a.Revision), true
			h.edits = slices.DeleteFunc(h.edits, func(e edit) bool { return slices.Contains(c.edits, e) })
			for _, l := range h.Lines {
				if _, sent := c.taps[l.product()]; sent {
					l.offline = false
				}
				l.taps = slices.DeleteFunc(l.taps, func(tap string) bool { return slices.Contains(c.taps[l.product()], tap) })
			}
		}
		return fmt.Sprintf("accepted: revision %d, number %d", a.Revision, a.Number)
	case "revision_error":
		for _, taps := range c.taps {
			p.warned = append(p.warned, taps...)
		}
		if a.State == "deleted" {
			p.drop(a.Order)
			return "revision_error deleted"
		}
		return "revision_error " + a.State + "\n" + p.sync(a.Order, false)
	case "sync_all":
		p.take(answer)
		return "answered at once\n" + p.said()
	}
	return strings.TrimSpace(string(answer))
}

// sync asks for orders: of one uid, or all.
func (p *page) sync(uid string, immediate bool) string {
	params := p.message("sync_all", map[string]any{})
	message := params["message"].(map[string]any)
	if uid != "" {
		message["uid"] = uid
	}
	if immediate {
		message["immediate_rerendering"] = true
	}
	return "sync_all: " + p.send(outgoing{action: "sync_all", params: params})
}

// end closes an order: paid or thrown away. Paid offline it is kept until online.
func (p *page) end(h *held, paid bool) string {
	h.Paid = paid
	if p.offline {
		return "kept"
	}
	said := p.send(p.removal(h, false))
	if !strings.HasPrefix(said, "revision_error") && !strings.HasPrefix(said, "failed") {
		p.drop(h.UID)
	}
	return said
}

func (p *page) removal(h *held, whole bool) outgoing {
	data := map[string]any{"uid": h.UID, "revision_ID": h.Revision, "finalized": h.Paid}
	var taps map[string][]string
	if whole {
		var exported map[string]any
		exported, taps = p.export(h)
		text, err := json.Marshal(map[string]any{"id": h.UID, "data": exported})
		require.NoError(p.s.t, err)
		data["order_data"] = string(text)
	}
	return h.call("remove_order", p.message("remove_order", data), taps)
}

// online tells of what was paid offline, and asks for everything.
func (p *page) online() string {
	p.offline = false
	said := ""
	for _, h := range slices.Clone(p.orders) {
		if h.Paid && !p.offline {
			said += "paid offline: " + p.send(p.removal(h, true)) + "\n"
			if !p.offline {
				p.drop(h.UID)
			}
		}
	}
	if !p.offline {
		said += p.sync("", false)
	}
	return said
}
