package vm

import (
	"errors"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Migrates reports whether the manifest raises the schema, so that migrate is a hook.
func (r *Runtime) Migrates() bool { return r.code.Migrates }

// MigrateMissed are the notes with a code on what most likely was meant as migrate.
func (r *Runtime) MigrateMissed(code notes.Code) []notes.Note { return r.code.MigrateMissed(code) }

// plain is an object with these fields and nothing else, to do anything with: what
// migrate is handed.
func (r *Runtime) plain(fields protocol.Fields) goja.Value {
	o := r.NewObject()
	for _, f := range protocol.SortedKeys(fields) {
		if fields[f] != "" {
			r.must(o.Set(string(f), r.fromJSON(fields[f])))
		}
	}
	return o
}

// migrated copies what migrate gave. It is called within guard.
func (p *pass) migrated(result goja.Value) (protocol.Fields, error) {
	object, ok := result.(*goja.Object)
	if ok {
		switch _, callable := goja.AssertFunction(object); {
		case callable, p.r.isStandIn(object), hollow(object) != "", object.ClassName() != "Object":
			ok = false
		}
	}
	if !ok {
		return nil, failure(notes.Place{}, notes.MigrateFails, nil, "it gave no object of fields: return what they become")
	}
	fields := protocol.Fields{}
	for _, key := range object.Keys() {
		text, hole, err := encode(p.r, object.Get(key))
		var none *noValue
		switch {
		case errors.As(err, &none) && none.what == undefined && none.at == "":
			continue
		case errors.As(err, &none):
		case err != nil:
			return nil, err
		case hole != nil:
			none = hole
		default:
			fields[protocol.Field(key)] = text
			continue
		}
		p.drop(hooks.Dropped{Field: protocol.Field(key), Hook: protocol.HookMigrate, Code: string(none.code()), Why: none.why(), Detail: none.where()})
	}
	return fields, nil
}
