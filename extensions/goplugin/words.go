package goplugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk/protocol"
)

// readable are the keys that the hooks of a model are handed: its own fields
// and what its manifest reads. A model of which no reads are declared: all.
func (o *Options) readable() map[string]*pluginpb.Keys {
	all := map[string]*pluginpb.Keys{}
	for model, reads := range o.Description.Reads {
		keys := &pluginpb.Keys{}
		for _, f := range reads {
			keys.Keys = append(keys.Keys, string(f))
		}
		for f := range o.Description.Fields[model] {
			keys.Keys = append(keys.Keys, string(f))
		}
		all[string(model)] = keys
	}
	return all
}

// fields are its own, with their types.
func (o *Options) fields() map[string]*pluginpb.Types {
	all := map[string]*pluginpb.Types{}
	for model, fields := range o.Description.Fields {
		types := &pluginpb.Types{Types: map[string]string{}}
		for f, info := range fields {
			types.Types[string(f)] = string(info.Type)
		}
		all[string(model)] = types
	}
	return all
}

// effects are the names of those that its manifest describes.
func (o *Options) effects() []string { return protocol.SortedKeys(o.Description.Effects) }

// writer writes batches as the plugin reads them. It is never changed, but for
// wanted.
type writer struct {
	keys  map[protocol.Model]map[protocol.Field]bool // nil for a model: all
	lines bool
	// What of a line is handed over with its order.
	fieldsOfLines []protocol.Field
	ofLines       []string
	order         bool // the order's own fields for the hooks of its lines
	whole         bool // lines go as they are, once the hooks looked at any
	wanted        atomic.Bool
	memory        *memory        // nil for a plugin that keeps no lines
	storage       *storageMemory // nil for one that has no storage, or was built before there was any
}

func newWriter(o *Options) *writer {
	w := &writer{keys: map[protocol.Model]map[protocol.Field]bool{}}
	for model, keys := range o.readable() {
		set := map[protocol.Field]bool{}
		for _, key := range keys.Keys {
			set[protocol.Field(key)] = true
		}
		w.keys[protocol.Model(model)] = set
	}
	for f := range w.keys[protocol.ModelOrderline] {
		if !protocol.IsKeyMT(f) { // those go with the order
			w.fieldsOfLines = append(w.fieldsOfLines, f)
		}
	}
	slices.Sort(w.fieldsOfLines)
	for _, f := range w.fieldsOfLines {
		w.ofLines = append(w.ofLines, string(f))
	}
	w.lines = len(o.Description.Reads[protocol.ModelOrderline]) > 0
	w.order = len(o.Description.Reads[protocol.ModelOrder]) > 0
	if o.Own != nil {
		w.keys, w.order, w.whole = nil, true, true
	}
	return w
}

// request is one call for several askers.
func (w *writer) request(asks []*ask) *request {
	records := 0
	for _, a := range asks {
		records += len(a.batch.Records)
	}
	r := &request{RunRequest: pluginpb.RunRequest{
		Records: make([]*pluginpb.Record, 0, records), Orders: make([]*pluginpb.Order, 0, records),
	}}
	for _, a := range asks {
		w.add(r, a.batch)
	}
	return r
}

func (w *writer) add(request *request, b *extensions.Batch) {
	places := make(map[protocol.OrderID]int32, len(b.Records))
	for _, r := range b.Records {
		head := r.Head()
		place, known := places[head.Order]
		if !known {
			place = int32(len(request.Orders))
			places[head.Order] = place
			order := w.orderOf(r)
			request.Orders = append(request.Orders, order)
			request.handed = append(request.handed, w.linesOf(order, orderKey{b.MultiSession, head.Order}, r))
		}
		record := &pluginpb.Record{
			Model: string(head.Model), Order: place, Line: string(head.Line), N: int64(head.N), New: head.New,
			Stored: w.fields(head.Model, r.StoredFields()), Merged: w.fields(head.Model, r.MergedFields()), At: head.At.UnixNano(), Seed: head.Seed, From: int32(head.From),
			Storage: w.storageOf(request, b.MultiSession, head.Storage),
		}
		if head.From > 0 {
			record.Merged = flat(r.MergedFields(), nil)
		}
		if o := head.Outcome; o != nil {
			record.Outcome = &pluginpb.Outcome{Name: o.Name, Key: o.Key, Result: string(o.Result)}
		}
		request.Records = append(request.Records, record)
	}
}

func (w *writer) orderOf(r hooks.Record) *pluginpb.Order {
	head := r.Head()
	order := &pluginpb.Order{
		Id: string(head.Order), Number: int64(head.Number), Run: int64(head.Run),
		State: string(head.State), Tapped: head.Tapped.UnixNano(), Mutation: head.Mutation,
	}
	if of := r.OrderRecord(); w.order && of != nil {
		order.HasFields, order.Fields = true, w.fields(protocol.ModelOrder, of.MergedFields())
	}
	payments := r.OrderPayments()
	for i := range payments {
		p := &payments[i]
		sent := &pluginpb.Payment{
			Id: string(p.ID), Method: p.Method, Amount: string(p.Amount), Offline: p.Offline, Ref: p.Ref, Needs: string(p.Needs), At: p.At,
		}
		if p.By != nil {
			sent.By = string(p.By.JSON())
		}
		order.Payments = append(order.Payments, sent)
	}
	return order
}

// fields are those that the plugin may read, flat: name, value, name, value.
func (w *writer) fields(model protocol.Model, fields protocol.Fields) []string {
	return flat(fields, w.keys[model])
}

// flat are fields with these keys; nil: with all.
func flat(fields protocol.Fields, keys map[protocol.Field]bool) []string {
	list := make([]string, 0, 2*len(fields))
	for f, v := range fields {
		if keys == nil || keys[f] {
			list = append(list, string(f), string(v))
		}
	}
	return list
}

// resultOf reads what is answered for a record. What a plugin says is taken
// with care: it may be anything.
func resultOf(r *pluginpb.Result) hooks.Result {
	result := answerOf(r)
	result.Took = max(0, time.Duration(r.GetTook()))
	result.LookedAt = r.GetLookedAt()
	return result
}

func answerOf(r *pluginpb.Result) hooks.Result {
	if r.GetError() != "" {
		return failed(r.GetHook(), errorOf(r))
	}
	export := r.GetExport()
	if len(export)%2 != 0 {
		return failed(protocol.HookExport, errors.New("it gave a name without a value"))
	}
	result := hooks.Result{Reject: r.GetReject(), RejectHook: short(r.GetHook()), RejectAt: short(r.GetRejectAt()), Export: make(protocol.Fields, len(export)/2)}
	for i := 0; i < len(export); i += 2 {
		v, err := protocol.ParseValue([]byte(export[i+1]))
		if err != nil {
			return failed(protocol.HookExport, fmt.Errorf("%s: %w", export[i], err))
		}
		result.Export[protocol.Field(export[i])] = v
	}
	left, err := leftOf(r)
	if err != nil {
		return failed("", err)
	}
	result.Left = left
	if result.Effects, err = effectsOf(r); err != nil {
		return failed("", err)
	}
	for _, f := range r.GetRead() {
		result.Read = append(result.Read, protocol.Field(f))
	}
	for _, put := range r.GetLines() {
		result.Lines = append(result.Lines, hooks.PutLine{Key: put.GetKey(), Fields: pluginpb.FieldsOf(put.GetFields())})
	}
	for _, f := range r.GetReadOfOrder() {
		result.ReadOfOrder = append(result.ReadOfOrder, protocol.Field(f))
	}
	for _, d := range r.GetDropped() {
		result.Dropped = append(result.Dropped, hooks.Dropped{
			Code: short(d.GetCode()), Model: modelOf(d.GetModel()), Field: protocol.Field(short(d.GetField())), Hook: short(d.GetHook()), Why: short(d.GetWhy()), Detail: short(d.GetDetail()), At: short(d.GetAt()),
		})
	}
	for at := r.GetAt(); len(at) > 1; at = at[2:] {
		if result.At == nil {
			result.At = map[protocol.Field]string{}
		}
		result.At[protocol.Field(at[0])] = short(at[1])
	}
	return result
}

// errorOf is a failure as the chain knows it.
func errorOf(r *pluginpb.Result) error {
	switch r.GetKind() {
	case pluginpb.KindTime:
		return &toldError{r.GetError(), []error{context.DeadlineExceeded}}
	case pluginpb.KindBusy:
		return &toldError{r.GetError(), []error{extensions.ErrBusy, context.DeadlineExceeded}}
	}
	return errors.New(r.GetError())
}

// toldError is an error that the process told of, and what kinds it is.
type toldError struct {
	words string
	kinds []error
}

func (e *toldError) Error() string   { return e.words }
func (e *toldError) Unwrap() []error { return e.kinds }

// short is a plugin's words for a note.
func short(words string) string {
	const most = 300
	if len(words) <= most {
		return words
	}
	return strings.ToValidUTF8(words[:most], "") + "…"
}

// modelOf is one that there is; "" is the record's.
func modelOf(model string) protocol.Model {
	if m := protocol.Model(model); m == protocol.ModelOrder || m == protocol.ModelOrderline {
		return m
	}
	return ""
}

func failed(hook string, err error) hooks.Result {
	return hooks.Result{Err: &hooks.HookError{Hook: hook, Err: err}}
}
