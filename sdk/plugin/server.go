package plugin

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
)

// server answers the server's calls, several at once.
type server struct {
	pluginpb.UnimplementedExtensionServer
	extension Extension
	opened    atomic.Pointer[opened]
}

// opened is what came of an Open: a server that comes later begins anew.
type opened struct {
	hooks *sdk.HookSet
	lines lines
}

func newServer(e Extension) *server {
	s := &server{extension: e}
	s.opened.Store(&opened{hooks: e.hooks()})
	return s
}

// Open takes the settings and says what the extension is.
func (s *server) Open(_ context.Context, r *pluginpb.OpenRequest) (*pluginpb.OpenResponse, error) {
	hooks := s.extension.hooks()
	hooks.Readable = map[sdk.Model]map[sdk.Field]bool{}
	for model, keys := range r.GetReadable() {
		readable := map[sdk.Field]bool{}
		for _, key := range keys.GetKeys() {
			readable[sdk.Field(key)] = true
		}
		hooks.Readable[sdk.Model(model)] = readable
	}
	fields := typesOf(r.GetFields())
	hooks.Own = map[sdk.Model]map[sdk.Field]sdk.Type{sdk.ModelOrder: fields[sdk.ModelOrder], sdk.ModelOrderline: fields[sdk.ModelOrderline]}
	s.opened.Store(&opened{hooks: hooks})
	response := &pluginpb.OpenResponse{Name: s.extension.Name, Version: s.extension.Version, KeepsLines: true}
	for _, model := range hooks.Models() {
		response.Models = append(response.Models, string(model))
	}
	err := hooks.CheckFields(fields)
	if err == nil {
		if err = s.configure(r.GetConfig()); err != nil {
			err = fmt.Errorf("it can't work with its config: %w", err)
		}
	}
	if err != nil {
		response.Error = err.Error()
	}
	return response, nil
}

func typesOf(sent map[string]*pluginpb.Types) map[sdk.Model]map[sdk.Field]sdk.Type {
	fields := map[sdk.Model]map[sdk.Field]sdk.Type{}
	for model, types := range sent {
		fields[sdk.Model(model)] = map[sdk.Field]sdk.Type{}
		for f, kind := range types.GetTypes() {
			fields[sdk.Model(model)][sdk.Field(f)] = sdk.Type(kind)
		}
	}
	return fields
}

func (s *server) configure(config string) (err error) {
	if s.extension.Configure == nil {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in Configure: %v", p)
		}
	}()
	settings := sdk.Fields{}
	if config != "" {
		if err := sdk.Value(config).Decode(&settings); err != nil {
			return fmt.Errorf("its settings are no JSON object: %w", err)
		}
	}
	return s.extension.Configure(sdk.NewRecord(settings))
}

// Run runs the hooks on the records of a wave, one after the other.
func (s *server) Run(_ context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	opened := s.opened.Load()
	orders, missing := opened.orders(r.GetOrders())
	if len(missing) > 0 {
		return &pluginpb.RunResponse{Missing: missing}, nil
	}
	response := &pluginpb.RunResponse{Results: make([]*pluginpb.Result, len(r.GetRecords()))}
	for i, record := range r.GetRecords() {
		at := int(record.GetOrder())
		if at < 0 || at >= len(orders) {
			return nil, fmt.Errorf("record %d is of order %d of %d", i, at, len(orders))
		}
		response.Results[i] = run(opened.hooks, record, orders[at])
	}
	return response, nil
}

// orders reads them. missing are the places of those whose lines aren't kept.
func (o *opened) orders(sent []*pluginpb.Order) (orders []*sdk.HookOrder, missing []int32) {
	orders = make([]*sdk.HookOrder, len(sent))
	for i, order := range sent {
		orders[i] = orderOf(order)
		if !order.GetHasLines() {
			continue
		}
		lines, ok := o.lines.of(o.hooks, order)
		if !ok {
			missing = append(missing, int32(i))
		}
		orders[i].Ready = lines
	}
	return orders, missing
}

func orderOf(o *pluginpb.Order) *sdk.HookOrder {
	return &sdk.HookOrder{
		ID: sdk.OrderID(o.GetId()), Number: sdk.Number(o.GetNumber()), Run: sdk.Run(o.GetRun()),
		Fields: pluginpb.FieldsOf(o.GetFields()), Payments: pluginpb.PaymentsOf(o),
	}
}

// panics are those whose stack was printed: once is enough.
var panics sync.Map

func run(hooks *sdk.HookSet, r *pluginpb.Record, order *sdk.HookOrder) *pluginpb.Result {
	model := sdk.Model(r.GetModel())
	if (model == sdk.ModelOrder && hooks.Order == nil) || (model != sdk.ModelOrder && hooks.Orderline == nil) {
		return &pluginpb.Result{Error: "it has no hooks on the model " + r.GetModel()}
	}
	result := hooks.Run(&sdk.HookRecord{
		Model: model, Order: order, Line: sdk.LineID(r.GetLine()), N: int(r.GetN()), New: r.GetNew(),
		Stored: pluginpb.FieldsOf(r.GetStored()), Merged: pluginpb.FieldsOf(r.GetMerged()), At: time.Unix(0, r.GetAt()).UTC(), Seed: r.GetSeed(),
	})
	if result.Err != nil {
		if _, printed := panics.LoadOrStore(result.Err.Error(), true); !printed && result.Stack != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", result.Err, result.Stack)
		}
		return &pluginpb.Result{Error: pluginpb.Cut(result.Err.Error()), Hook: result.Hook}
	}
	answer := &pluginpb.Result{Reject: pluginpb.Cut(result.Reject), Hook: result.Hook}
	answer.Took(result.Export, result.Read, result.Dropped, result.At)
	return answer
}
