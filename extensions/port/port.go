package port

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Options say what to take, and where to put it.
type Options struct {
	// Paths are JavaScript, TypeScript and Python files, and folders of modules.
	Paths []string
	// Name is the extension's; "" is the first path's.
	Name string
	// Dir is the folder that is made, and must not be there.
	Dir string
}

// Report is what became of a module.
type Report struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Dir     string `json:"dir"`
	// Scripts are run by the extension, as paths in its folder.
	Scripts []string `json:"scripts"`
	// LeftOut are files that can't be loaded, and why.
	LeftOut []notes.Note `json:"left_out"`
	Fields  []Field      `json:"fields"`
	// NotSynced are fields that Python declares and that aren't synced.
	NotSynced []Declared `json:"not_synced"`
	// Screen is what stays behind: it means something on a screen alone.
	Screen []notes.Note `json:"screen"`
	// Notes are what loading says.
	Notes []notes.Note `json:"notes"`
}

// Field is one that the extension syncs.
type Field struct {
	Model protocol.Model `json:"model"`
	Field protocol.Field `json:"field"`
	Type  protocol.Type  `json:"type"`
	Merge protocol.Merge `json:"merge"`
	Label string         `json:"label"`
	// OneWay: exported, and never restored.
	OneWay bool `json:"one_way"`
	// Python: only Python declares it; what is said of it is a guess.
	Python bool             `json:"python"`
	Enum   []protocol.Value `json:"enum,omitempty"`
	edit   bool
}

// loadTime is for loading and probing a module's scripts.
const loadTime = time.Minute

// Run takes a module and writes the extension's folder.
func Run(ctx context.Context, o Options) (*Report, error) {
	m, err := read(o.Paths)
	if err != nil {
		return nil, err
	}
	r := &Report{
		Name: nameOf(cmp.Or(o.Name, m.name)), Version: m.version, Dir: o.Dir,
		Scripts: []string{}, LeftOut: []notes.Note{}, Fields: []Field{}, NotSynced: []Declared{}, Screen: []notes.Note{}, Notes: []notes.Note{},
	}
	if o.Name != "" {
		r.Name = o.Name
	}
	r.Dir = cmp.Or(o.Dir, r.Name)
	if err := manifest.CheckName(r.Name); err != nil {
		return nil, err
	}
	if len(m.scripts) > 0 {
		if err := r.load(ctx, m); err != nil {
			return nil, err
		}
	}
	r.declare(m)
	for _, f := range slices.Concat(m.scripts, m.templates) {
		r.Screen = append(r.Screen, screenOf(f)...)
	}
	if len(r.Scripts)+len(r.Fields) == 0 {
		return nil, fmt.Errorf("nothing of %s can be synced: there is no script that loads, and no field on pos.order or pos.order.line that Odoo's point of sale sends", strings.Join(o.Paths, ", "))
	}
	return r, r.write(m)
}

var notInNames = regexp.MustCompile(`[^a-z0-9._-]+`)

// nameOf makes an extension's name of a file's or a module's.
func nameOf(text string) string {
	name := notInNames.ReplaceAllString(strings.ToLower(text), "-")
	name = strings.Trim(name, "._-")
	return cmp.Or(name[:min(len(name), 64)], "imported")
}

// load runs the scripts, and takes the fields that are found.
func (r *Report) load(ctx context.Context, m *module) error {
	paths := make([]string, len(m.scripts))
	for i, f := range m.scripts {
		paths[i] = f.path
	}
	host, err := javascript.Load(ctx, javascript.Options{Paths: paths, Name: r.Name, Timeout: loadTime, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	d := host.Describe()
	for _, n := range d.Notes {
		switch n.Code {
		case notes.FileLeftOut:
			r.LeftOut = append(r.LeftOut, n)
		case notes.ScreenUsed, notes.StandIn:
			r.Screen = append(r.Screen, n)
		default:
			r.Notes = append(r.Notes, n)
		}
	}
	for _, f := range m.scripts {
		out := slices.ContainsFunc(r.LeftOut, func(n notes.Note) bool { return filepath.Clean(n.File) == filepath.Clean(f.path) })
		if !out {
			r.Scripts = append(r.Scripts, f.name)
		}
	}
	loose := wrongTypes(ctx, host, d)
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		for _, name := range protocol.SortedKeys(d.Fields[model]) {
			info := d.Fields[model][name]
			f := Field{Model: model, Field: name, Type: info.Type, Merge: info.Merge, Label: info.Label, OneWay: info.OneWay, edit: info.Edit}
			if loose[model][name] {
				f.Type = protocol.TypeAny
			}
			r.Fields = append(r.Fields, f)
		}
	}
	return host.Close()
}

// wrongTypes are fields that hooks export with a value of another type than was
// found, on a record that has none of them, as with Odoo's false for nothing: a
// manifest that names the type would refuse that value.
func wrongTypes(ctx context.Context, host extensions.Host, d extensions.Description) map[protocol.Model]map[protocol.Field]bool {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	order := &hooks.Snapshot{
		RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "order-1", Number: 1, Run: 1, State: protocol.Open, New: true, At: at, Tapped: at},
		Merged:     protocol.Fields{"partner_id": "7"},
	}
	fields := protocol.Fields{"product_id": "50", "qty": "2", "price_unit": "4.8"}
	order.Lines = func() []protocol.Line { return []protocol.Line{{ID: "line-1", N: 1, Fields: fields}} }
	line := *order
	line.Model, line.Line, line.N, line.Parent, line.Merged = protocol.ModelOrderline, "line-1", 1, order, fields
	wrong := map[protocol.Model]map[protocol.Field]bool{protocol.ModelOrder: {}, protocol.ModelOrderline: {}}
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	for _, record := range []*hooks.Snapshot{&line, order} {
		results, err := host.Run(ctx, &extensions.Batch{MultiSession: "import", Records: []hooks.Record{record}, Limit: loadTime})
		if err != nil || results[0].Err != nil {
			continue // it needs what isn't in this record; a till's values will tell
		}
		for name, info := range d.Fields[record.Model] {
			if v, has := results[0].Export[name]; has && !v.IsNull() && info.Check(v) != nil {
				wrong[record.Model][name] = true
			}
		}
	}
	return wrong
}

// declare takes what only Python declares.
func (r *Report) declare(m *module) {
	for _, d := range m.declared {
		known := slices.ContainsFunc(r.Fields, func(f Field) bool { return f.Model == d.Model && f.Field == d.Field })
		if known {
			continue
		}
		switch err := protocol.CheckFieldName(d.Model, d.Field); {
		case err != nil:
			d.Why = err.Error()
		case d.Why != "":
		case !m.sendsAll():
			d.Why = "no script of the module exports it, and an Odoo before 18 sends nothing else"
		default:
			r.Fields = append(r.Fields, Field{Model: d.Model, Field: d.Field, Type: d.Type, Merge: protocol.Last, Label: d.Label, Enum: d.Enum, Python: true, edit: true})
			continue
		}
		r.NotSynced = append(r.NotSynced, d)
	}
}

var errNoFiles = errors.New("name the module's folder, or its files: .js, .mjs, .ts, .py")
