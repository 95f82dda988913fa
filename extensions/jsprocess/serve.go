package jsprocess

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk/protocol"
)

// Serve is the whole of the process: it returns when the server is done with
// it.
func Serve() error {
	if !pluginpb.Started() {
		return errors.New("this is for the server, which starts it for each JavaScript extension")
	}
	// On one processor a hook that loops would keep what interrupts it waiting.
	runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0)))
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	pluginpb.Serve(&server{log: log})
	return nil
}

// server answers the server's calls, several at once.
type server struct {
	pluginpb.UnimplementedExtensionServer
	log  *slog.Logger
	host atomic.Value // an extensions.Host, once it is loaded
	kept pluginpb.Storages
}

// Open loads the extension and says what it is.
func (s *server) Open(ctx context.Context, r *pluginpb.OpenRequest) (*pluginpb.OpenResponse, error) {
	host, err := s.load(ctx, r.GetLoad())
	if err != nil {
		return &pluginpb.OpenResponse{Error: err.Error()}, nil
	}
	description, err := json.Marshal(host.Describe())
	if err != nil {
		return nil, err
	}
	s.host.Store(host)
	return &pluginpb.OpenResponse{Description: description, KeepsStorage: true}, nil
}

func (s *server) load(ctx context.Context, text []byte) (extensions.Host, error) {
	var told load
	if err := json.Unmarshal(text, &told); err != nil {
		return nil, err
	}
	// The rest is the program itself and what the system counts besides.
	debug.SetMemoryLimit(int64(told.Memory / 10 * 6))
	o := javascript.Options{Paths: told.Paths, Config: told.Config, Memory: told.Memory, Log: s.log}
	if told.Manifest != "" {
		m, err := manifest.Load(told.Manifest)
		if err != nil {
			return nil, err
		}
		o.Manifest = m
	}
	host, err := javascript.Load(ctx, o)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "extension "+javascript.NameOf(o)+": "))
	}
	return host, nil
}

// Run runs the hooks on the records of a wave.
func (s *server) Run(ctx context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	host, loaded := s.host.Load().(extensions.Host)
	if !loaded {
		return nil, errors.New("it was asked before it was opened")
	}
	if within := r.GetWithin(); within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(within))
		defer cancel()
	}
	storages, ok := s.kept.Of(r.GetStorages())
	if !ok {
		return &pluginpb.RunResponse{StorageMissing: true}, nil
	}
	in := &incoming{storages: storages}
	batch, err := in.batch(r)
	if err != nil {
		return nil, err
	}
	batch.Limit = time.Duration(r.GetLimit())
	results, err := host.Run(ctx, batch)
	if in.wanted.Load() {
		return &pluginpb.RunResponse{LinesWanted: true}, nil
	}
	response := &pluginpb.RunResponse{Results: make([]*pluginpb.Result, len(batch.Records))}
	for i := range response.Results {
		if err != nil {
			response.Results[i] = outgoing(&hooks.Result{Err: err})
			continue
		}
		response.Results[i] = outgoing(&results[i])
	}
	return response, nil
}

// incoming is what a call brings.
type incoming struct {
	// wanted: a hook looked at lines that weren't sent.
	wanted   atomic.Bool
	storages []*hooks.Stored
}

func (in *incoming) batch(r *pluginpb.RunRequest) (*extensions.Batch, error) {
	orders := make([]*hooks.Snapshot, len(r.GetOrders()))
	for i, o := range r.GetOrders() {
		orders[i] = in.order(o)
	}
	b := &extensions.Batch{Records: make([]hooks.Record, len(r.GetRecords()))}
	for i, sent := range r.GetRecords() {
		at := int(sent.GetOrder())
		if at < 0 || at >= len(orders) {
			return nil, fmt.Errorf("record %d is of order %d of %d", i, at, len(orders))
		}
		record := sent.Snapshot(orders[at])
		record.Storage = sent.Find(in.storages)
		b.Records[i] = record
	}
	return b, nil
}

// order is what an order's own record and those of its lines have in common.
func (in *incoming) order(o *pluginpb.Order) *hooks.Snapshot {
	r := o.Snapshot()
	var read []protocol.Line
	r.Lines = func() []protocol.Line {
		if !o.GetHasLines() {
			in.wanted.Store(true)
		} else if read == nil {
			read = linesOf(o.GetLines())
		}
		return read
	}
	return r
}

// linesOf reads whole lines.
func linesOf(sent *pluginpb.Lines) []protocol.Line {
	ids, ns, values := sent.GetIds(), sent.GetNs(), sent.GetValues()
	lines := make([]protocol.Line, min(len(ids), len(ns), len(values)))
	for i := range lines {
		lines[i] = protocol.Line{ID: protocol.LineID(ids[i]), N: int(ns[i]), Fields: protocol.Fields{}}
		_ = protocol.Value(values[i]).Decode(&lines[i].Fields)
	}
	return lines
}

func outgoing(result *hooks.Result) *pluginpb.Result {
	r := pluginpb.NewResult(result)
	switch err := result.Err; {
	case errors.Is(err, extensions.ErrBusy):
		r.Kind = pluginpb.KindBusy
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		r.Kind = pluginpb.KindTime
	}
	return r
}
