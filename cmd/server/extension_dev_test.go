package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/web"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// Whoever saves a file has it on both tills of the demo, reads what is wrong with
// it, and sees what the hooks took and gave.
func TestExtensionDev(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gift-wrap")
	must(t, "extension", "new", "gift-wrap", "--js", "--dir", filepath.Dir(dir))
	file := filepath.Join(dir, "gift-wrap.js")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	save := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }

	dev := run(t, "dev", "extension", "dev", dir, "--listen", "127.0.0.1:0")
	url := dev.match(`Two tills with your extension:  (\S+)/\n`)[1]
	dev.expect("gift-wrap 0.1.0 is loaded, ", "check: nothing was found")

	tokens := demoTokens(t, url)
	require.Len(t, tokens, 2)
	bar := &hand{caller: caller{t: t, url: url, token: tokens[0]}, client: "c1", next: 1}
	door := &hand{caller: caller{t: t, url: url, token: tokens[1]}, client: "c2", next: 1}
	bar.do(create("o1", protocol.Fields{"gift_wrap_note": `" red ribbon "`}))
	require.Equal(t, protocol.Fields{"gift_wrap_note": `"red ribbon"`}, door.fields("o1"))
	dev.expect("order o1", ": taken, ", `gift_wrap_note: " red ribbon " → "red ribbon"`)

	save(strings.Replace(string(text), "value.trim()", "value.trim().toUpperCase()", 1))
	dev.expect("gift-wrap 0.1.0 is loaded, ")
	save(string(text) + "\n(") // while it is checked
	dev.expect("check: ", "gift-wrap.js:", "It isn't loaded; the tills have what they had.")
	door.do(protocol.OrderSet{Order: "o1", Set: protocol.Fields{"gift_wrap_note": `"green"`}})
	require.Equal(t, protocol.Fields{"gift_wrap_note": `"GREEN"`}, bar.fields("o1"), "the last good one runs on")

	save(strings.ReplaceAll(string(text), "apply_ms_data: ", "apply_ms_date: "))
	dev.expect("is loaded, ", "gift-wrap.js:", "apply_ms_date", "apply_ms_data")
	dev.stop()
	require.NotContains(t, dev.all(), "panic")
}

// A Go extension is built when it is saved; what the compiler says is printed with
// its place.
func TestExtensionDevGo(t *testing.T) {
	checkout, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "in-go")
	must(t, "extension", "new", "in-go", "--go", "--dir", filepath.Dir(dir), "--sdk", checkout)
	sums, err := os.ReadFile("../../go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600))
	for name, value := range map[string]string{"GOFLAGS": "-mod=mod", "GOWORK": "off", "CGO_ENABLED": "0"} {
		t.Setenv(name, value)
	}
	dev := run(t, "dev", "extension", "dev", dir, "--listen", "127.0.0.1:0", "--debug")
	url := dev.match(`Two tills with your extension:  (\S+)/\n`)[1]
	dev.within(patienceForBuilds, "in-go 0.1.0 is loaded, ")
	dev.match(`dlv attach \d+`)
	dev.within(patienceForBuilds, "check: ")
	bar := &hand{caller: caller{t: t, url: url, token: demoTokens(t, url)[0]}, client: "c1", next: 1}
	bar.do(create("o1", protocol.Fields{"in_go_note": `" at the bar "`}))
	require.Equal(t, protocol.Fields{"in_go_note": `"at the bar"`}, bar.fields("o1"))

	main := filepath.Join(dir, "main.go")
	text, err := os.ReadFile(main)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(main, append(text, "\nvar wrong int = \"text\"\n"...), 0o600))
	dev.within(patienceForBuilds, `main\.go:\d+:\d+: error\[compile\]`)
	dev.expect("It isn't loaded; the tills have what they had.")
	dev.stop()
}

const patienceForBuilds = 6 * patience

// demoTokens are the tokens of a demo's tills, as its start page gets them.
func demoTokens(t *testing.T, url string) (tokens []string) {
	t.Helper()
	answer, err := http.Get(url + "/demo.json")
	require.NoError(t, err)
	defer answer.Body.Close()
	var demo web.Demo
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&demo))
	for _, pos := range demo.POS {
		tokens = append(tokens, pos.Token)
	}
	return tokens
}
