package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Nothing but the one key changes, in every way that people write an entry.
func TestSetEnabled(t *testing.T) {
	cases := map[string]struct {
		text, want string
		on         bool
	}{
		"a block": {
			"extensions:\n  # what the kitchen reads\n  - path: a.js   # ours\n    timeout: 5ms\n  - path: b.js\n",
			"extensions:\n  # what the kitchen reads\n  - enabled: false\n    path: a.js   # ours\n    timeout: 5ms\n  - path: b.js\n", false,
		},
		"in one line":     {"extensions:\n  - {path: a.js} # é\n", "extensions:\n  - {enabled: false, path: a.js} # é\n", false},
		"a flow list":     {"extensions: [{path: a.js}, {path: b.js}]\n", "extensions: [{enabled: false, path: a.js}, {path: b.js}]\n", false},
		"a list of files": {"extensions:\n- path:\n  - a.js\n  - b.js\n", "extensions:\n- enabled: false\n  path:\n  - a.js\n  - b.js\n", false},
		"said before":     {"extensions:\n  - path: é.js\n    enabled: false # for now\n", "extensions:\n  - path: é.js\n    enabled: true # for now\n", true},
		"said in a flow":  {"extensions:\n  - {path: \"é.js\", enabled: true}\n", "extensions:\n  - {path: \"é.js\", enabled: false}\n", false},
		"no line feed":    {"extensions:\n  - path: a.js", "extensions:\n  - enabled: false\n    path: a.js", false},
		"on another line": {"extensions:\n  -\n    path: a.js\n", "extensions:\n  -\n    enabled: false\n    path: a.js\n", false},
		"Windows":         {"extensions:\r\n  - path: a.js\r\n", "extensions:\r\n  - enabled: false\n    path: a.js\r\n", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			head := goodConfig
			if strings.Contains(c.text, "\r") {
				head = strings.ReplaceAll(head, "\n", "\r\n")
			}
			changed, err := setEnabled([]byte(head+c.text), 0, c.on)
			require.NoError(t, err)
			require.Equal(t, head+c.want, string(changed))
			back, err := setEnabled(changed, 0, !c.on)
			require.NoError(t, err)
			config, err := parseConfig(back)
			require.NoError(t, err)
			require.Equal(t, !c.on, config.Extensions[0].on())
		})
	}
}

func TestSetEnabledRefusesWhatItCannotEdit(t *testing.T) {
	for name, text := range map[string]string{
		"an alias":   goodConfig + "extensions:\n  - &a {path: a.js}\n  - *a\n",
		"no entries": goodConfig,
	} {
		_, err := setEnabled([]byte(text), 1, false)
		require.Error(t, err, name)
	}
}
