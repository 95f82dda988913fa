package probe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/extensions/javascript/internal/vm"
	"github.com/manytill/manytill/sdk/protocol"
)

// model finds the keys of one model: first which there may be, then what
// becomes of each.
func (p *probe) model(r *vm.Runtime, model protocol.Model, keys []string) (map[string]*finding, error) {
	found := map[string]*finding{}
	for _, key := range keys {
		found[key] = newFinding()
	}
	keysWritten, states := written(r, model)
	for _, key := range keysWritten {
		if found[key] == nil {
			found[key] = newFinding()
		}
		found[key].written, found[key].state = true, slices.Contains(states, key)
	}
	takesOver := r.Overrides(model, protocol.HookApply)
	texts := readIn(r, model)
	for _, key := range texts.init {
		if found[key] == nil {
			found[key] = newFinding()
		}
		found[key].read, found[key].use.Init = true, true
	}
	for _, key := range texts.apply {
		if found[key] == nil {
			found[key] = newFinding()
		}
		found[key].read, found[key].use.Apply = true, true
	}
	if err := p.discover(model, found); err != nil {
		return nil, err
	}
	for known := -1; known < len(found); {
		known = len(found)
		for _, k := range kinds {
			if err := p.mark(model, found, k); err != nil {
				return nil, err
			}
		}
		if known > vm.MaxKeys {
			return nil, fmt.Errorf("its hooks read or write more than %d keys of an %s", vm.MaxKeys, model)
		}
	}
	for key, f := range found {
		f.settle()
		switch {
		case slices.Contains(texts.assigned[protocol.HookApply], key):
			f.assigned = protocol.HookApply
		case slices.Contains(texts.assigned[protocol.HookInit], key):
			f.assigned = protocol.HookInit
		}
	}
	if takesOver {
		return found, p.takeOver(model, found)
	}
	return found, nil
}

// discover looks which keys are read and written: without any, then with all
// that are known so far, until there are no more.
func (p *probe) discover(model protocol.Model, found map[string]*finding) error {
	for range 4 {
		result, err := p.run(probeRecord(model, nil, values(marked(model, found), kindText)))
		if err != nil {
			return err
		}
		if result.Err != nil {
			break
		}
		if !note(found, result) {
			break
		}
	}
	result, err := p.run(probeRecord(model, nil, nil))
	if err == nil {
		note(found, result)
	}
	return err
}

// note adds what a probe read and wrote, and reports whether that was new.
func note(found map[string]*finding, seen vm.Seen) (more bool) {
	for _, key := range seen.Read {
		if k := string(key); found[k] == nil && isKey(k) {
			found[k] = newFinding()
			more = true
		}
	}
	for _, read := range [][]protocol.Field{seen.Init, seen.Apply} {
		for _, key := range read {
			if f := found[string(key)]; f != nil {
				f.read = true
			}
		}
	}
	for _, key := range seen.Init {
		if f := found[string(key)]; f != nil {
			f.use.Init = true
		}
	}
	for _, key := range seen.Apply {
		if f := found[string(key)]; f != nil {
			f.applied, f.use.Apply = true, true
		}
	}
	for _, k := range seen.Wrote {
		if found[k] == nil {
			found[k] = newFinding()
			more = true
		}
		found[k].written = true
	}
	for _, d := range seen.Dropped {
		if f := found[string(d.Field)]; f != nil && d.Why == "" {
			f.stranger = true
		}
	}
	for key, at := range seen.At {
		if f := found[key]; f != nil && f.at.File == "" {
			f.at = at
		}
	}
	return more
}

// isKey leaves out what is no field: what every object has, and our own words.
func isKey(key string) bool {
	return protocol.ValidID(key) && !strings.HasPrefix(key, "$") && !slices.Contains([]string{
		"constructor", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toJSON", "length", "then",
		"__proto__", "__esModule", "models",
	}, key)
}

// mark gives every key a marker of one kind and sees which come back. Where
// that throws, each key is tried alone.
func (p *probe) mark(model protocol.Model, found map[string]*finding, k kind) error {
	keys := marked(model, found)
	result, err := p.run(probeRecord(model, nil, values(keys, k)))
	if err != nil {
		return err
	}
	if result.Err == nil {
		note(found, result)
		for i, key := range keys {
			found[key].take(k, result.Export[protocol.Field(key)] == marker(k, i, 0))
		}
		if k != kindText && k != kindArray {
			return nil
		}
		again, err := p.run(probeRecord(model, nil, values(keys, k)))
		for _, key := range keys {
			if f := protocol.Field(key); err == nil && again.Err == nil && again.Export[f] != result.Export[f] {
				found[key].unstable = true
			}
		}
		return err
	}
	for i, key := range keys {
		value := marker(k, i, 0)
		result, err := p.run(probeRecord(model, nil, protocol.Fields{protocol.Field(key): value}))
		if err != nil {
			return err
		}
		if result.Err == nil {
			note(found, result)
			found[key].take(k, result.Export[protocol.Field(key)] == value)
		}
	}
	return nil
}

// takeOver sees which keys apply_ms_data leaves alone: stored A, merged B,
// exported A.
func (p *probe) takeOver(model protocol.Model, found map[string]*finding) error {
	keys := marked(model, found)
	stored, merged := protocol.Fields{}, protocol.Fields{}
	for i, key := range keys {
		k, ok := found[key].kind()
		if !ok {
			k = kindText
		}
		if found[key].written {
			stored[protocol.Field(key)], merged[protocol.Field(key)] = marker(k, i, 0), marker(k, i, 1)
		}
	}
	result, err := p.run(probeRecord(model, stored, merged))
	if err != nil {
		return err
	}
	if result.Err == nil {
		note(found, result)
		for field := range stored {
			found[string(field)].taken(result.Export[field], stored[field], merged[field])
		}
		return nil
	}
	for field := range stored {
		one, other := protocol.Fields{field: stored[field]}, protocol.Fields{field: merged[field]}
		result, err := p.run(probeRecord(model, one, other))
		if err != nil {
			return err
		}
		if result.Err == nil {
			note(found, result)
			found[string(field)].taken(result.Export[field], stored[field], merged[field])
		}
	}
	return nil
}
