package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/javascript/internal/vm"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/trial"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// probe runs hooks on records that nobody has.
type probe struct {
	ctx   context.Context
	fresh func(context.Context) (*vm.Runtime, error)
	first *vm.Runtime // one that is loaded
	threw error       // of a probe of the model under way
	// screen are looks at what only a page has, by model.
	screen map[protocol.Model][]vm.Look
	tried  bool // a probe of it came through
	// ofOrder are the keys that lines' hooks read of their order.
	ofOrder []protocol.Field
}

// Describe adds to a description which hooks there are, and which fields. first
// is a runtime that is loaded, fresh loads another. It ends with ctx. The
// runtimes that were probed do no work: what their code keeps is of made-up
// records.
func Describe(ctx context.Context, first *vm.Runtime, fresh func(context.Context) (*vm.Runtime, error), d extensions.Description, m *manifest.Manifest) (extensions.Description, error) {
	p := &probe{ctx: ctx, fresh: fresh, first: first, screen: map[protocol.Model][]vm.Look{}}
	d.Hooks, d.NotTaken = map[protocol.Model]bool{}, map[protocol.Model][]protocol.Field{}
	d.Strangers = map[protocol.Model]map[protocol.Field]extensions.Stranger{}
	d.Fields = map[protocol.Model]map[protocol.Field]extensions.FieldInfo{}
	d.Uses, d.HooksAt = map[protocol.Model]map[protocol.Field]extensions.Use{}, map[protocol.Model]map[string]notes.Place{}
	if m != nil {
		d.Manifest, d.Name, d.Version = true, m.Name, m.Version
		d.After, d.CanReject, d.Reads, d.Writes, d.Lines = m.After, m.CanReject, m.Reads, m.Writes, m.Lines
		d.StorageKeys, d.Effects, d.SchemaVersion = m.Storage.Keys(), m.EffectSpecs(), m.SchemaVersion
	}
	migrates := map[protocol.Model]bool{}
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		d.Fields[model], d.Strangers[model] = map[protocol.Field]extensions.FieldInfo{}, map[protocol.Field]extensions.Stranger{}
		r, err := p.runtime()
		if err != nil {
			return d, err
		}
		if r.Overrides(model, protocol.HookMigrate) {
			migrates[model] = true
		}
		hooked := slices.ContainsFunc(vm.HookNames, func(hook string) bool { return r.Overrides(model, hook) })
		if hooked {
			d.Hooks[model] = true
		}
		found := map[string]*finding{}
		if hooked {
			found, err = p.model(r, model, declared(m, model))
		}
		if err != nil {
			return d, err
		}
		if hooked || migrates[model] && r.Migrates() {
			d.Notes = append(d.Notes, textNotes(r, model, d.CanReject)...)
		}
		if hooked {
			d.Notes = append(d.Notes, p.untried(model, found)...)
		}
		d.HooksAt[model], d.Uses[model] = hooksAt(r, model), map[protocol.Field]extensions.Use{}
		for key, f := range found {
			f.use.Export, f.use.At = f.written, f.at
			d.Uses[model][protocol.Field(key)] = f.use
		}
		if m != nil {
			claimDeclared(&d, m, model, found)
		} else {
			claimFound(&d, model, found)
		}
	}
	if err := p.migrating(&d, m, migrates); err != nil {
		return d, err
	}
	d.SetReadsOfOrder(p.ofOrder)
	d.Screen = p.screenNotes()
	d.Notes = append(d.Notes, p.payments()...)
	d.Notes = append(d.Notes, p.neverTold(len(d.Effects) > 0)...)
	if len(d.Hooks)+len(d.Migrates) == 0 {
		d.Notes = append(d.Notes, notes.Note{Code: notes.NoHook, Place: notes.Place{File: first.File()}, Message: "no hook was found: it defines none of init_from_JSON, apply_ms_data, export_as_JSON on Order or Orderline"})
	}
	return d, nil
}

// screenNotes are on hooks that look at what only a page has; the first tell
// enough.
func (p *probe) screenNotes() (found []notes.Note) {
	for _, model := range protocol.SortedKeys(p.screen) {
		for _, look := range p.screen[model][:min(len(p.screen[model]), 5)] {
			found = append(found, notes.Note{
				Code: notes.ScreenUsed, Place: look.At, Model: model, Hook: look.Hook,
				Message: fmt.Sprintf("%s looks at %s: a page may have it, the server has a stand-in that means nothing", look.Hook, look.Path),
			})
		}
	}
	return found
}

// payments notes keys that files write on payments: those are the core's.
func (p *probe) payments() (found []notes.Note) {
	r, err := p.runtime()
	if err != nil {
		return nil
	}
	keys, _ := written(r, vm.ModelPayment)
	for _, key := range keys {
		if !slices.Contains([]string{"name", "statement_id", "account_id", "journal_id", "amount", "payment_method_id"}, key) {
			found = append(found, notes.Note{
				Code: notes.PaymentField, Place: givenAt(r, vm.ModelPayment, key), Hook: protocol.HookExport,
				Message: fmt.Sprintf("%.64s on payments isn't synced: payments are the core's, an extension has fields on orders and orderlines", key),
			})
		}
	}
	return found
}

// neverTold notes where effect_result isn't called.
func (p *probe) neverTold(effects bool) (found []notes.Note) {
	r, err := p.runtime()
	if err != nil {
		return nil
	}
	if !effects && r.Overrides(protocol.ModelOrder, protocol.HookResult) {
		found = append(found, notes.Note{Code: notes.NeverCalled, Model: protocol.ModelOrder, Hook: protocol.HookResult, Message: "effect_result is never called: no effects are described in a manifest"})
	}
	if r.Overrides(protocol.ModelOrderline, protocol.HookResult) {
		found = append(found, notes.Note{Code: notes.NeverCalled, Model: protocol.ModelOrderline, Hook: protocol.HookResult, Message: "effect_result on Orderline is never called: effects are orders'"})
	}
	return found
}

// migrating holds the models that have a migrate against the manifest's schema.
func (p *probe) migrating(d *extensions.Description, m *manifest.Manifest, models map[protocol.Model]bool) error {
	r, err := p.runtime()
	if err != nil {
		return err
	}
	switch {
	case d.SchemaVersion > 1 && len(models) == 0:
		failures := []error{&notes.Failure{Note: notes.Note{
			Code: notes.NoMigrate, Place: m.Place("schema"),
			Message: fmt.Sprintf("the manifest says schema: %d, and neither Order nor Orderline has a migrate(fields, from)", d.SchemaVersion),
		}}}
		for _, missed := range r.MigrateMissed(notes.Misspelt) {
			failures = append(failures, &notes.Failure{Note: missed})
		}
		return errors.Join(failures...)
	case d.SchemaVersion > 1:
		d.Migrates = models
		for model := range models {
			for _, missed := range r.MigrateMissed(notes.NoFunction) {
				if _, known := d.HooksAt[model][protocol.HookMigrate]; !known {
					d.HooksAt[model][protocol.HookMigrate] = missed.Place
				}
			}
		}
		return nil
	}
	for _, model := range protocol.SortedKeys(models) {
		note := notes.Note{Code: notes.MigrateUnused, Model: model, Hook: protocol.HookMigrate, Message: "migrate is never called: no manifest raises the schema (schema: 2)"}
		for _, text := range r.Texts(model, protocol.HookMigrate) {
			note.Place = r.Find(text, 0)
		}
		d.Notes = append(d.Notes, note)
	}
	return nil
}

// untried notes keys of which nothing could be found out, as every probe threw.
func (p *probe) untried(model protocol.Model, found map[string]*finding) []notes.Note {
	threw, tried := p.threw, p.tried
	p.threw, p.tried = nil, false
	if tried || threw == nil {
		return nil
	}
	among := ""
	for _, key := range protocol.SortedKeys(found) {
		if found[key].written && !vm.IsReserved(model, key) {
			among = fmt.Sprintf(", %s among them", key)
			break
		}
	}
	note := notes.Note{Code: notes.Throws, Model: model}
	words := threw.Error()
	if failed := notes.Failures(threw); len(failed) > 0 {
		note.Code, note.Place, words = failed[0].Code, failed[0].Place, failed[0].Message
	}
	var hook *hooks.HookError
	if errors.As(threw, &hook) {
		note.Hook = hook.Hook
		words = hook.Hook + ": " + strings.TrimPrefix(words, hook.Hook+": ")
	}
	note.Message = fmt.Sprintf("the %s's fields could not be tried%s: with made-up records the hooks threw: %s", model, among, words)
	return []notes.Note{note}
}

func declared(m *manifest.Manifest, model protocol.Model) []string {
	if m == nil {
		return nil
	}
	var keys []string
	for _, field := range protocol.SortedKeys(m.Fields[model]) {
		keys = append(keys, string(field))
	}
	return keys
}

// runtime is a fresh one, or the one that is at hand.
func (p *probe) runtime() (*vm.Runtime, error) {
	if r := p.first; r != nil {
		return r, nil
	}
	r, err := p.fresh(p.ctx)
	p.first = r
	return r, err
}

// run runs the hooks on a probe. It fails only where time is up; what the
// hooks threw is in the result.
func (p *probe) run(record *hooks.Snapshot) (vm.Seen, error) {
	r, err := p.runtime()
	if err != nil {
		return vm.Seen{}, err
	}
	watch := harden.Watch(p.ctx, r.Runtime)
	seen := r.Probe(record)
	cause := watch.Stop()
	p.ofOrder = append(p.ofOrder, seen.ReadOfOrder...)
	for _, look := range seen.Screen {
		if !slices.ContainsFunc(p.screen[record.Model], func(l vm.Look) bool { return l.At == look.At }) {
			p.screen[record.Model] = append(p.screen[record.Model], look)
		}
	}
	if seen.Err != nil || cause != nil {
		p.first = nil
	}
	if cause != nil {
		return seen, fmt.Errorf("probing its fields: %w", seen.Err)
	}
	if seen.Reject != "" {
		seen.Err = fmt.Errorf("it rejected: %s", seen.Reject)
	}
	if seen.Err != nil && p.threw == nil {
		p.threw = seen.Err
	}
	p.tried = p.tried || seen.Err == nil
	return seen, nil
}

var probedAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// probeRecord is a record as sales have them, with these fields of the
// extension's. stored is nil for a new one.
func probeRecord(model protocol.Model, stored, merged protocol.Fields) *hooks.Snapshot {
	line := protocol.Fields{"product_id": "1", "qty": "2", "price_unit": "1000", "discount": "0", "tax_ids": "[1]", protocol.FieldMSInfo: trial.SoldBy}
	head := hooks.RecordHead{Model: protocol.ModelOrder, Order: "probe", Number: 1, Run: 1, State: protocol.Open, New: stored == nil, At: probedAt, Seed: 1, Tapped: probedAt, Mutation: "probe/1"}
	order := &hooks.Snapshot{RecordHead: head, Merged: protocol.Fields{}}
	record := order
	if model == protocol.ModelOrderline {
		head.Model, head.Line, head.N, head.Number, head.Run = model, "probe-1", 1, 0, 0
		record = &hooks.Snapshot{RecordHead: head, Merged: line, Parent: order}
		line = with(line, merged)
	}
	if stored != nil {
		record.Stored = with(record.Merged, stored)
	}
	record.Merged = with(record.Merged, merged)
	order.Lines = func() []protocol.Line { return []protocol.Line{{ID: "probe-1", N: 1, Fields: line}} }
	record.Lines = order.Lines
	return record
}

func with(base, more protocol.Fields) protocol.Fields {
	fields := protocol.Fields{}
	for _, from := range []protocol.Fields{base, more} {
		for key, value := range from {
			fields[key] = value
		}
	}
	return fields
}
