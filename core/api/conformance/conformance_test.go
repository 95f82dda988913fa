package conformance

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The suite's own tools, tried without a server.

func TestCanonicalJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"b":1.0,"a":[4.80,1e2]}`:     `{"a":[4.8,100],"b":1}`,
		`{"x":"\u0041<>& \u2028"}`:     `{"x":"A<>& \u2028"}`,
		`1e-7`:                         `1e-7`,
		`1000000000000000`:             `1000000000000000`,
		`[0.000000001,-0.000001,1e15]`: `[1e-9,-0.000001,1000000000000000]`,
	} {
		require.Equal(t, want, canon(parse(t, []byte(text))), text)
	}
}

func TestDiffers(t *testing.T) {
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{`{"a":1}`, `{"a":1.0,"b":2}`, true},
		{`{"a":1}`, `{"b":2}`, false},
		{`{"a":"<any>"}`, `{"a":false}`, true},
		{`{"a":"<any>"}`, `{"a":null}`, false},
		{`[1]`, `[1,2]`, false},
		{`[{"x":1}]`, `[{"x":1,"y":2}]`, true},
		{`{"a":null}`, `{}`, true},
		{`{"a":{}}`, `{"a":[]}`, false},
		{`[]`, `null`, false},
		{`"x"`, `"y"`, false},
	} {
		diff := differs(parse(t, []byte(c.want)), parse(t, []byte(c.got)), "")
		require.Equal(t, c.same, diff == "", "%s in %s: %s", c.want, c.got, diff)
	}
}

func TestDigits(t *testing.T) {
	for _, same := range [][2]string{{"4.80", "48e-1"}, {"1e15", "1000000000000000"}, {"-0.10", "-1e-1"}, {"0", "-0.00e5"}, {"1E2", "100"}} {
		require.Equal(t, digits(same[0]), digits(same[1]))
	}
	require.NotEqual(t, digits("1.00000000000001"), digits("1.00000000000002"))
	require.NotEqual(t, digits("-1"), digits("1"))
}

func TestFold(t *testing.T) {
	s := state{}
	for _, c := range []string{
		`{"orders":{"o1":{"rev":1,"number":1,"run":1,"state":"open","set":{"a":1,"b":2},"lines":{"l2":{"n":2,"set":{"q":1}},"l1":{"n":1,"set":{}}}}}}`,
		`{"orders":{"o1":{"rev":2,"number":1,"run":1,"state":"open","set":{"a":null},"lines":{"l1":{"n":1,"removed":true},"l2":{"n":2,"set":{"q":5}}},"payments":[{"id":"p","amount":1}]}}}`,
		`{"orders":{"o1":{"rev":3,"number":1,"run":1,"state":"open","needs":"review","payments":[{"id":"p","amount":1,"needs":"refund"}]},"o2":{"rev":9,"number":2,"run":1,"state":"paid"}}}`,
	} {
		require.NoError(t, s.apply(parse(t, []byte(c))))
	}
	require.Equal(t, canon(parse(t, []byte(`[{"id":"o1","rev":3,"number":1,"run":1,"state":"open","needs":"review","fields":{"b":2},
		"lines":[{"id":"l2","n":2,"fields":{"q":5}}],"payments":[{"id":"p","amount":1,"needs":"refund"}]}]`))), canon(s.open()))
	require.Error(t, s.apply(parse(t, []byte(`{"orders":{"o1":{"rev":4}}}`))))
}

func TestNames(t *testing.T) {
	n := newNames()
	n.know("bar", "bar-17")
	said := n.say(parse(t, []byte(`{"cursor":"xyz","seq":5,"pos":{"id":"bar-17"},"message":"no","orders":{"o1":{},"srv-1":{}},"at":"2020-01-01T00:00:00Z"}`)))
	require.Equal(t, `{"at":"2020-01-01T00:00:00Z","cursor":"cursor-5","message":"words","orders":{"o1":{},"order-of-server-1":{}},"pos":{"id":"bar"},"seq":5}`, canon(said))
	require.Equal(t, `{"cursor":"xyz","pos":"bar-17"}`, canon(n.mean(parse(t, []byte(`{"cursor":"cursor-5","pos":"bar"}`)))))
	require.Equal(t, "/v1/pull?cursor=xyz&client_id=bar-17", n.path("/v1/pull?cursor=cursor-5&client_id=bar"))
}

// Every file is kept in one form (-update puts it right), says what it is
// about and has something to compare.
func TestGoldenFiles(t *testing.T) {
	for _, path := range goldenFiles(t) {
		g := readGolden(t, path)
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		require.Equal(t, name, g.Name)
		require.NotEmpty(t, g.About, name)
		require.True(t, g.Response != nil || len(g.Frames) > 0 || len(g.Events) > 0, name)
		require.True(t, g.NotDriven != "" || g.Request != nil || len(g.Frames) > 0, name)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		if *update {
			require.NoError(t, os.WriteFile(path, g.format(t), 0o644))
			continue
		}
		require.True(t, bytes.Equal(raw, g.format(t)), "%s isn't in the form that -update writes", name)
	}
}

// Every code, every op and every frame has a file
// that shows it.
func TestGoldenFilesAreComplete(t *testing.T) {
	var all strings.Builder
	for _, path := range goldenFiles(t) {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		all.Write(raw)
	}
	for code := range statuses {
		require.Contains(t, all.String(), `"code": "`+code+`"`)
	}
	for _, code := range strings.Fields("invalid unknown_op not_found exists gone order_closed stale_base vetoed limit forbidden_action") {
		require.Contains(t, all.String(), `"code": "`+code+`"`)
	}
	for _, op := range strings.Fields("order.create order.set order.pay order.close line.add line.set line.inc line.remove line.move") {
		require.Contains(t, all.String(), `"op": "`+op+`"`)
	}
	for _, kind := range strings.Fields("hello welcome push pushed changes snapshot till hb presence reset error") {
		require.Contains(t, all.String(), `"t": "`+kind+`"`)
	}
	for _, reason := range strings.Fields("other_server other_multi_session epoch_changed cursor_ahead diverged cursor_expired") {
		require.Contains(t, all.String(), `"reason": "`+reason+`"`)
	}
}
