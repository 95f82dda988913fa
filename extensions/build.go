package extensions

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Entry is one enabled extension, as the operator configured it.
type Entry struct {
	Host Host
	// Source is where it came from, for messages.
	Source  string
	OnError OnError       // "" is merge
	Timeout time.Duration // of one call; 0 is 50 ms
	// Doer does its effects; nil: its host, where that does them itself.
	Doer Doer
	// Shadow is a new version that runs beside it without effect; nil: none. It is
	// closed with the chain.
	Shadow *Shadow
	// Hide are texts that no record of a run may have: its settings.
	Hide []string
	// Yield are fields found by probing that it leaves to another.
	Yield []protocol.Field
}

// Options are the same for every extension.
type Options struct {
	// Budget is the time of a whole chain for a wave; 0 is half a second.
	Budget time.Duration
	// Known are the fields of every extension that was ever enabled: those of
	// a disabled one go on syncing. nil is none.
	Known *Known
	// Recording notes runs of hooks; nil: nobody does.
	Recording *Recording
	trial     bool // nothing is suspended
	Now       func() time.Time
	Log       *slog.Logger
}

// DefaultTimeout is how long a call of an extension may take, unless the operator
// says so.
const DefaultTimeout = 50 * time.Millisecond

const defaultBudget = 500 * time.Millisecond

// Build checks entries and makes a chain of them: who owns which field, and
// who runs after whom. On an error the hosts stay open; they are the caller's.
func Build(entries []Entry, o Options) (*Chain, error) {
	c := &Chain{budget: o.Budget, now: o.Now, generation: generations.Add(1)}
	c.ending, c.giveUp = context.WithCancel(context.Background())
	var longest time.Duration
	for _, e := range entries {
		l := newLink(e, o)
		longest += l.timeout
		c.links = append(c.links, l)
	}
	if c.budget == 0 {
		c.budget = max(defaultBudget, longest)
	}
	owners, err := claim(c.links, entries)
	if err != nil {
		return nil, err
	}
	if c.links, err = sorted(c.links, owners); err != nil {
		return nil, err
	}
	hideLines(c.links)
	c.schemas = schemasOf(c.links, o.Known)
	c.schema = schemaOf(c.links, o.Known, c.schemas)
	for _, l := range c.links {
		l.noteReads(c.schema)
		c.noteTried(l)
		c.noteRest(l)
	}
	c.publish()
	return c, nil
}

// noteReads tells the operator of declared reads that don't exist: a typing
// error, or an extension that isn't enabled.
func (l *link) noteReads(schema *protocol.Schema) {
	for _, model := range protocol.SortedKeys(l.Reads) {
		fields := schema.Order
		if model == protocol.ModelOrderline {
			fields = schema.Orderline
		}
		for _, f := range l.Reads[model] {
			if _, known := fields[f]; known || slices.Contains(protocol.RecordKeys(model), f) {
				continue
			}
			l.Notes = append(slices.Clip(l.Notes), notes.Note{
				Code: notes.ReadsNobodys, Model: model, Field: f,
				Message: fmt.Sprintf("it reads the %s field %s, which neither the core nor an extension has", model, f),
				Fix:     "is the name right, and is the extension that owns it enabled?",
			})
			l.log.Warn("an extension reads a field that doesn't exist", "extension", l.Name, "model", model, "field", f)
		}
	}
}

func newLink(e Entry, o Options) *link {
	l := &link{
		Description: e.Host.Describe(), host: e.Host, onError: e.OnError, timeout: e.Timeout,
		doer: e.Doer, health: &health{patient: o.trial}, log: o.Log, watched: map[protocol.Model]map[protocol.Field]bool{},
		recording: o.Recording, hide: e.Hide, shadow: e.Shadow,
	}
	l.handed, l.SchemaVersion = l.hands(), max(1, l.SchemaVersion)
	if l.onError == "" {
		l.onError = OnErrorMerge
	}
	if itself, does := e.Host.(Doer); l.doer == nil && does {
		l.doer = itself
	}
	if l.timeout == 0 {
		l.timeout = DefaultTimeout
	}
	for _, note := range l.Notes {
		o.Log.Info("a note on an extension", "extension", l.Name, "note", note.String(), "code", note.Code)
	}
	return l
}

type owned struct {
	model protocol.Model
	field protocol.Field
}

// claim gives each field to one extension.
func claim(links []*link, entries []Entry) (map[owned]*link, error) {
	owners, writers := map[owned]*link{}, map[owned]*link{}
	names := map[string]string{}
	var problems claims
	for i, l := range links {
		if other, taken := names[l.Name]; taken {
			problems.add("", "", "%s and %s are both named %s; names are unique in a server", other, entries[i].Source, l.Name)
		}
		names[l.Name] = entries[i].Source
		l.Fields = yielded(l.Fields, entries[i].Yield)
		for _, model := range protocol.SortedKeys(l.Writes) {
			for _, f := range l.Writes[model] {
				if other := writers[owned{model, f}]; other != nil {
					problems.add(model, f, "%s and %s both write the %s field %s, which has one writer: disable one of them", other.Name, l.Name, model, f)
				}
				writers[owned{model, f}] = l
			}
		}
		for model, fields := range l.Fields {
			for _, f := range protocol.SortedKeys(fields) {
				if protocol.IsCoreField(model, f) {
					problems.add(model, f, "%s claims the %s field %s, which is the core's", l.Name, model, f)
					continue
				}
				other := owners[owned{model, f}]
				if other == nil {
					owners[owned{model, f}] = l
					continue
				}
				problems.add(model, f, "%s and %s both claim the %s field %s%s", other.Name, l.Name, model, f, wayOut(other, l, f))
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return owners, nil
}

// claims is why extensions can't run together.
type claims []notes.Note

func (c *claims) add(model protocol.Model, f protocol.Field, format string, values ...any) {
	*c = append(*c, notes.Note{Code: notes.Collision, Model: model, Field: f, Message: fmt.Sprintf(format, values...)})
}

func (c claims) Error() string { return strings.Join(notes.Words(c), "; ") }

// Unwrap gives each as a failure of its own.
func (c claims) Unwrap() (all []error) {
	for _, n := range c {
		all = append(all, &notes.Failure{Note: n})
	}
	return all
}

func wayOut(a, b *link, f protocol.Field) string {
	for _, l := range []*link{b, a} {
		if !l.Manifest {
			return fmt.Sprintf("; write yield: [%s] at %s to leave it to the other", f, l.Name)
		}
	}
	return "; rename it in one of their manifests"
}

func yielded(fields map[protocol.Model]map[protocol.Field]FieldInfo, yield []protocol.Field) map[protocol.Model]map[protocol.Field]FieldInfo {
	kept := map[protocol.Model]map[protocol.Field]FieldInfo{}
	for model, of := range fields {
		kept[model] = map[protocol.Field]FieldInfo{}
		for f, info := range of {
			if !slices.Contains(yield, f) {
				kept[model][f] = info
			}
		}
	}
	return kept
}

// sorted puts the links in an order in which each comes after those that it
// names, and after the owners of what it reads; ties by the config's order.
func sorted(links []*link, owners map[owned]*link) ([]*link, error) {
	before := map[*link][]*link{}
	byName := map[string]*link{}
	for _, l := range links {
		byName[l.Name] = l
	}
	for _, l := range links {
		for _, name := range l.After {
			other, known := byName[name]
			if !known {
				return nil, fmt.Errorf("%s runs after %s, which isn't enabled", l.Name, name)
			}
			before[l] = append(before[l], other)
		}
		for model, fields := range l.Reads {
			for _, f := range fields {
				if owner := owners[owned{model, f}]; owner != nil && owner != l {
					before[l] = append(before[l], owner)
				}
			}
		}
	}
	var order []*link
	for len(order) < len(links) {
		i := slices.IndexFunc(links, func(l *link) bool {
			return !slices.Contains(order, l) && !slices.ContainsFunc(before[l], func(b *link) bool { return !slices.Contains(order, b) })
		})
		if i < 0 {
			return nil, fmt.Errorf("these extensions wait for each other: %s", strings.Join(waiting(links, order), ", "))
		}
		order = append(order, links[i])
	}
	return order, nil
}

func waiting(links, order []*link) (names []string) {
	for _, l := range links {
		if !slices.Contains(order, l) {
			names = append(names, l.Name)
		}
	}
	return names
}

func schemaOf(links []*link, known *Known, schemas *hooks.Schemas) *protocol.Schema {
	schema := protocol.CoreSchema()
	if known != nil && known.Schema != nil {
		keep(schema.Order, known.Order, protocol.ModelOrder, schemas)
		keep(schema.Orderline, known.Orderline, protocol.ModelOrderline, schemas)
	}
	for _, l := range links {
		for model, fields := range l.Fields {
			into := schema.Order
			if model == protocol.ModelOrderline {
				into = schema.Orderline
			}
			for f, info := range fields {
				spec := info.FieldSpec
				spec.Owner = l.Name
				into[f] = spec
			}
		}
	}
	return schema
}

// keep goes on with fields whose extension may be disabled now. Those that its schema
// of now has no more people don't edit.
func keep(fields, known map[protocol.Field]protocol.FieldSpec, model protocol.Model, schemas *hooks.Schemas) {
	for f, spec := range known {
		spec.Edit = spec.Edit && (schemas == nil || schemas.Of(model, f) >= schemas.Now(spec.Owner))
		if _, core := fields[f]; !core {
			fields[f] = spec
		}
	}
}

// publish makes what browsers load, and its ETag.
func (c *Chain) publish() {
	sum := sha256.New()
	for _, l := range c.links {
		fmt.Fprintf(sum, "%s %s %d %v\n", l.Name, l.Version, l.SchemaVersion, l.Fields)
		sum.Write(l.Browser)
		if l.Browser != nil {
			c.browser = append(append(c.browser, l.Browser...), '\n')
		}
	}
	if c.browser == nil {
		c.browser = []byte("// No extension is for browsers.\n")
	}
	c.etag = `"` + hex.EncodeToString(sum.Sum(nil)[:8]) + `"`
}
