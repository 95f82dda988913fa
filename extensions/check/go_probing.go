package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/check/internal/gosource"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// patience is how long a hook may take on a made-up record before it counts as one
// that never returns: a busy machine has to manage in that time.
const patience = 5 * time.Second

// probing runs a program's hooks on made-up records. It is for one goroutine.
type probing struct {
	host  extensions.Host
	d     extensions.Description
	again func() (extensions.Host, error) // starts another one
	r     *Report
	at    *places
	read  map[protocol.Model]map[protocol.Field]bool // what any run has read
	ended bool                                       // the process ended or hung: there is nothing more to learn
}

func newProbing(host extensions.Host, r *Report, at *places) *probing {
	return &probing{host: host, d: host.Describe(), r: r, at: at, read: map[protocol.Model]map[protocol.Field]bool{}}
}

// change is one change of a made-up record.
type change struct {
	model          protocol.Model
	order          protocol.OrderID
	stored, merged protocol.Fields // of the extension's own fields; stored nil: a new record
	lines          int
	state          protocol.State
	at             time.Time
	seed           uint64
	outcome        *hooks.Outcome
	// what it is, for people; legal: each value is one that the manifest lets a till
	// set.
	what  string
	legal bool
}

// noon is when changes are made and tapped.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (p *probing) change(model protocol.Model, what string) change {
	return change{model: model, order: "order-1", lines: 2, state: protocol.Open, at: noon, seed: 1, what: what, legal: true, merged: protocol.Fields{}, stored: protocol.Fields{}}
}

// snapshot is the record, whole: with the core's fields that a sale has.
func (p *probing) snapshot(c *change) *hooks.Snapshot {
	head := hooks.RecordHead{
		Model: protocol.ModelOrder, Order: c.order, Number: 12, Run: 3, State: c.state, New: c.stored == nil, At: c.at, Seed: c.seed, Tapped: noon,
		Mutation: "client-1/7", Outcome: c.outcome,
	}
	if p.d.StorageKeys > 0 {
		head.Storage = &hooks.Stored{MaxKeys: p.d.StorageKeys}
	}
	lines := make([]protocol.Line, c.lines)
	for i := range lines {
		lines[i] = protocol.Line{ID: protocol.LineID("line-" + strconv.Itoa(i+1)), N: i + 1, Fields: lineFields(nil)}
	}
	of := &hooks.Snapshot{RecordHead: head, Lines: func() []protocol.Line { return lines }}
	of.Payments = []protocol.Payment{{NewPayment: protocol.NewPayment{ID: "payment-1", Method: "cash", Amount: "19.2"}, At: protocol.FormatTime(noon)}}
	if c.state == protocol.Open {
		of.Payments = nil
	}
	if c.model == protocol.ModelOrder {
		of.Merged = orderFields(c.merged)
		if c.stored != nil {
			of.Stored = orderFields(c.stored)
		}
		return of
	}
	of.Merged, of.Stored, of.New = orderFields(nil), orderFields(nil), false
	line := *of
	line.Model, line.Line, line.N, line.New, line.Parent = protocol.ModelOrderline, "line-1", 1, c.stored == nil, of
	line.Merged, line.Stored = lineFields(c.merged), nil
	if c.stored != nil {
		line.Stored = lineFields(c.stored)
	}
	return &line
}

func orderFields(own protocol.Fields) protocol.Fields {
	return with(protocol.Fields{"partner_id": "7", "pricelist_id": "1"}, own)
}

func lineFields(own protocol.Fields) protocol.Fields {
	return with(protocol.Fields{"product_id": "50", "qty": "2", "price_unit": "4.8", "discount": "0", "tax_ids": "[1,2]"}, own)
}

func with(fields, more protocol.Fields) protocol.Fields {
	for f, v := range more {
		fields[f] = v
	}
	return fields
}

// run runs the hooks on one change. What fails is a finding, and ok is false then.
func (p *probing) run(ctx context.Context, c change) (result hooks.Result, ok bool) {
	if p.ended || ctx.Err() != nil {
		return hooks.Result{}, false
	}
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	batch := &extensions.Batch{MultiSession: "check", Records: []hooks.Record{p.snapshot(&c)}, Limit: patience}
	results, err := p.host.Run(within, batch)
	switch {
	case ctx.Err() != nil:
		return hooks.Result{}, false
	case err != nil:
		p.gone(&c, err)
		return hooks.Result{}, false
	case results[0].Err != nil:
		p.failed(&c, results[0].Err)
		return hooks.Result{}, false
	}
	result = results[0]
	p.taken(&c, &result)
	if result.Reject != "" && !p.d.CanReject {
		p.find(notes.Note{Code: notes.NotDeclared, Model: c.model, Hook: result.RejectHook, Message: fmt.Sprintf("a hook refuses a change (%q), and extension.yaml doesn't say can_reject: true", result.Reject)})
	}
	return result, result.Reject == ""
}

// gone: the whole call failed, and most likely the process with it.
func (p *probing) gone(c *change, err error) {
	p.ended = true
	words := err.Error()
	n := notes.Note{Code: notes.EndsProcess, Model: c.model, Message: "on " + c.what + ": " + words}
	switch {
	case errors.Is(err, context.DeadlineExceeded), strings.Contains(words, "it hangs"):
		n.Code, n.Message = notes.Hangs, fmt.Sprintf("on %s the hooks were still running after %s", c.what, patience)
	case strings.Contains(words, "memory"):
		n.Code = notes.Stopped
	case strings.Contains(words, "panic: "):
		n.Code = notes.Panics
	}
	p.find(n)
}

var (
	hookFirst  = regexp.MustCompile(`^(init_from_JSON|apply_ms_data|export_as_JSON|effect_result): `)
	placeFirst = regexp.MustCompile(`^([^ :]+\.go):(\d+): `)
)

// failures are what a hook's error says, and which code that is.
var failures = []struct {
	words string
	code  notes.Code
}{
	{"panic: ", notes.Panics},
	{"handed over", notes.NotHandedOver},
	{"Get needs a pointer", notes.GetNoPointer},
	{"can be written", notes.SetOnInput},
	{"extension.yaml", notes.NotDeclared},
	{"doesn't fit into", notes.TooNarrow},
}

// failed: a hook returned an error or panicked.
func (p *probing) failed(c *change, err error) {
	words, hook := err.Error(), ""
	if found := hookFirst.FindStringSubmatch(words); found != nil {
		hook, words = found[1], words[len(found[0]):]
	}
	n := notes.Note{Code: notes.Throws, Model: c.model, Hook: hook}
	if found := placeFirst.FindStringSubmatch(words); found != nil {
		n.Line, _ = strconv.Atoi(found[2])
		n.File, words = p.at.file(found[1]), words[len(found[0]):]
	}
	for _, f := range failures {
		if strings.Contains(words, f.words) {
			n.Code = f.code
			break
		}
	}
	if n.Code == notes.TooNarrow {
		if !c.legal {
			return // what no till can set may fail
		}
		field, _, _ := strings.Cut(words, ":")
		n.Field = protocol.Field(field)
	}
	n.Message = fmt.Sprintf("on %s a hook fails: %s", c.what, words)
	p.find(n)
}

// taken: what of an export a server would leave out.
func (p *probing) taken(c *change, result *hooks.Result) {
	if p.read[c.model] == nil {
		p.read[c.model] = map[protocol.Field]bool{}
	}
	for _, f := range result.Read {
		p.read[c.model][f] = true
	}
	for _, d := range result.Dropped {
		code := cmp.Or(notes.Code(d.Code), notes.NotTaken)
		p.find(notes.Note{Code: code, Model: c.model, Field: d.Field, Hook: d.Hook, Place: p.at.parse(d.At), Message: fmt.Sprintf("%s %s", d.Field, d.Why)})
	}
	merged := p.snapshot(c).MergedFields()
	for _, f := range protocol.SortedKeys(result.Export) {
		v := result.Export[f]
		n := notes.Note{Model: c.model, Field: f, Hook: protocol.HookExport, Place: p.at.parse(result.At[f])}
		info, own := p.d.Fields[c.model][f]
		switch {
		case own && v != protocol.Null && info.Check(v) != nil:
			n.Code, n.Message = notes.WrongType, fmt.Sprintf("%s is exported as %.60s on %s, and it %v", f, v, c.what, info.Check(v))
		case own, slices.Contains(p.d.Writes[c.model], f), v == merged[f], slices.Contains(protocol.RecordKeys(c.model), f):
			continue
		case slices.Contains(protocol.WritableFields(c.model), f):
			n.Code, n.Message = notes.CoreField, fmt.Sprintf("the core's field %s is exported as another value, and extension.yaml doesn't say writes: {%s: [%s]}", f, c.model, f)
		case protocol.IsCoreField(c.model, f):
			n.Code, n.Message = notes.CoreField, fmt.Sprintf("the core's field %s is exported as another value: it isn't taken", f)
		default:
			n.Code, n.Message = notes.Undeclared, fmt.Sprintf("%s is exported, and extension.yaml has no such field of the %s", f, c.model)
		}
		p.find(n)
	}
}

// find takes a finding, unless the same is known: sources have a better place.
func (p *probing) find(n notes.Note) {
	if n.Line == 0 {
		n.Place = p.at.of(n)
	}
	known := func(f Finding) bool {
		return f.Code == n.Code && (n.Field == "" || f.Field == n.Field || f.Field == "") && (n.Line == 0 || f.Line == 0 || f.Place == n.Place || n.Code != notes.Panics)
	}
	if !slices.ContainsFunc(p.r.Findings, known) {
		p.r.add(n)
	}
}

// places knows where things stand in the sources and in the manifest.
type places struct {
	manifest *manifest.Manifest
	dir      string
	found    *gosource.Findings // nil: there are no sources
}

// of is where a finding belongs: where the field is given, else where the hook
// stands, else in the manifest.
func (p *places) of(n notes.Note) notes.Place {
	if p.found != nil {
		if use := p.found.Uses[n.Model][n.Field]; use != nil {
			return use.At
		}
		for _, hook := range []string{n.Hook, protocol.HookApply, protocol.HookInit, protocol.HookExport} {
			if at, is := p.found.Hooks[n.Model][hook]; is {
				return at
			}
		}
	}
	if n.Field != "" {
		return p.manifest.Place("fields", string(n.Model), string(n.Field))
	}
	return p.manifest.Place("exec")
}

// parse reads a place as a program tells it: file:line, or a member of a struct.
func (p *places) parse(text string) (at notes.Place) {
	name, line, is := strings.Cut(text, ":")
	if n, err := strconv.Atoi(line); is && err == nil {
		at.File, at.Line = p.file(name), n
	}
	return at
}

// file is a source by its name, which is all that a program tells of it.
func (p *places) file(name string) string {
	if p.found != nil {
		for _, file := range p.found.Files {
			if filepath.Base(file) == name {
				return file
			}
		}
	}
	return gosource.Shown(filepath.Join(p.dir, name))
}
