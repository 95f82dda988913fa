package sdk

import "errors"

// Storage is what an extension keeps for a multi-session: a small map of JSON
// values. It is there where extension.yaml says storage: true, or
// storage: {max_keys: 1000}; without that each method is an error. A key is 1 to
// 200 characters, a value at most 64 KiB as JSON, keys and values together 1 MiB;
// more is an error. Return it: then the run failed.
//
// A hook finds what hooks before it left, in the same mutation or in an earlier
// one. What a run sets is kept when it succeeds and its mutation is applied: a
// run that fails or rejects leaves nothing, nor does a mutation that is refused.
// Hooks run again at each change of a record, so note on the record (in a derived
// field) what was counted for it already. Reading counts like the clock.
type Storage interface {
	// Get reads the value of a key into what into points to, as encoding/json
	// does, and reports whether there is one; without one it makes it the zero
	// value.
	Get(key string, into any) (bool, error)
	// Set stores anything that encoding/json can write; nil deletes the key.
	Set(key string, value any) error
	// SetUntilEnd does so, and the key goes when the order of the record ends,
	// whoever ends it, also while the extension is off.
	SetUntilEnd(key string, value any) error
}

// StoringRun is a [HookRun] that has storage. It is for those who run hooks.
type StoringRun interface{ Storage() Storage }

// Storage is what the extension keeps for the multi-session.
func (b *base) Storage() Storage {
	if run, ok := b.run.(StoringRun); ok {
		return run.Storage()
	}
	return noStorage{}
}

// noStorage is that of a base that belongs to no run.
type noStorage struct{}

var errNoStorage = errors.New("storage is there in a hook alone: in a test, run the hooks by sdktest")

func (noStorage) Get(string, any) (bool, error) { return false, errNoStorage }
func (noStorage) Set(string, any) error         { return errNoStorage }
func (noStorage) SetUntilEnd(string, any) error { return errNoStorage }
