package multisession

import (
	"encoding/json"
	"strings"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// What an engine keeps beside the orders, written under the same fence: so a
// restart or another node goes on as this one would.
const (
	// spaceMissed: the orders that ended while extensions failed on them, or were
	// suspended; a list of their names.
	spaceMissed = "missed"
	// spaceStorage, with an extension's name: what it stores, a storedValue.
	spaceStorage = "storage:"
)

// readValues takes what the store knows.
func (e *Engine) readValues(values []store.KeyValue) {
	stored := map[string][]hooks.Entry{}
	for _, v := range values {
		if name, is := strings.CutPrefix(v.Space, spaceStorage); is {
			stored[name] = append(stored[name], readStored(v))
			continue
		}
		switch v.Space {
		case spaceMissed:
			var names []string
			if json.Unmarshal(v.Value, &names) == nil {
				e.missed[protocol.OrderID(v.Key)] = names
			}
		case spaceCopy:
			if e.copied != nil && v.Key == keyProgress {
				_ = json.Unmarshal(v.Value, &e.copied.RelayProgress) // of a damaged one: nothing was copied
			}
		}
	}
	for name, entries := range stored {
		e.storage[name] = e.storage[name].With(entries...)
	}
}

// put sets a value with this decision.
func (d *decider) put(space, key string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // lists of strings and canonical values always are JSON
	}
	d.write.Values = append(d.write.Values, store.KeyValue{Space: space, Key: key, Value: text})
	d.dirty = true
}

func (d *decider) drop(space, key string) {
	d.write.Values = append(d.write.Values, store.KeyValue{Space: space, Key: key})
	d.dirty = true
}
