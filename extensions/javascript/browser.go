package javascript

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript/internal/source"
	"github.com/manytill/manytill/sdk/protocol"
)

// definition is what a browser is told beside the code; sdk/js/models has its
// type.
type definition struct {
	Name    string                                       `json:"name"`
	Version string                                       `json:"version"`
	Config  map[string]any                               `json:"config"`
	Fields  map[protocol.Model]map[protocol.Field]inPage `json:"fields"`
	// CanReject: Reject without it is an error.
	CanReject bool `json:"can_reject"`
	// ReadsOfOrder are keys of an order that run its lines' hooks.
	ReadsOfOrder []protocol.Field `json:"reads_of_order,omitempty"`
	// Writes are the core's fields that its hooks give a value.
	Writes map[protocol.Model][]protocol.Field `json:"writes,omitempty"`
	// Lines: the hooks of orders put lines of their own.
	Lines bool `json:"lines,omitempty"`
	// Storage: there is this.storage, which in a page is empty.
	Storage bool `json:"storage,omitempty"`
	// Effects: there is this.effect, which in a page does nothing.
	Effects bool `json:"effects,omitempty"`
}

type inPage struct {
	protocol.FieldSpec
	OneWay       bool `json:"one_way"`
	NotTakenOver bool `json:"not_taken_over"`
}

// browser is what /v1/extensions.js holds of the extension: a statement that
// puts it on a list, from which the page's sdk/js/models opens it into a class
// chain of its own. It runs nothing by itself. Of the settings only those are
// in it that the manifest calls public.
func browser(o Options, code *source.Code, d extensions.Description) ([]byte, error) {
	about := definition{
		Name: d.Name, Version: d.Version, Config: map[string]any{}, Fields: map[protocol.Model]map[protocol.Field]inPage{},
		CanReject: d.CanReject, ReadsOfOrder: d.ReadsOfOrder, Writes: d.Writes, Lines: d.Lines, Storage: d.StorageKeys > 0, Effects: len(d.Effects) > 0,
	}
	if o.Manifest != nil {
		for key, value := range o.Config {
			if o.Manifest.IsPublic(key) {
				about.Config[key] = value
			}
		}
	}
	for model, fields := range d.Fields {
		about.Fields[model] = map[protocol.Field]inPage{}
		for name, info := range fields {
			about.Fields[model][name] = inPage{info.FieldSpec, info.OneWay, info.NotTakenOver}
		}
	}
	text, err := json.Marshal(about)
	if err != nil {
		return nil, fmt.Errorf("what browsers are told of it: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "(globalThis.manytillExtensions = globalThis.manytillExtensions || []).push(Object.assign(%s, {files: [\n", text)
	for _, f := range code.Files {
		if err := write(&b, &f); err != nil {
			return nil, err
		}
	}
	b.WriteString("]}));\n")
	return []byte(b.String()), nil
}

// write writes a file as a function that finds no name but those of its scope.
func write(b *strings.Builder, f *source.File) error {
	loaders, err := json.Marshal(append([]string{}, f.Functions...))
	if err != nil {
		return err
	}
	name, err := json.Marshal(filepath.Base(filepath.Dir(f.Path)) + "/" + filepath.Base(f.Path))
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "{path: %s, module: %t, loaders: %s, run: function (", name, f.Module, loaders)
	if f.Module {
		// Within `with` only names that begin with __mt_ are our own.
		fmt.Fprintf(b, "__mt_require, __mt_module, __mt_exports, __mt_imported, __mt_scope) { with (__mt_scope) {"+
			" return (function (require, module, exports) {%s\n}).call(undefined, __mt_require, __mt_module, __mt_exports); } }},\n", f.Text)
		return nil
	}
	b.WriteString("__mt_scope) { with (__mt_scope) {")
	for _, name := range f.Hoisted {
		fmt.Fprintf(b, " __mt_scope.%s = %s;", name, name)
	}
	fmt.Fprintf(b, "%s\n", f.Text)
	for _, name := range f.Declared {
		fmt.Fprintf(b, "__mt_scope.%s = %s;", name, name)
	}
	b.WriteString("} }},\n")
	return nil
}
