package oldwire_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// down is a message to a page.
type down struct {
	Action  string `json:"action"`
	Session int    `json:"session_id"`
	Login   int    `json:"login_number"`
	Data    struct {
		Orders   []down               `json:"orders"`
		UID      *string              `json:"uid"`
		Message  int                  `json:"message_ID"`
		Revision int64                `json:"revision_ID"`
		Number   int                  `json:"sequence_number"`
		Lines    [][3]json.RawMessage `json:"lines"`
	} `json:"data"`
	raw map[string]any
}

func (d *down) UnmarshalJSON(text []byte) error {
	type plain down
	if err := json.Unmarshal(text, (*plain)(d)); err != nil {
		return err
	}
	var whole struct {
		Data map[string]any `json:"data"`
	}
	err := json.Unmarshal(text, &whole)
	d.raw = whole.Data
	return err
}

// poll asks once and takes what comes.
func (p *page) poll() string {
	news := p.ask()
	p.receive(news)
	return p.said()
}

type news struct {
	ID      int64           `json:"id"`
	Channel string          `json:"channel"`
	Message json.RawMessage `json:"message"`
}

func (p *page) ask() (all []news) {
	channels := []string{fmt.Sprintf(`["shop","pos.multi_session","%d"]`, p.pos), fmt.Sprintf(`["shop","pos.longpolling","%d"]`, p.pos)}
	result, failure := p.s.call("/longpolling/poll", map[string]any{"channels": channels, "last": p.bus, "options": map[string]any{}})
	require.Empty(p.s.t, failure)
	require.NoError(p.s.t, json.Unmarshal(result, &all))
	for _, n := range all {
		require.Contains(p.s.t, channels, n.Channel)
	}
	return all
}

func (p *page) receive(all []news) {
	for _, n := range all {
		if n.ID <= p.bus {
			continue
		}
		p.bus = n.ID
		if string(n.Message) == `"PONG"` {
			p.heard = append(p.heard, "PONG")
			continue
		}
		p.take(n.Message)
	}
}

func (p *page) said() string {
	text := strings.Join(p.heard, "\n")
	if p.heard = nil; text == "" {
		return "nothing"
	}
	return text
}

// take applies a message.
func (p *page) take(text json.RawMessage) {
	var m down
	require.NoError(p.s.t, json.Unmarshal(text, &m), string(text))
	if m.Action == "sync_all" {
		p.takeAll(&m)
		return
	}
	if m.Session == p.session && m.Login == p.login {
		p.noted = m.Data.Message
		return
	}
	gap := m.Data.Message != p.noted+1
	p.noted = m.Data.Message
	p.apply(&m)
	if gap {
		p.heard = append(p.heard, "a gap: "+p.sync("", false))
	}
}

func (p *page) takeAll(m *down) {
	if m.Session == p.session && m.Login != p.login {
		return
	}
	p.noted = m.Data.Message
	p.heard = append(p.heard, fmt.Sprintf("all orders: %d", len(m.Data.Orders)))
	if m.Data.UID != nil {
		p.heard[len(p.heard)-1] = fmt.Sprintf("one order: %d", len(m.Data.Orders))
	}
	there := map[string]bool{}
	for i := range m.Data.Orders {
		there[*m.Data.Orders[i].Data.UID] = true
		p.apply(&m.Data.Orders[i])
	}
	if m.Data.UID != nil {
		return
	}
	p.orders = slices.DeleteFunc(p.orders, func(h *held) bool { return h.OnServer && !there[h.UID] && !h.Paid })
	for _, h := range slices.Clone(p.orders) {
		if !h.OnServer && len(h.Lines) > 0 && !p.offline && !h.Paid {
			p.heard = append(p.heard, "sends "+h.UID+": "+p.send(p.update(h)))
		}
	}
}

// vendors are the fields that the page's modules take over.
var vendors = []string{"remark", "tags"}

// apply takes one order over.
func (p *page) apply(m *down) {
	uid := *m.Data.UID
	h := p.order(uid)
	if m.Action == "remove_order" {
		p.heard = append(p.heard, "remove_order "+uid)
		p.drop(uid)
		return
	}
	lines := []string{}
	built := h == nil
	switch {
	case built:
		h = &held{UID: uid, OnServer: true, Fields: map[string]any{}}
		p.orders = append(p.orders, h)
		for _, f := range []string{"partner_id", "pricelist_id", "fiscal_position_id"} {
			h.Fields[f] = m.raw[f]
		}
	case h.Paid:
		return
	}
	h.Number, h.Revision, h.OnServer = m.Data.Number, m.Data.Revision, true
	h.Fields["partner_id"] = m.raw["partner_id"]
	for _, f := range vendors {
		if v, has := m.raw[f]; has {
			h.Fields[f] = v
		} else {
			delete(h.Fields, f)
		}
	}
	there := map[string]bool{}
	for _, l := range m.Data.Lines {
		var record map[string]any
		require.NoError(p.s.t, json.Unmarshal(l[2], &record))
		id := record["uid"].(string)
		there[id] = true
		mark := ""
		if record["is_changed"] == true {
			mark = "*"
		}
		lines = append(lines, fmt.Sprintf("%s%s qty %v", id, mark, record["qty"]))
		known := h.line(id)
		if known == nil {
			product := "#" + fmt.Sprint(record["product_id"]) + " "
			removed := slices.ContainsFunc(h.edits, func(e edit) bool { return e.key == product+"gone" })
			known = &row{UID: id, Fields: map[string]any{}, rebuilt: removed}
			h.Lines = append(h.Lines, known)
			h.settle(product)
			p.countLine(id)
			for _, f := range []string{"product_id", "tax_ids", "pack_lot_ids"} {
				known.Fields[f] = record[f]
			}
		} else if mark == "" {
			continue
		} else {
			known.rebuilt = false
		}
		known.taps, known.merged = nil, known.product() != fmt.Sprint(record["product_id"])
		h.settle("#" + known.product() + " ")
		for _, f := range []string{"qty", "price_unit", "discount", "note", "mp_skip"} {
			if v, has := record[f]; has {
				known.Fields[f] = v
			} else {
				delete(known.Fields, f)
			}
		}
	}
	h.Lines = slices.DeleteFunc(h.Lines, func(l *row) bool {
		if there[l.UID] || l.offline {
			return false
		}
		h.settle("#" + l.product() + " ")
		return true
	})
	h.settle(uid + " ")
	if p.tell != nil {
		p.tell("till %d takes %s revision %d: %s", p.pos, uid, h.Revision, strings.Join(lines, ", "))
	}
	p.heard = append(p.heard, fmt.Sprintf("update_order %s revision %d number %d: %s", uid, h.Revision, h.Number, strings.Join(lines, ", ")))
}

// settle forgets the edits of a record: the message's values are on the screen.
func (h *held) settle(record string) {
	h.edits = slices.DeleteFunc(h.edits, func(e edit) bool { return strings.HasPrefix(e.key, record) })
}
