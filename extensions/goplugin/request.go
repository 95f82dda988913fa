package goplugin

import (
	"context"
	"errors"

	"github.com/manytill/manytill/internal/pluginpb"
)

// request is one call of a plugin.
type request struct {
	pluginpb.RunRequest
	// handed are the lines of its orders that the plugin keeps; nil for an
	// order of which it keeps none.
	handed []*handed
}

// whole makes it hold all lines. What it was made of may have changed since;
// what was handed over hasn't.
func (r *request) whole(w *writer) {
	for i, h := range r.handed {
		if h != nil {
			o := r.Orders[i]
			o.Lines, o.Since, o.Gone = w.table(h.lines), 0, nil
		}
	}
}

// run asks the plugin; once more, with all lines, where it hasn't those that
// it was thought to have.
func (p *process) run(ctx context.Context, r *request) (*pluginpb.RunResponse, error) {
	response, err := p.once(ctx, &r.RunRequest)
	if err != nil || len(response.GetMissing()) == 0 {
		return response, err
	}
	r.whole(p.words)
	response, err = p.once(ctx, &r.RunRequest)
	if err == nil && len(response.GetMissing()) > 0 {
		return nil, errors.New("it misses lines that it was just sent")
	}
	return response, err
}

func (p *process) once(ctx context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	if p.stream != nil {
		return p.stream.run(ctx, r)
	}
	return p.rpc.Run(ctx, r)
}
