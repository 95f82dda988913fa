package javascript

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// probe finds out which fields an extension has, by running its hooks on
// records that nobody has.
type probe struct {
	ctx   context.Context
	host  *host
	first *runtime          // one that is loaded
	threw string            // by a probe of the model under way
	tried bool              // a probe of it came through
	wrote []string          // keys that the last probe exported, those without a value too
	spots map[string]string // where it wrote them
	// What the hooks read of their own accord in the last probe.
	init, apply []protocol.Field
}

// finding is what is known of one key of a model.
type finding struct {
	written   bool // exported in some probe, or by its text
	back      map[kind]bool
	read      bool   // by init or apply, in some probe or by their text
	applied   bool   // read by apply
	assigned  string // the hook, init or (rather) apply, whose text gives it a value
	stranger  bool   // a probe exported it, as something else than the base gives
	at        string // where it is written
	stays     bool   // apply doesn't take it over
	computed  bool   // apply makes something else of it
	unstable  bool   // the same record gave something else
	tried     bool   // a probe with a marker for it came through
	roundTrip bool
}

func newFinding() *finding { return &finding{back: map[kind]bool{}} }

// maxKeys an extension may have to do with, on a model.
const maxKeys = 1000

func (p *probe) describe(d extensions.Description, m *manifest.Manifest) (extensions.Description, error) {
	d.Hooks, d.NotTaken = map[protocol.Model]bool{}, map[protocol.Model][]protocol.Field{}
	d.Strangers = map[protocol.Model]map[protocol.Field]extensions.Stranger{}
	d.Fields = map[protocol.Model]map[protocol.Field]extensions.FieldInfo{}
	if m != nil {
		d.Manifest, d.Name, d.Version = true, m.Name, m.Version
		d.After, d.CanReject, d.Reads = m.After, m.CanReject, m.Reads
	}
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		d.Fields[model], d.Strangers[model] = map[protocol.Field]extensions.FieldInfo{}, map[protocol.Field]extensions.Stranger{}
		r, err := p.runtime()
		if err != nil {
			return d, err
		}
		hooked := slices.ContainsFunc(theHooks, func(hook string) bool { return r.overrides(model, hook) })
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
		if hooked {
			d.Notes = append(d.Notes, p.untried(model, found)...)
		}
		if m != nil {
			claimDeclared(&d, m, model, found)
		} else {
			claimFound(&d, model, found)
		}
	}
	d.Notes = append(d.Notes, p.payments()...)
	if len(d.Hooks) == 0 {
		d.Notes = append(d.Notes, "no hook was found: it defines none of init_from_JSON, apply_ms_data, export_as_JSON on Order or Orderline")
	}
	return d, nil
}

// payments notes keys that files write on payments: those are the core's.
func (p *probe) payments() (notes []string) {
	r, err := p.runtime()
	if err != nil {
		return nil
	}
	for _, key := range r.written(modelPayment) {
		if !slices.Contains([]string{"name", "statement_id", "account_id", "journal_id", "amount", "payment_method_id"}, key) {
			notes = append(notes, fmt.Sprintf("%.64s on payments isn't synced: payments are the core's, an extension has fields on orders and orderlines", key))
		}
	}
	return notes
}

// untried notes keys of which nothing could be found out, as every probe threw.
func (p *probe) untried(model protocol.Model, found map[string]*finding) []string {
	threw, tried := p.threw, p.tried
	p.threw, p.tried = "", false
	if tried || threw == "" {
		return nil
	}
	among := ""
	for _, key := range protocol.SortedKeys(found) {
		if found[key].written && !isReserved(model, key) {
			among = fmt.Sprintf(", %s among them", key)
			break
		}
	}
	return []string{fmt.Sprintf("the %s's fields could not be tried%s: with made-up records the hooks threw: %s", model, among, threw)}
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
func (p *probe) runtime() (*runtime, error) {
	if r := p.first; r != nil {
		return r, nil
	}
	r, err := p.host.fresh(p.ctx)
	p.first = r
	return r, err
}

// run runs the hooks on a probe. It fails only where time is up; what the
// hooks threw is in the result.
func (p *probe) run(record *hooks.Snapshot) (extensions.Result, error) {
	r, err := p.runtime()
	if err != nil {
		return extensions.Result{}, err
	}
	watch := watch(p.ctx, r.Runtime)
	r.byHook = map[string]*reads{protocol.HookInit: {}, protocol.HookApply: {}}
	result := r.run(record, nil)
	p.spots = map[string]string{}
	for _, key := range r.wrote {
		p.spots[key] = r.spots.of(r, record.Model, key)
	}
	p.wrote, p.init, p.apply = r.wrote, r.byHook[protocol.HookInit].keys, r.byHook[protocol.HookApply].keys
	if r.host.Get("again").ToBoolean() {
		p.init, p.apply = nil, nil // the host itself looked what was missing
	}
	cause := watch.stop()
	if result.Err != nil || cause != nil {
		p.first = nil
	}
	if cause != nil {
		return result, fmt.Errorf("probing its fields: %w", result.Err)
	}
	if result.Reject != "" {
		result.Err = fmt.Errorf("it rejected: %s", result.Reject)
	}
	if result.Err != nil && p.threw == "" {
		p.threw = result.Err.Error()
	}
	p.tried = p.tried || result.Err == nil
	return result, nil
}

// model finds the keys of one model: first which there may be, then what
// becomes of each.
func (p *probe) model(r *runtime, model protocol.Model, keys []string) (map[string]*finding, error) {
	found := map[string]*finding{}
	for _, key := range keys {
		found[key] = newFinding()
	}
	for _, key := range r.written(model) {
		if found[key] == nil {
			found[key] = newFinding()
		}
		found[key].written = true
	}
	takesOver := r.overrides(model, protocol.HookApply)
	texts := r.readIn(model)
	for _, key := range texts.init {
		if found[key] == nil {
			found[key] = newFinding()
		}
		found[key].read = true
	}
	for _, key := range texts.apply {
		if found[key] == nil {
			found[key] = newFinding()
		}
		found[key].read = true
	}
	if err := p.discover(model, found); err != nil {
		return nil, err
	}
	for known := -1; known < len(found); {
		known = len(found)
		for _, k := range kinds {
			if err := p.mark(model, found, k); err != nil {
				return nil, err
			}
		}
		if known > maxKeys {
			return nil, fmt.Errorf("its hooks read or write more than %d keys of an %s", maxKeys, model)
		}
	}
	for key, f := range found {
		f.settle()
		switch {
		case slices.Contains(texts.assigned[protocol.HookApply], key):
			f.assigned = protocol.HookApply
		case slices.Contains(texts.assigned[protocol.HookInit], key):
			f.assigned = protocol.HookInit
		}
	}
	if takesOver {
		return found, p.takeOver(model, found)
	}
	return found, nil
}

// discover looks which keys are read and written: without any, then with all
// that are known so far, until there are no more.
func (p *probe) discover(model protocol.Model, found map[string]*finding) error {
	for range 4 {
		result, err := p.run(probeRecord(model, nil, values(marked(model, found), kindText)))
		if err != nil {
			return err
		}
		if result.Err != nil {
			break
		}
		if !p.note(found, result) {
			break
		}
	}
	result, err := p.run(probeRecord(model, nil, nil))
	if err == nil {
		p.note(found, result)
	}
	return err
}

// note adds what a probe read and wrote, and reports whether that was new.
func (p *probe) note(found map[string]*finding, result extensions.Result) (more bool) {
	for _, key := range result.Read {
		if k := string(key); found[k] == nil && isKey(k) {
			found[k] = newFinding()
			more = true
		}
	}
	for _, read := range [][]protocol.Field{p.init, p.apply} {
		for _, key := range read {
			if f := found[string(key)]; f != nil {
				f.read = true
			}
		}
	}
	for _, key := range p.apply {
		if f := found[string(key)]; f != nil {
			f.applied = true
		}
	}
	for _, k := range p.wrote {
		if found[k] == nil {
			found[k] = newFinding()
			more = true
		}
		found[k].written = true
	}
	for _, d := range result.Dropped {
		if f := found[string(d.Field)]; f != nil && d.Why == "" {
			f.stranger = true
		}
	}
	for key, at := range p.spots {
		if f := found[key]; f != nil && f.at == "" {
			f.at = at
		}
	}
	return more
}

// isKey leaves out what is no field: what every object has, and our own words.
func isKey(key string) bool {
	return protocol.ValidID(key) && !strings.HasPrefix(key, "$") && !slices.Contains([]string{
		"constructor", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toJSON", "length", "then",
		"__proto__", "__esModule", "models",
	}, key)
}

// mark gives every key a marker of one kind and sees which come back. Where
// that throws, each key is tried alone.
func (p *probe) mark(model protocol.Model, found map[string]*finding, k kind) error {
	keys := marked(model, found)
	result, err := p.run(probeRecord(model, nil, values(keys, k)))
	if err != nil {
		return err
	}
	if result.Err == nil {
		p.note(found, result)
		for i, key := range keys {
			found[key].take(k, result.Export[protocol.Field(key)] == marker(k, i, 0))
		}
		if k != kindText && k != kindArray {
			return nil
		}
		again, err := p.run(probeRecord(model, nil, values(keys, k)))
		for _, key := range keys {
			if f := protocol.Field(key); err == nil && again.Err == nil && again.Export[f] != result.Export[f] {
				found[key].unstable = true
			}
		}
		return err
	}
	for i, key := range keys {
		value := marker(k, i, 0)
		result, err := p.run(probeRecord(model, nil, protocol.Fields{protocol.Field(key): value}))
		if err != nil {
			return err
		}
		if result.Err == nil {
			p.note(found, result)
			found[key].take(k, result.Export[protocol.Field(key)] == value)
		}
	}
	return nil
}

// take notes what came of one marker.
func (f *finding) take(k kind, back bool) {
	f.tried = true
	if back {
		f.back[k] = true
	}
}

// settle decides whether a key makes the round trip: a hook reads it, and it is
// exported. Markers that come back tell its type. A constant equals one of the
// booleans by chance: both must come back.
func (f *finding) settle() {
	if f.back[kindTrue] && f.back[kindFalse] {
		f.back[kindBool] = true
	}
	delete(f.back, kindTrue)
	delete(f.back, kindFalse)
	f.roundTrip = f.written && f.read && !f.unstable
}

// takeOver sees which keys apply_ms_data leaves alone: stored A, merged B,
// exported A.
func (p *probe) takeOver(model protocol.Model, found map[string]*finding) error {
	keys := marked(model, found)
	stored, merged := protocol.Fields{}, protocol.Fields{}
	for i, key := range keys {
		k, ok := found[key].kind()
		if !ok {
			k = kindText
		}
		if found[key].written {
			stored[protocol.Field(key)], merged[protocol.Field(key)] = marker(k, i, 0), marker(k, i, 1)
		}
	}
	result, err := p.run(probeRecord(model, stored, merged))
	if err != nil {
		return err
	}
	if result.Err == nil {
		p.note(found, result)
		for field := range stored {
			found[string(field)].taken(result.Export[field], stored[field], merged[field])
		}
		return nil
	}
	for field := range stored {
		one, other := protocol.Fields{field: stored[field]}, protocol.Fields{field: merged[field]}
		result, err := p.run(probeRecord(model, one, other))
		if err != nil {
			return err
		}
		if result.Err == nil {
			p.note(found, result)
			found[string(field)].taken(result.Export[field], stored[field], merged[field])
		}
	}
	return nil
}

// taken notes what apply_ms_data made of a key.
func (f *finding) taken(export, stored, merged protocol.Value) {
	f.stays = !f.applied && export == stored
	f.computed = !f.applied && export != stored && export != merged
}

var probedAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// probeRecord is a record as sales have them, with these fields of the
// extension's. stored is nil for a new one.
func probeRecord(model protocol.Model, stored, merged protocol.Fields) *hooks.Snapshot {
	line := protocol.Fields{"product_id": "1", "qty": "2", "price_unit": "1000", "discount": "0", "tax_ids": "[1]"}
	head := hooks.RecordHead{Model: protocol.ModelOrder, Order: "probe", Number: 1, Run: 1, New: stored == nil, At: probedAt, Seed: 1}
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
