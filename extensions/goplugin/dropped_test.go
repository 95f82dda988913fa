package goplugin_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/hookstest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// theirs is a host of an extension that owns the field theirs, and has no code.
type theirs struct{}

func (theirs) Describe() extensions.Description {
	return extensions.Description{Name: "other", Manifest: true, Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{
		protocol.ModelOrder: {"theirs": {FieldSpec: protocol.FieldSpec{Type: protocol.TypeString}}},
	}}
}

func (theirs) Run(context.Context, *extensions.Batch) ([]hooks.Result, error) { return nil, nil }
func (theirs) Close() error                                                   { return nil }

// Whatever a plugin's hook hands over and that isn't taken is told once, with
// its reason, hook, file and line, and counted each time; the rest is taken.
func TestDropped(t *testing.T) {
	o := options(t, dropping)
	field := func(kind protocol.Type) extensions.FieldInfo {
		return extensions.FieldInfo{FieldSpec: protocol.FieldSpec{Type: kind, Merge: protocol.Last}}
	}
	o.Description.Fields = map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: {
		"ratio": field(protocol.TypeNumber), "good": field(protocol.TypeString), "x": field(protocol.TypeAny), "n": field(protocol.TypeNumber), "last": field(protocol.TypeBool),
	}}
	o.Description.Reads = map[protocol.Model][]protocol.Field{protocol.ModelOrderline: {"qty"}}
	k := start(t, o)
	source, err := os.ReadFile("testdata/dropping/main.go")
	require.NoError(t, err)
	set := "errors.Join(out.Set(v.key"
	for id, c := range map[protocol.OrderID]struct {
		says, at string
		each     int // values of a run; 0 is one
	}{
		"tagged":   {"order.ratio is exported as what JSON hasn't: what was there stands (export_as_JSON, Ratio, ", "", 0},
		"nan":      {"order.x is exported as what JSON hasn't: what was there stands (export_as_JSON", set, 0},
		"infinity": {"unsupported value: -Inf", set, 0},
		"deep":     {"unsupported value: NaN", set, 0},
		"func":     {"unsupported type: func()", set, 0},
		"inside":   {"unsupported type: func()", set, 0},
		"channel":  {"unsupported type: chan int", set, 0},
		"circle":   {"encountered a cycle", set, 0},
		"type":     {"order.n is exported and not taken: it must be of type number (export_as_JSON", set, 0},
		"core":     {"order.partner_id is exported, and is the core's: an extension writes only its own fields", set, 0},
		"key":      {"order.uid is exported and not stored: the name uid is taken", set, 0},
		"prefix":   {"order.mt_x is exported and not stored: names that begin with mt_ are the core's", set, 0},
		"other's":  {"order.theirs is exported, and belongs to the extension other", set, 0},
		"stray":    {"order.stray is exported, and its manifest doesn't name it: it is not stored; name it under fields", set, 0},
		"no name":  {`order."a b" is exported and not stored: a field's name is`, set, 0},
		"handed":   {"order.x is set on a record that can only be read: set it on the one that ExportAsJSON is handed (apply_ms_data", `data.Set("x", 1)`, 0},
		"lines":    {"orderline.qty is set on a record that can only be read", `l.Set("qty", 1)`, 2},
	} {
		t.Run(string(id), func(t *testing.T) {
			var log bytes.Buffer
			e, err := extensions.Start(context.Background(), func(context.Context) (*extensions.Chain, error) {
				return extensions.Build([]extensions.Entry{{Host: k.host, Timeout: 5 * time.Second}, {Host: theirs{}}}, extensions.Options{
					Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil)),
				})
			})
			require.NoError(t, err)
			taken := protocol.Fields{}
			for range 3 {
				merged := protocol.Fields{"partner_id": "7"}
				lines := []protocol.Line{{ID: "l1", N: 1, Fields: protocol.Fields{"qty": "2"}}, {ID: "l2", N: 2, Fields: protocol.Fields{"qty": "3"}}}
				r := &hooks.Change{
					Record: &hooks.Snapshot{
						RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: id, New: true, At: time.Unix(7, 0)},
						Merged:     merged, Lines: func() []protocol.Line { return lines },
					},
					Ran: new(uint64), Draft: &hookstest.Draft{OnSet: func(f protocol.Field, v protocol.Value) { taken[f], merged[f] = v, v }},
				}
				e.Chain().Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{{Orders: []*hooks.Change{r}}}})
			}
			s := e.Status()[0]
			require.Empty(t, s.Errors)
			require.Len(t, s.Notes, 1, "%q", s.Notes)
			require.Contains(t, s.Notes[0], c.says)
			require.EqualValues(t, 3*max(c.each, 1), s.Dropped)
			require.Equal(t, 1, strings.Count(log.String(), "\n"), "one line of the log: %s", log.String())
			require.Equal(t, protocol.Value(`"good"`), taken["good"])
			if c.at != "" {
				before, _, _ := strings.Cut(string(source), c.at)
				require.Contains(t, s.Notes[0], fmt.Sprintf("main.go:%d", 1+strings.Count(before, "\n")))
			}
		})
	}
}
