package sdk

import (
	"errors"

	"github.com/manytill/manytill/sdk/protocol"
)

// Effect is something that an order's hook wanted done after the commit, as a
// plugin does it: see Effect of plugin.Extension.
type Effect struct {
	// ID is the effect's idempotency key, 43 characters of A-Z a-z 0-9 - _: the same
	// in each try, and no other effect's. Hand it to whoever you call.
	ID           string
	MultiSession MultiSessionID
	Order        OrderID
	// Name is extension.yaml's, Key and Data are the hook's.
	Name, Key string
	Data      Value
}

// Result is what came of an effect: any JSON, at most 64 KiB. Of an effect that
// the server gave up, or the operator dropped, it is {"gave_up":true,"error":"…"}.
type Result = Value

// ResultOf is the result with what encoding/json writes of v.
func ResultOf(v any) (Result, error) { return protocol.ValueOf(v) }

// EffectReceiver is told what came of an order's effects. It is run
// later than the change, on a fresh instance: InitFromJSON of what is stored,
// EffectResult, ExportAsJSON. Of that run the extension's derived fields are taken,
// what it stores, and further effects; a closed order takes them too. An error
// makes the server tell it again; the effect isn't done again.
type EffectReceiver interface {
	EffectResult(name, key string, result Result) error
}

// WantingRun is a [HookRun] of an order whose hooks want effects: what
// [OrderBase.Effect] asks. It is for those who run hooks.
type WantingRun interface {
	Effect(name, key string, data any) error
}

var errNoEffect = errors.New("effects are wanted in a hook alone: in a test, run the hooks by sdktest")

// Effect wants something done after the commit, at least once, by what
// extension.yaml describes under effects. It is remembered by name and key (1 to
// 200 characters) for ever: to want it again, in another run or on another day,
// does nothing. So make keys of what is done, such as a payment's id, not of the
// clock. data is anything that encoding/json can write, at most 64 KiB; an order
// may have 1,000 effects. An error says what is wrong: return it. A run that fails
// or rejects wants nothing, nor does a mutation that is refused. On a line's order
// it does nothing: that is only looked at.
func (o *OrderBase) Effect(name, key string, data any) error {
	if run, ok := o.run.(WantingRun); ok {
		return run.Effect(name, key, data)
	}
	return errNoEffect
}
