package hooks

import (
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Result is what an extension's three hooks made of a record: in any language,
// in the server's process or in another.
type Result struct {
	// Export holds what export_as_JSON gave, as canonical values: any key,
	// the chain takes the extension's own. What has no value is missing.
	Export protocol.Fields
	// Dropped are values that the host couldn't take, each; At is where keys of
	// Export were written, where that is known. The chain tells of both.
	Dropped []Dropped
	At      map[protocol.Field]string
	// Read are the keys that were read on the record, where they are watched.
	// ReadOfOrder are those that a line's hook read of its order: lines,
	// payments and the clock aren't among them.
	Read, ReadOfOrder []protocol.Field
	// Left are the entries of the extension's storage that the run changed, LookedAt
	// the keys of it that it looked at, also where it failed.
	Left     []Entry
	LookedAt []string
	// Lines are the order's own lines of the extension that there should be, as
	// they were put; Chain takes them where its manifest says lines.
	Lines []PutLine
	// Effects are what an order's hook wants done after the commit; Chain takes
	// those that its manifest describes.
	Effects []Effect
	// Reject is the words of a refusal; "" is none. RejectHook and RejectAt say
	// where it stands in the vendor's code, where that is known.
	Reject, RejectHook, RejectAt string
	// Err: a hook threw, panicked, ran out of time, or could not be run. It has
	// a HookError where the hook is known.
	Err error
	// Took is how long the hooks ran on this record; 0 where that isn't known.
	Took time.Duration
}

// HookError says in which hook something failed; Hook is "" where that isn't
// known.
type HookError struct {
	Hook string
	Err  error
}

func (e *HookError) Error() string {
	if e.Hook == "" {
		return e.Err.Error()
	}
	return e.Hook + ": " + e.Err.Error()
}

func (e *HookError) Unwrap() error { return e.Err }

// KeyChance is what a hook has read that looked at the clock or at chance: it
// counts as a key that always changed.
const KeyChance protocol.Field = "$chance"

// Dropped is a value that a hook handed over and that isn't taken.
type Dropped struct {
	// Code is one of extensions/notes; "" for one that only says that the value
	// isn't taken.
	Code  string
	Model protocol.Model // "" is the record's that the hook ran on
	Field protocol.Field
	Hook  string
	// Why goes on after the field's name, and is the same for all values of
	// that kind; Detail is of this one.
	Why, Detail string
	// At is where in the vendor's file, where that is known.
	At string
}
