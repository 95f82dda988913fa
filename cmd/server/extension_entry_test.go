package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const plainConfig = "listen: 127.0.0.1:8080 # here\nstore: sqlite:a.db\n"

// An entry is added behind the others, and every comment stays where it is.
func TestAddEntry(t *testing.T) {
	for name, c := range map[string]struct{ before, sum, after string }{
		"none":           {plainConfig, "", plainConfig + "extensions:\n  - path: ./x\n"},
		"no end of line": {"listen: 127.0.0.1:8080\nstore: sqlite:a.db", "", "listen: 127.0.0.1:8080\nstore: sqlite:a.db\nextensions:\n  - path: ./x\n"},
		"an empty list":  {plainConfig + "extensions: [] # none\n", "", plainConfig + "extensions: # none\n  - path: ./x\n"},
		"nothing":        {plainConfig + "extensions:\n# later\ncurrency: {code: EUR}\n", "", plainConfig + "extensions:\n  - path: ./x\n# later\ncurrency: {code: EUR}\n"},
		"behind another": {plainConfig + "extensions:\n  - path: a.js # mine\n    timeout: 5s\n", "00", plainConfig + "extensions:\n  - path: a.js # mine\n    timeout: 5s\n  - path: ./x\n    sha256: \"00\"\n"},
		"not indented":   {plainConfig + "extensions:\n- path: a.js\n\n# money\ncurrency: {code: EUR}\n", "", plainConfig + "extensions:\n- path: a.js\n- path: ./x\n\n# money\ncurrency: {code: EUR}\n"},
		"deeper ones":    {plainConfig + "extensions:\n    - path: a.js\n      config:\n        text: |\n          one\n          two\nkept_runs: false\n", "", plainConfig + "extensions:\n    - path: a.js\n      config:\n        text: |\n          one\n          two\n    - path: ./x\nkept_runs: false\n"},
		"with a mark":    {"\xef\xbb\xbf" + plainConfig, "", "\xef\xbb\xbf" + plainConfig + "extensions:\n  - path: ./x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			after, err := addEntry([]byte(c.before), "./x", c.sum)
			require.NoError(t, err)
			require.Equal(t, c.after, string(after))
		})
	}
	for _, before := range []string{plainConfig + "extensions: [{path: a.js}]\n", plainConfig + "extensions: &all\n  - path: a.js\n"} {
		_, err := addEntry([]byte(before), "./x", "")
		require.ErrorIs(t, err, errByHand, before)
	}
}

func TestSetSHA256(t *testing.T) {
	const before = plainConfig + "extensions:\n  - path: a # first\n    sha256: \"0011\" # of a\n  - path: b\n    sha256: 0011\n"
	after, err := setSHA256([]byte(before), 0, "0011", "ff22")
	require.NoError(t, err)
	require.Equal(t, plainConfig+"extensions:\n  - path: a # first\n    sha256: \"ff22\" # of a\n  - path: b\n    sha256: 0011\n", string(after))
	_, err = setSHA256([]byte(plainConfig+"extensions:\n  - path: a\n"), 0, "0011", "ff22")
	require.ErrorContains(t, err, "write ff22 there by hand")
}
