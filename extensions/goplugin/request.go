package goplugin

import (
	"context"
	"fmt"

	"github.com/manytill/manytill/internal/pluginpb"
)

// request is one call of a plugin.
type request struct {
	pluginpb.RunRequest
	// handed are the lines of its orders that the plugin keeps; nil for an
	// order of which it keeps none.
	handed   []*handed
	storages []handedStorage
}

// whole makes it hold all lines and storages. What it was made of may have changed since;
// what was handed over hasn't.
func (r *request) whole(w *writer) {
	for i, h := range r.handed {
		if h != nil {
			o := r.Orders[i]
			o.Lines, o.Since, o.Gone = w.table(h.lines), 0, nil
		}
	}
	for i, h := range r.storages {
		s := r.Storages[i]
		s.Entries, s.Since = pluginpb.EntriesOf(h.kept.Storage.All()), 0
	}
}

// run asks the plugin; once more, with all, where it hasn't the lines or storages
// that it was thought to have.
func (p *process) run(ctx context.Context, r *request) (*pluginpb.RunResponse, error) {
	response, err := p.once(ctx, &r.RunRequest)
	if err != nil || !misses(response) {
		return response, err
	}
	r.whole(p.words)
	response, err = p.once(ctx, &r.RunRequest)
	if err == nil && misses(response) {
		what := "lines"
		if response.GetStorageMissing() {
			what = "storage"
		}
		return nil, fmt.Errorf("it misses %s that it was just sent", what)
	}
	return response, err
}

func misses(r *pluginpb.RunResponse) bool { return len(r.GetMissing()) > 0 || r.GetStorageMissing() }

func (p *process) once(ctx context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	if p.stream != nil {
		return p.stream.run(ctx, r)
	}
	return p.rpc.Run(ctx, r)
}
