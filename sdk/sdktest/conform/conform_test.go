package conform_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
	"github.com/manytill/manytill/sdk/sdktest/conform"
	"github.com/stretchr/testify/require"
)

const limit = 30 * time.Second

func folder(t *testing.T) string {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "testdata"), 0o700))
	for name, text := range map[string]string{
		"extension.yaml":     "name: notes\nexec: ./notes\nfields: {order: {note: {type: string, edit: true}, count: {type: integer, derived: true}}}\n",
		"testdata/note.yaml": "name: a note\nwhen: [{till: A, set: {note: hello}}]\nthen: {order: {note: hello}}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func run(t *testing.T, fresh func() sdk.OrderHooks) *conform.Report {
	e := plugin.Extension{Name: "notes", Order: fresh}
	report, err := conform.Suite{Extension: &e, Timeout: limit}.Run(t.Context(), folder(t))
	require.NoError(t, err)
	return report
}

// notes is as it should be.
type notes struct {
	sdk.OrderBase
	Note  string `sync:"note"`
	Count int    `sync:"count"`
}

func (n *notes) ApplyMSData(data sdk.Record) error {
	err := data.Get("note", &n.Note)
	n.Count = len([]rune(n.Note))
	return err
}

// An extension in the test's process passes; each check is a test.
func TestExtension(t *testing.T) {
	conform.Suite{Extension: &plugin.Extension{Name: "notes", Order: func() sdk.OrderHooks { return new(notes) }}, Timeout: limit}.Test(t, folder(t))
}

func TestOnlyAndSkip(t *testing.T) {
	e := plugin.Extension{Name: "notes", Order: func() sdk.OrderHooks { return new(notes) }}
	report, err := conform.Suite{Extension: &e, Timeout: limit, Only: regexp.MustCompile("trip|case|kill"), Skip: regexp.MustCompile("note")}.Run(t.Context(), folder(t))
	require.NoError(t, err)
	require.Len(t, report.Results, 2)
	require.Equal(t, []string{"round trip", "kill -9"}, []string{report.Results[0].Check, report.Results[1].Check})
	require.Equal(t, conform.Skipped, report.Results[1].Verdict, "there is no process")
}

// deaf doesn't take over what a till changed.
type deaf struct {
	sdk.OrderBase
	Note string
}

func (d *deaf) InitFromJSON(json sdk.Record) error {
	if !d.IsNew() {
		return nil
	}
	return json.Get("note", &d.Note)
}
func (d *deaf) ApplyMSData(sdk.Record) error      { return nil }
func (d *deaf) ExportAsJSON(out sdk.Record) error { return out.Set("note", d.Note) }

// counting counts its runs in a variable.
type counting struct{ notes }

var runs int

func (c *counting) ExportAsJSON(out sdk.Record) error {
	runs++
	return out.Set("count", runs)
}

// impatient panics over some notes.
type impatient struct{ notes }

func (i *impatient) ExportAsJSON(out sdk.Record) error {
	if i.UID() == "o1" && i.State() == sdk.Open && i.Merged().Has("note") && strings.HasPrefix(i.Note, "Ab") {
		panic("no such note")
	}
	return out.Set("count", i.Count)
}

// The faults of Go are found, too.
func TestBrokenExtensions(t *testing.T) {
	for name, c := range map[string]struct {
		fresh       func() sdk.OrderHooks
		check, says string
	}{
		"a till's change is lost":  {func() sdk.OrderHooks { return new(deaf) }, "round trip", `(?s)set the order field note to "Ab".*came: +till B shows ""`},
		"a variable":               {func() sdk.OrderHooks { return new(counting) }, "apply twice = once", `(?s)expected: the same again .*count of order o1 to be \d+\n +came: +\d+`},
		"a variable over restarts": {func() sdk.OrderHooks { return new(counting) }, "restart", "does a hook keep something in a variable"},
		"a panic":                  {func() sdk.OrderHooks { return new(impatient) }, "round trip", `(?s)expected: no hook to fail.*panic.*no such note`},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range run(t, c.fresh).Results {
				if r.Check == c.check {
					require.Equal(t, conform.Failed, r.Verdict)
					require.Regexp(t, c.says, r.Failures[0].String())
					return
				}
			}
			t.Fatal("there is no such check")
		})
	}
}
