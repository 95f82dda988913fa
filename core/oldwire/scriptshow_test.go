package oldwire_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// rejections are what the operator finds.
func (s *story) rejections() (said string) {
	rows, _, err := s.store.ListRejections(s.t.Context(), store.RejectionFilter{Limit: 100})
	require.NoError(s.t, err)
	for _, r := range rows {
		var m protocol.Mutation
		require.NoError(s.t, json.Unmarshal(r.Mutation, &m))
		said += fmt.Sprintf("%s of %s:", r.Code, r.By.POS.ID)
		for _, op := range m.Ops {
			said += fmt.Sprintf(" %s", op.Kind())
		}
		said += "\n"
	}
	return said
}

func (s *story) tills() string {
	state := s.session.Feed.State()
	said := fmt.Sprintf("run %d:", state.Run)
	for _, pos := range protocol.SortedKeys(state.Tills) {
		said += " " + string(pos)
	}
	return said
}

func (s *story) screen(p *page) string {
	said := ""
	for _, h := range p.orders {
		said += fmt.Sprintf("%s number %d %s\n", h.UID, h.Number, brief(h.Fields))
		for _, l := range h.Lines {
			said += fmt.Sprintf("  %s %s\n", l.UID, brief(l.Fields))
		}
	}
	return said
}

// hidden are fields that the stories aren't about.
var hidden = map[string]bool{"tax_ids": true, "pack_lot_ids": true, "ms_info": true, "pricelist_id": true}

func brief[K ~string, V any](fields map[K]V) string {
	var parts []string
	for _, f := range protocol.SortedKeys(fields) {
		value := any(fields[f])
		if v, is := value.(protocol.Value); is {
			value = string(v)
		}
		if !hidden[string(f)] && value != false {
			parts = append(parts, fmt.Sprintf("%s=%v", f, value))
		}
	}
	return strings.Join(parts, " ")
}

func (s *story) show(orders []protocol.Order) string {
	said := ""
	for _, o := range orders {
		info := o.Fields.MSInfo()
		by := string(info.Created.POS.ID) + "/" + string(info.Changed.POS.ID)
		if u := info.Changed.User; u != nil {
			by += " " + u.Name
		}
		said += fmt.Sprintf("%s run %d number %d %s %s by %s %s\n", o.ID, o.Run, o.Number, o.State, o.Needs, by, brief(o.Fields))
		for _, l := range o.Lines {
			said += fmt.Sprintf("  %s %s\n", l.ID, brief(l.Fields))
		}
		for _, p := range o.Payments {
			said += fmt.Sprintf("  payment %s %s %s %s\n", p.ID, p.Method, p.Amount, p.Needs)
		}
	}
	return said
}

// taxes are what old tills take over from no one.
func (s *story) taxes() (said string) {
	for _, o := range s.orders() {
		said += fmt.Sprintf("%s pricelist %s\n", o.ID, o.Fields["pricelist_id"])
		for _, l := range o.Lines {
			said += fmt.Sprintf("  %s taxes %s\n", l.ID, l.Fields["tax_ids"])
		}
	}
	return said
}

// loggedWords are the messages of a log.
func loggedWords(text string) string {
	said := ""
	for _, l := range strings.Split(text, "\n") {
		if _, words, found := strings.Cut(l, `msg="`); found {
			said += strings.Split(words, `"`)[0] + "\n"
		}
	}
	return said
}
