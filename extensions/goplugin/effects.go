package goplugin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk/protocol"
)

var _ extensions.Doer = (*Host)(nil)

const effectTimeout = 30 * time.Second

// Do implements [extensions.Doer]. A call of it is no call of hooks: it goes by
// another way, and a plugin that takes long over it isn't killed.
func (h *Host) Do(ctx context.Context, id string, at hooks.EffectAddress, data protocol.Value) (protocol.Value, error) {
	spec, known := h.description.Effects[at.Name]
	if !known || spec.URL != "" {
		return "", fmt.Errorf("%s is no effect that the extension's program does", at.Name)
	}
	timeout := cmp.Or(spec.Timeout, effectTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	p, err := h.process(ctx)
	if err != nil {
		return "", err
	}
	response, err := p.rpc.Do(ctx, &pluginpb.DoRequest{
		Id: id, MultiSession: string(at.MultiSession), Order: string(at.Order),
		Effect: &pluginpb.Effect{Name: at.Name, Key: at.Key, Data: string(data)},
	})
	switch {
	case err == nil:
		return resultOfEffect(response)
	case errors.Is(ctx.Err(), context.DeadlineExceeded), status.Code(err) == codes.DeadlineExceeded: // the caller's, too, is of the same timeout
		return "", fmt.Errorf("it took longer than %s: timeout of the effect in extension.yaml gives it more", timeout)
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case status.Code(err) == codes.ResourceExhausted:
		return "", errLargeResult
	case status.Code(err) == codes.Unavailable && p.child != nil && p.ended(100*time.Millisecond):
		return "", p.why()
	}
	return "", fmt.Errorf("it gave no answer: %w", err)
}

var errLargeResult = fmt.Errorf("its result is larger than %d bytes: give what the order needs to know", hooks.EffectBytes)

// resultOfEffect reads what is answered, which may be anything.
func resultOfEffect(r *pluginpb.DoResponse) (protocol.Value, error) {
	if words := r.GetError(); words != "" {
		return "", errors.New(pluginpb.Cut(words))
	}
	if r.GetResult() == "" {
		return protocol.Null, nil
	}
	result, err := protocol.ParseValue([]byte(r.GetResult()))
	switch {
	case err != nil:
		return "", fmt.Errorf("its result isn't JSON: %w", err)
	case len(result) > hooks.EffectBytes:
		return "", errLargeResult
	}
	return result, nil
}

// effectsOf reads what the hooks want done.
func effectsOf(r *pluginpb.Result) (effects []hooks.Effect, err error) {
	if len(r.GetEffects()) > hooks.EffectsMost {
		return nil, fmt.Errorf("it wants %d effects in one run, and may want %d", len(r.GetEffects()), hooks.EffectsMost)
	}
	for _, sent := range r.GetEffects() {
		e := hooks.Effect{Name: sent.GetName(), Key: sent.GetKey()}
		if e.Data, err = protocol.ParseValue([]byte(sent.GetData())); err != nil {
			return nil, fmt.Errorf("effect %q: its data isn't JSON: %w", short(e.Name), err)
		}
		if err := e.Check(); err != nil {
			return nil, err
		}
		effects = append(effects, e)
	}
	return effects, nil
}
