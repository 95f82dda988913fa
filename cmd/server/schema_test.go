package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/internal/testbin"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// tipsJS puts a version of an extension beside the config; the entry for it.
func (f *serverWithTwoPOS) tipsJS(version string) string {
	require.NoError(f.t, os.CopyFS(filepath.Join(f.dir, "js-"+version), os.DirFS("testdata/schema/js-"+version)))
	return "  - path: js-" + version + "\n    timeout: 30s\n"
}

// tipsGo is the same of a plugin, with the same fields.
func (f *serverWithTwoPOS) tipsGo(version string) string {
	dir := filepath.Join(f.dir, "go-"+version)
	require.NoError(f.t, os.Mkdir(dir, 0o700))
	sum, err := testbin.Build("./testdata/schema/go", filepath.Join(dir, "tips"), "-tags", "schema"+version)
	require.NoError(f.t, err)
	text, err := os.ReadFile("testdata/schema/js-" + version + "/extension.yaml")
	require.NoError(f.t, err)
	require.NoError(f.t, os.WriteFile(filepath.Join(dir, "extension.yaml"), []byte(strings.Replace(string(text), "js: tips.js", "exec: ./tips", 1)), 0o600))
	return fmt.Sprintf("  - path: go-%s\n    timeout: 30s\n    sha256: %s\n", version, sum)
}

// manyTips are more orders than are migrated at once.
const manyTips = 70

// A shop goes from one version to the next with orders open, through a power cut, back,
// and up again: nothing is lost, in JavaScript and in Go.
func TestUpAndDownAndUpAgain(t *testing.T) {
	for language, entry := range map[string]func(*serverWithTwoPOS, string) string{"javascript": (*serverWithTwoPOS).tipsJS, "go": (*serverWithTwoPOS).tipsGo} {
		t.Run(language, func(t *testing.T) {
			f := newServerWithTwoPOS(t)
			one, two := entry(f, "1"), entry(f, "2")
			use := func(entry string) {
				f.enable(entry)
				f.hangup("extensions loaded")
			}
			use(one)
			bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
			for i := range manyTips {
				require.Equal(t, protocol.Applied, bar.do(create(tipped(i), protocol.Fields{"tip": "5"}), protocol.LineAdd{
					Order: tipped(i), Line: "l1", Set: protocol.Fields{"qty": "1", "cooked": `"soup"`},
				}).Status)
			}
			bar.sell("sold", protocol.Fields{"tip": "2.5"})
			require.Equal(t, protocol.Fields{"tip": "5", "tipped": "true"}, bar.fields("o1"))

			// A power cut, when some are migrated.
			use(two)
			f.await(func(orders []protocol.Order) bool { return slices.ContainsFunc(orders, inCents) })
			f.kill()
			f.await(func(orders []protocol.Order) bool {
				open := slices.DeleteFunc(orders, func(o protocol.Order) bool { return o.State != protocol.Open })
				return len(open) == manyTips && !slices.ContainsFunc(open, func(o protocol.Order) bool { return !inCents(o) })
			})
			for _, o := range f.orders() {
				if o.State == protocol.Open {
					require.Equal(t, protocol.Value(`["soup"]`), door.line(o.ID)["steps"], o.ID)
					require.NotContains(t, door.line(o.ID), protocol.Field("cooked"))
				}
			}
			require.Equal(t, protocol.Fields{"tip": "2.5", "tipped": "true"}, bar.fields("sold"), "closed orders stay")
			bar, door = f.hand(f.bar, "c3"), f.hand(f.till1, "c4")
			bar.do(setOrder("o1", protocol.Fields{"tip_cents": "700"}))
			door.do(setOrder("o2", protocol.Fields{"tip": "9"})) // a page that wasn't loaded anew
			require.Equal(t, protocol.Fields{"tip_cents": "900", "tipped": "true"}, bar.fields("o2"))

			use(one)
			result := bar.do(setOrder("o1", protocol.Fields{"tip": "1"}), protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"})
			require.Equal(t, protocol.Applied, result.Status)
			require.Equal(t, []string{"o1.tip"}, result.Ignored)
			require.Contains(t, result.Why["o1.tip"], "newer version of the extension tips")
			require.Equal(t, protocol.Fields{"tip_cents": "700", "tipped": "true"}, bar.fields("o1"))
			list := must(t, "extension", "list", "--server", f.url, "--token", adminToken)
			require.Contains(t, strings.Join(strings.Fields(list), " "), "its hooks leave these orders alone")
			bar.do(create("new", protocol.Fields{"tip": "3"}))
			require.Equal(t, protocol.Fields{"tip": "3", "tipped": "true"}, bar.fields("new"))

			use(two)
			f.awaitFields("new", func(fields protocol.Fields) bool { return fields["tip_cents"] == "300" })
			bar.do(setOrder("o1", protocol.Fields{"tip_cents": "800"}))
			require.Equal(t, protocol.Fields{"tip_cents": "800", "tipped": "true"}, bar.fields("o1"))
			require.Equal(t, protocol.Fields{"tip_cents": "900", "tipped": "true"}, bar.fields("o2"))
			var now extensionsNow
			f.admin("GET", "/v1/admin/extensions", nil, &now)
			require.Empty(t, now.Extensions[0].Errors)
		})
	}
}

func tipped(i int) protocol.OrderID { return protocol.OrderID(fmt.Sprint("o", i)) }

func inCents(o protocol.Order) bool { return o.Fields["tip_cents"] == "500" && o.Fields["tip"] == "" }

// A new version that migrates, over a shop's history, and beside the old one: nothing
// differs, but for what it doesn't do as the old one.
func TestShadowOfANewerSchema(t *testing.T) {
	f := newServerWithTwoPOS(t)
	one, two := f.tipsJS("1"), f.tipsJS("2")
	f.enable(one + two + "    shadow: true\n")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	for i := range 3 {
		bar.do(create(tipped(i), protocol.Fields{"tip": "5"}), protocol.LineAdd{Order: tipped(i), Line: "l1", Set: protocol.Fields{"qty": "1", "cooked": `"soup"`}})
	}
	require.Eventually(t, func() bool {
		return strings.Contains(must(t, "extension", "list", "--server", f.url, "--token", adminToken), ": 0 of 3 records would differ")
	}, patience, 20*time.Millisecond)

	database := filepath.Join(f.dir, "manytill.db")
	out, err := output(t, "extension", "shadow", filepath.Join(f.dir, "js-2"), "--against", database, "--config", f.config)
	require.NoError(t, err, out)
	require.Regexp(t, `^0 of 3 records would differ`, out)
	require.Contains(t, out, "3 are of an older schema, and were migrated first\n")
	code, err := os.ReadFile(filepath.Join(f.dir, "js-2", "tips.js"))
	require.NoError(t, err)
	f.write("js-2/tips.js", strings.Replace(string(code), "this.tip_cents > 0", "this.tip_cents > 500", 1))
	out, err = output(t, "extension", "shadow", filepath.Join(f.dir, "js-2"), "--against", database, "--config", f.config)
	require.Error(t, err)
	require.Regexp(t, `(?s)^3 of 3 records would differ.*  tipped: 3\n`, out)
	out, err = output(t, "extension", "shadow", filepath.Join(f.dir, "js-2"), "--against", f.url, "--token", adminToken)
	require.Error(t, err)
	require.Contains(t, out, "run it over a copy of the shop's database")
}
