package oldwire_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// network is how a call fares.
func (s *shop) network(c outgoing) (json.RawMessage, error) {
	switch rapid.IntRange(0, 12).Draw(s.t, "network") {
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
	case 4: // once more, late
		if c.action != "sync_all" {
			s.late = append(s.late, c)
		}
	}
	return s.arrives(c)
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
