package extensions

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Host runs the hooks of one extension. Chain calls it from several goroutines
// at once.
type Host interface {
	// Describe says what the extension is. It doesn't change.
	Describe() Description
	// Run runs the three hooks on each record and answers for each, in the
	// same order: one call an extension and wave. It returns when ctx ends at
	// the latest; what was not answered by then has ctx's error. An error of
	// Run itself is of every record.
	Run(ctx context.Context, batch *Batch) ([]hooks.Result, error)
	// Close ends it. Runs under way may fail.
	Close() error
}

// Doer is a Host that does its extension's effects itself, as a Go plugin does.
// The effects of another have a URL (hooks.EffectSpec), which the server calls.
type Doer interface {
	// Do does one effect, and gives its result, which is JSON; id is its
	// idempotency key. It waits for no hook, and no hook waits for it. It returns
	// when ctx ends, or the effect's timeout, at the latest. After an error nobody
	// knows whether it was done: it is to be tried again, with the same id.
	Do(ctx context.Context, id string, at hooks.EffectAddress, data protocol.Value) (protocol.Value, error)
}

// FieldsAlone is the host of an extension that only declares fields: no hook, no
// process.
func FieldsAlone(d Description) Host { return fieldsAlone{d} }

type fieldsAlone struct{ of Description }

func (f fieldsAlone) Describe() Description { return f.of }
func (f fieldsAlone) Close() error          { return nil }

// Run is never called, as there is no hook.
func (f fieldsAlone) Run(_ context.Context, batch *Batch) ([]hooks.Result, error) {
	return make([]hooks.Result, len(batch.Records)), nil
}

// ErrBusy marks a call that ran out of time without having had its share of
// CPU time: the machine was busy, and the extension did no wrong.
var ErrBusy = errors.New("the machine was busy")

// ErrUnasked marks a call that the extension's process was not there for: it
// was still at other orders, or is being started again. No failure of its own.
var ErrUnasked = errors.New("the extension could not be asked")

// ErrCostly marks a failure that held or ended the extension's process, and so
// was at the cost of all other orders.
var ErrCostly = errors.New("it took the extension's process along")

// Description is what a host found out about its extension: from its manifest,
// or by probing.
type Description struct {
	Name    string
	Version string
	Fields  map[protocol.Model]map[protocol.Field]FieldInfo
	// Reads are keys of the core or of other extensions that the hooks may
	// read; nil means that they are watched (hooks.Result.Read).
	Reads map[protocol.Model][]protocol.Field
	// OnlyReads: hooks are handed what Reads names and their own fields, and of an
	// order's lines or a line's order nothing where Reads names nothing of it.
	OnlyReads bool
	// ReadsOfOrder are keys of its order that a line's hooks may read; nil where
	// none are known of. More may come (Result.ReadOfOrder).
	ReadsOfOrder []protocol.Field
	// Writes are the core's fields that its hooks may give a value: see
	// protocol.WritableFields.
	Writes map[protocol.Model][]protocol.Field
	// StorageKeys is how many keys its storage may have; 0: it declares none.
	StorageKeys int
	// Lines: the hooks of orders put lines of their own.
	Lines bool
	// Effects are those that its manifest describes, by name.
	Effects map[string]hooks.EffectSpec
	// SchemaVersion is that of its fields; 1 where nothing is said. Migrates says on which
	// models it makes those of an earlier one its own; elsewhere they are the same.
	SchemaVersion int
	Migrates      map[protocol.Model]bool
	// Hooks says on which models any hook is defined. Without one no code runs.
	Hooks map[protocol.Model]bool
	After []string
	// CanReject: Reject without it is an error.
	CanReject bool
	// Manifest: there is one, so its fields are claimed for certain.
	Manifest bool
	// Browser is the JavaScript for /v1/extensions.js; nil for none.
	Browser []byte
	// Notes are what the operator should read: keys that were found and not
	// claimed, for example.
	Notes []notes.Note
	// Dropped are values that hooks handed over when they were tried, and that
	// can't be taken: Chain tells of them.
	Dropped []hooks.Dropped
	// Screen are notes for its vendor, not for an operator: where hooks looked at
	// what only a page has.
	Screen []notes.Note
	// Tried are values of fields with which the hooks were tried and work.
	Tried map[protocol.Model]protocol.Fields
	// Uses are which hooks have to do with a field, and HooksAt where hooks stand,
	// where a host knows.
	Uses    map[protocol.Model]map[protocol.Field]Use
	HooksAt map[protocol.Model]map[string]notes.Place
	// NotTaken are fields of which Notes already say that what hooks export
	// isn't taken.
	NotTaken map[protocol.Model][]protocol.Field
	// Strangers are keys that are exported and are no fields of its own, as
	// found when it was loaded. Whose they are Chain knows, and tells.
	Strangers map[protocol.Model]map[protocol.Field]Stranger
}

// Schema are its fields as a server's schema has them.
func (d *Description) Schema() *protocol.Schema {
	specs := func(model protocol.Model) map[protocol.Field]protocol.FieldSpec {
		all := map[protocol.Field]protocol.FieldSpec{}
		for name, info := range d.Fields[model] {
			all[name] = info.FieldSpec
		}
		return all
	}
	return &protocol.Schema{Order: specs(protocol.ModelOrder), Orderline: specs(protocol.ModelOrderline)}
}

// SetReadsOfOrder makes ReadsOfOrder what is declared, and what a line's hooks
// were found to read of their order.
func (d *Description) SetReadsOfOrder(found []protocol.Field) {
	if !d.Hooks[protocol.ModelOrderline] {
		return
	}
	all := slices.Concat(d.Reads[protocol.ModelOrder], found)
	all = slices.DeleteFunc(all, func(f protocol.Field) bool { return !hooks.RunsLines(f) })
	slices.Sort(all)
	d.ReadsOfOrder = slices.Clip(slices.Compact(all))
	if len(all) == 0 {
		d.ReadsOfOrder = nil
	}
}

// Use is which hooks have to do with a field: init and apply read it, export gives
// it.
type Use struct {
	Init, Apply, Export bool
	At                  notes.Place // where export gives it
}

// Stranger is how a key that isn't an extension's own was found.
type Stranger struct {
	// Odoos: the name is one that Odoo's own classes export.
	Odoos bool
	At    notes.Place // in the vendor's file, where that is known
}

// FieldInfo is a field of an extension's.
type FieldInfo struct {
	protocol.FieldSpec
	// OneWay: exported, but not restored by init; merged by its rule and
	// never overwritten by the hook, unless it is Derived.
	OneWay bool
	// NotTakenOver: apply_ms_data leaves it alone, so that on an existing
	// record the hook's value never replaces the merged one.
	NotTakenOver bool
}

// Batch is the records of one wave that one extension runs on: lines before
// their orders.
type Batch struct {
	MultiSession protocol.MultiSessionID
	Records      []hooks.Record
	// Limit is how long the call may take, for words: what the operator set, or
	// what the chain has left. 0 where it isn't known; the context decides.
	Limit time.Duration
}
