package oldwire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// network is how a call fares.
func (s *shop) network(c outgoing) (json.RawMessage, error) {
	switch rapid.IntRange(0, 11).Draw(s.t, "network") {
	case 0:
		return nil, errLost
	case 1:
		_, err := s.arrives(c)
		return nil, errors.Join(err, errMute)
	case 2:
		_, err := s.arrives(c)
		require.NoError(s.t, err)
		return s.arrives(c)
	case 3:
		if c.action == "sync_all" {
			break
		}
		s.late = append(s.late, c)
		return nil, errLost
	}
	return s.arrives(c)
}

// arrives has a call decided, and checks what it did to quantities.
func (s *shop) arrives(c outgoing) (json.RawMessage, error) {
	before := s.quantities()
	answer, err := s.deliver(c)
	require.NoError(s.t, err)
	after := s.quantities()
	s.noted("call %s %s: %s -> %s", c.action, c.uid, said(c), answer)
	for product, taps := range c.taps {
		sum, maybe := 0, 0
		for _, tap := range taps {
			switch {
			case s.counted[tap]:
			case s.warned(tap): // the till may show it still, or not
				maybe += s.taps[tap]
			default:
				sum += s.taps[tap]
			}
		}
		was, had := before[product]
		is, has := after[product]
		if !has {
			continue // removed
		}
		switch added := is - was; {
		case added == sum || added == sum+maybe:
			for _, tap := range taps {
				s.counted[tap] = s.counted[tap] || !s.warned(tap) || added != sum
			}
		case had && added == 0 && s.refused(answer):
		case !had && is == sent(c, product): // another removed it, and the till had kept it
		default:
			require.Equal(s.t, sum, added, "what product %s was added, answered %s\n%s", product, answer, s.trace.String())
		}
	}
	return answer, nil
}

// sent is the quantity of a product in a call.
func sent(c outgoing, product string) int {
	data := c.params["message"].(map[string]any)["data"].(map[string]any)
	for _, l := range data["lines"].([]any) {
		if record := l.([]any)[2].(map[string]any); fmt.Sprint(record["product_id"]) == product {
			return int(number(record["qty"]))
		}
	}
	return 0
}

func (s *shop) noted(format string, args ...any) { fmt.Fprintf(&s.trace, format+"\n", args...) }

// said is a call in brief.
func said(c outgoing) string {
	data := c.params["message"].(map[string]any)["data"].(map[string]any)
	text := fmt.Sprint("nonce ", data["nonce"], " revision ", data["revision_ID"], ":")
	lines, _ := data["lines"].([]any)
	for _, l := range lines {
		record := l.([]any)[2].(map[string]any)
		text += fmt.Sprint(" ", record["uid"], "=", record["product_id"], "x", record["qty"])
	}
	return text
}

func (s *shop) warned(tap string) bool {
	return slices.ContainsFunc(s.pages, func(p *page) bool { return slices.Contains(p.warned, tap) })
}

func (s *shop) refused(answer json.RawMessage) bool {
	var a struct{ Action string }
	require.NoError(s.t, json.Unmarshal(answer, &a))
	return a.Action != "update_revision_ID"
}

// quantities are those of lines that are somewhere, by product.
func (s *shop) quantities() map[string]int {
	all := map[string]int{}
	for _, o := range s.orders() {
		for _, l := range o.Lines {
			product := string(l.Fields["product_id"])
			_, twice := all[product]
			require.False(s.t, twice, "product %s is there twice\n%s", product, s.trace.String())
			var qty int
			require.NoError(s.t, l.Fields["qty"].Decode(&qty))
			all[product] = qty
		}
	}
	return all
}
