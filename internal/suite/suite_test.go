package suite_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/internal/suite"
	"github.com/stretchr/testify/require"
)

// limit is of a call: hooks have time on a busy machine.
const limit = 30 * time.Second

const examples = "../../plugins/example/"

// Every example passes, in a process of its own too, and has cases.
func TestExamples(t *testing.T) {
	dirs, err := os.ReadDir(examples)
	require.NoError(t, err)
	tried := 0
	for _, dir := range dirs {
		if !dir.IsDir() {
			continue
		}
		tried++
		t.Run(dir.Name(), func(t *testing.T) {
			report, err := suite.Run(t.Context(), suite.Options{Path: examples + dir.Name(), Process: true, Timeout: limit})
			require.NoError(t, err)
			require.Equal(t, dir.Name(), report.Name)
			played := 0
			for _, r := range report.Results {
				for _, f := range r.Failures {
					t.Errorf("%s: %s", r.Check, f)
				}
				if regexp.MustCompile("^case: ").MatchString(r.Check) {
					played++
				}
				if r.Verdict == suite.Skipped {
					require.Regexp(t, "no code|no field that tills", r.Why, r.Check)
				}
			}
			require.Positive(t, played, "it has a case in testdata")
			require.Len(t, report.Results, 9+played)
		})
	}
	require.GreaterOrEqual(t, tried, 15)
}

// Files as vendors have them pass: the suite finds no fault where there is none.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../extensions/javascript/testdata/corpus/*")
	require.NoError(t, err)
	require.Greater(t, len(files), 100)
	for i := 3; i < len(files); i += 9 { // all take minutes
		t.Run(filepath.Base(files[i]), func(t *testing.T) {
			report, err := suite.Run(t.Context(), suite.Options{Path: files[i], Timeout: limit, Skip: regexp.MustCompile("deadline|kill|500")})
			require.NoError(t, err)
			for _, r := range report.Results {
				for _, f := range r.Failures {
					t.Errorf("%s: %s", r.Check, f)
				}
			}
		})
	}
}

// An extension that refuses the usual order is tried with the one that its first case
// is given; without one it is told what is missing.
func TestAnOrderOfACase(t *testing.T) {
	report, err := suite.Run(t.Context(), suite.Options{Path: "testdata/particular", Process: true, Timeout: limit})
	require.NoError(t, err)
	require.False(t, report.Failed(), "%+v", report.Results)
	require.Len(t, report.Results, 10)

	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/particular")))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "testdata")))
	report, err = suite.Run(t.Context(), suite.Options{Path: dir, Timeout: limit})
	require.NoError(t, err)
	require.Contains(t, report.Results[1].Failures[0].String(), "give the first case in testdata an order with a line l1")
	require.Contains(t, report.Results[1].Failures[0].String(), "it was refused: An order needs a note")
}

// One that goes by another's field is tried with it.
func TestWith(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "testdata"), 0o700))
	for name, text := range map[string]string{
		"extension.yaml": "name: loud\njs: loud.js\nafter: [order-note]\nreads: {order: [order_note]}\nfields: {order: {loud: {type: boolean, derived: true}}}\n",
		"loud.js": `var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { _super.init_from_JSON.apply(this, arguments); this.loud = /!/.test(json.order_note); },
    apply_ms_data: function (data) { this.loud = /!/.test(data.order_note); },
    export_as_JSON: function () { return Object.assign(_super.export_as_JSON.apply(this, arguments), {loud: this.loud}); },
});`,
		"testdata/loud.yaml": "given: {order: {order_note: quiet}}\nwhen: [{till: A, set: {order_note: Now!}}]\nthen: {order: {loud: true}}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	_, err := suite.Run(t.Context(), suite.Options{Path: dir, Timeout: limit})
	require.ErrorContains(t, err, "order-note")
	report, err := suite.Run(t.Context(), suite.Options{Path: dir, With: []string{examples + "order-note"}, Timeout: limit})
	require.NoError(t, err)
	require.False(t, report.Failed(), "%+v", report.Results)
	require.Len(t, report.Results, 10)
}

// What can't be tried is an error, which says why.
func TestWhatCannotBeTried(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	try := func(o suite.Options) error {
		o.Timeout = limit
		_, err := suite.Run(t.Context(), o)
		return err
	}
	require.ErrorContains(t, try(suite.Options{Path: filepath.Join(dir, "none")}), "there is no such file or folder")
	write("extension.yaml", "name: a\nexec: ./a\n")
	require.ErrorContains(t, try(suite.Options{Path: dir}), "names a program that can't be read")
	write("main.go", "package main\n\nfunc main() { none() }\n")
	write("go.mod", "module a\n")
	require.ErrorContains(t, try(suite.Options{Path: dir}), "undefined: none")
	write("extension.yaml", "name: [\n")
	require.ErrorContains(t, try(suite.Options{Path: dir}), "extension.yaml:")
	require.ErrorContains(t, try(suite.Options{Path: examples + "bottle-deposit", Settings: map[string]any{"a": 1}}), "settings of bottle-deposit")
	require.ErrorContains(t, try(suite.Options{Path: examples + "order-note", With: []string{filepath.Join(dir, "none.js")}}), "which it is tested with")
}

// wanted is what a broken extension says of itself: which check finds it, and in
// which words.
var wanted = regexp.MustCompile(`(?m)^// want: (.*?): (.*)$`)

// Each check finds its fault, and says what came of it.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
				text, err = os.ReadFile(filepath.Join(path, "extension.js"))
			}
			require.NoError(t, err)
			want := wanted.FindAllSubmatch(text, -1)
			require.NotEmpty(t, want)
			o := suite.Options{Path: path, Process: true, Timeout: limit}
			if filepath.Base(path) == "hangs.js" {
				o.Timeout = 300 * time.Millisecond
			}
			report, err := suite.Run(t.Context(), o)
			require.NoError(t, err)
			require.True(t, report.Failed())
			for _, w := range want {
				check, words := string(w[1]), string(w[2])
				found[check] = true
				for _, r := range report.Results {
					if r.Check != check {
						continue
					}
					require.Equal(t, suite.Failed, r.Verdict, "%s: %+v", check, report.Results)
					require.Regexp(t, words, r.Failures[0].String())
				}
			}
		})
	}
	for _, check := range suite.Checks() {
		require.True(t, found[check], "no broken extension is for %q", check)
	}
}

// The data of the version before is migrated, and survives the way back; where migrate
// fails that is told.
func TestVersionBefore(t *testing.T) {
	const versions = "../../cmd/server/testdata/schema/"
	run := func(path string) suite.Result {
		report, err := suite.Run(t.Context(), suite.Options{Path: path, From: versions + "js-1", Timeout: limit, Only: regexp.MustCompile("^version before$")})
		require.NoError(t, err)
		require.Len(t, report.Results, 1)
		return report.Results[0]
	}
	result := run(versions + "js-2")
	require.Equal(t, suite.OK, result.Verdict, "%+v", result.Failures)
	require.Contains(t, result.Tried, "taps of the version before")

	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(versions+"js-2")))
	code, err := os.ReadFile(filepath.Join(dir, "tips.js"))
	require.NoError(t, err)
	broken := strings.Replace(string(code), "Math.round(tip * 100)", "`${tip}`", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tips.js"), []byte(broken), 0o600))
	result = run(dir)
	require.Equal(t, suite.Failed, result.Verdict)
	require.Contains(t, result.Failures[0].Came, "it gives tip_cents as")
}
