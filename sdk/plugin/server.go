package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/status"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
)

// server answers the server's calls, several at once.
type server struct {
	pluginpb.UnimplementedExtensionServer
	extension Extension
	opened    atomic.Pointer[opened]
}

// opened is what came of an Open: a server that comes later begins anew.
type opened struct {
	hooks *runner.Set
	lines lines
	kept  pluginpb.Storages
}

func newServer(e Extension) *server {
	s := &server{extension: e}
	s.opened.Store(&opened{hooks: e.hooks()})
	return s
}

// Open takes the settings and says what the extension is.
func (s *server) Open(_ context.Context, r *pluginpb.OpenRequest) (*pluginpb.OpenResponse, error) {
	hooks := s.extension.hooks()
	hooks.Readable = map[protocol.Model]map[protocol.Field]bool{}
	for model, keys := range r.GetReadable() {
		readable := map[protocol.Field]bool{}
		for _, key := range keys.GetKeys() {
			readable[protocol.Field(key)] = true
		}
		hooks.Readable[protocol.Model(model)] = readable
	}
	fields := typesOf(r.GetFields())
	hooks.Own = map[protocol.Model]map[protocol.Field]protocol.Type{protocol.ModelOrder: fields[protocol.ModelOrder], protocol.ModelOrderline: fields[protocol.ModelOrderline]}
	hooks.Lines = r.GetLines()
	hooks.Stores, hooks.Effects = r.GetStores(), r.GetEffects()
	s.opened.Store(&opened{hooks: hooks})
	response := &pluginpb.OpenResponse{Name: s.extension.Name, Version: s.extension.Version, KeepsLines: true, KeepsStorage: true, DoesEffects: s.extension.Effect != nil}
	for _, model := range hooks.Models() {
		response.Models = append(response.Models, string(model))
	}
	for _, model := range hooks.Migrating() {
		response.Migrates = append(response.Migrates, string(model))
	}
	err := hooks.CheckFields(fields)
	if err == nil {
		err = s.checkEffects(hooks)
	}
	if err == nil {
		err = hooks.CheckSchema(int(r.GetSchema()))
	}
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

func typesOf(sent map[string]*pluginpb.Types) map[protocol.Model]map[protocol.Field]protocol.Type {
	fields := map[protocol.Model]map[protocol.Field]protocol.Type{}
	for model, types := range sent {
		fields[protocol.Model(model)] = map[protocol.Field]protocol.Type{}
		for f, kind := range types.GetTypes() {
			fields[protocol.Model(model)][protocol.Field(f)] = protocol.Type(kind)
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
	settings := protocol.Fields{}
	if config != "" {
		if err := protocol.Value(config).Decode(&settings); err != nil {
			return fmt.Errorf("its settings are no JSON object: %w", err)
		}
	}
	return s.extension.Configure(runner.NewRecord(settings))
}

// Run runs the hooks on the records of a wave, one after the other.
func (s *server) Run(_ context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	opened := s.opened.Load()
	orders, missing := opened.orders(r.GetOrders())
	storages, kept := opened.kept.Of(r.GetStorages())
	if len(missing) > 0 || !kept {
		return &pluginpb.RunResponse{Missing: missing, StorageMissing: !kept}, nil
	}
	response := &pluginpb.RunResponse{Results: make([]*pluginpb.Result, len(r.GetRecords()))}
	for i, record := range r.GetRecords() {
		at := int(record.GetOrder())
		if at < 0 || at >= len(orders) {
			return nil, fmt.Errorf("record %d is of order %d of %d", i, at, len(orders))
		}
		of := record.Snapshot(orders[at].record)
		of.Storage = record.Find(storages)
		response.Results[i] = run(opened.hooks, of, orders[at].lines)
	}
	if r.GetMeasure() {
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		response.Allocated = memory.TotalAlloc
	}
	return response, nil
}

// order is what the records of an order have in common.
type order struct {
	record *hooks.Snapshot
	lines  []*runner.Line // nil: they weren't handed over
}

// orders reads them. missing are the places of those whose lines aren't kept.
func (o *opened) orders(sent []*pluginpb.Order) (orders []order, missing []int32) {
	orders = make([]order, len(sent))
	for i, s := range sent {
		orders[i].record = s.Snapshot()
		if !s.GetHasLines() {
			continue
		}
		lines, ok := o.lines.of(s)
		if !ok {
			missing = append(missing, int32(i))
		}
		orders[i].lines = lines
	}
	return orders, missing
}

// Do does an effect.
func (s *server) Do(ctx context.Context, r *pluginpb.DoRequest) (*pluginpb.DoResponse, error) {
	if s.extension.Effect == nil {
		return &pluginpb.DoResponse{Error: "it does no effects: set Effect of plugin.Extension"}, nil
	}
	e := sdk.Effect{
		ID: r.GetId(), MultiSession: protocol.MultiSessionID(r.GetMultiSession()), Order: protocol.OrderID(r.GetOrder()),
		Name: r.GetEffect().GetName(), Key: r.GetEffect().GetKey(), Data: protocol.Value(r.GetEffect().GetData()),
	}
	var result sdk.Result
	err := runner.Safely(func() (err error) {
		result, err = s.extension.Effect(ctx, e)
		return err
	})
	if err != nil {
		tellPanic(err)
		if ctx.Err() != nil { // nobody waits for its words
			return nil, status.FromContextError(ctx.Err()).Err()
		}
		return &pluginpb.DoResponse{Error: pluginpb.Cut(err.Error())}, nil
	}
	return &pluginpb.DoResponse{Result: string(result)}, nil
}

func (s *server) checkEffects(set *runner.Set) error {
	if s.extension.Effect != nil && len(set.Effects) == 0 {
		return errors.New("its program does effects, and extension.yaml describes none: write effects: {NAME: {}} there")
	}
	return set.CheckEffects()
}

// panics are those whose stack was printed: once is enough.
var panics sync.Map

func run(set *runner.Set, r *hooks.Snapshot, lines []*runner.Line) *pluginpb.Result {
	if (r.Model == protocol.ModelOrder && set.Order == nil) || (r.Model != protocol.ModelOrder && set.Orderline == nil) {
		return &pluginpb.Result{Error: "it has no hooks on the model " + string(r.Model)}
	}
	began := time.Now()
	result := set.Run(r, lines)
	result.Took = time.Since(began)
	tellPanic(result.Err)
	return pluginpb.NewResult(&result)
}

func tellPanic(err error) {
	var panicked *runner.Panic
	if errors.As(err, &panicked) {
		if _, printed := panics.LoadOrStore(panicked.Error(), true); !printed {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, panicked.Stack)
		}
	}
}
