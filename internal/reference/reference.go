package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

const head = `# Reference

<!-- Made by go generate ./internal/reference of the code: change that. -->

What vendors look up. Why, and how it is used, stands in the [pages of the guide](../vendor-guide.md#the-map).
`

// Page is the page's text, from the sources under root.
func Page(root string) ([]byte, error) {
	words, err := readWords(root)
	if err != nil {
		return nil, err
	}
	p := &page{}
	p.WriteString(head)
	p.hooks(words)
	if err := p.manifest(); err != nil {
		return nil, err
	}
	p.keys(words)
	p.core()
	p.limits()
	if len(words.missing) > 0 {
		return nil, fmt.Errorf("there is no comment on %s", strings.Join(words.missing, ", "))
	}
	return p.Bytes(), nil
}

type page struct{ bytes.Buffer }

func (p *page) section(title string, columns ...string) {
	fmt.Fprintf(p, "\n## %s\n\n", title)
	p.row(columns...)
	p.row(slices.Repeat([]string{"---"}, len(columns))...)
}

func (p *page) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(cell, "|", `\|`)
	}
	fmt.Fprintf(p, "| %s |\n", strings.Join(cells, " | "))
}

func code(text string) string { return "`" + text + "`" }

func (p *page) hooks(w *words) {
	p.section("Hooks", "JavaScript", "Go", "what it is for")
	for _, h := range []struct{ js, of, method string }{
		{protocol.HookInit + "(json)", "Initializer", "InitFromJSON"},
		{protocol.HookApply + "(data)", "Applier", "ApplyMSData"},
		{protocol.HookExport + "()", "Exporter", "ExportAsJSON"},
		{protocol.HookResult + "(name, key, result)", "EffectReceiver", "EffectResult"},
	} {
		p.row(code(h.js), code(h.method+w.signature(h.of, h.method)), strings.TrimPrefix(w.of(h.of), h.of+" "))
	}
	p.section("What a hook may ask in Go", "of", "method", "")
	for _, m := range w.methods {
		p.row(m.of, code(m.name+m.signature), m.words)
	}
}

// shape is what this page reads of a JSON Schema.
type shape struct {
	Description          string
	Type                 any
	Enum                 []any
	Properties           map[string]shape
	AdditionalProperties json.RawMessage
	Items                *shape
	OneOf                []shape
	Const                any
}

func (s shape) kind() string {
	switch {
	case len(s.Enum) > 0:
		var all []string
		for _, v := range s.Enum {
			all = append(all, code(fmt.Sprint(v)))
		}
		return strings.Join(all, ", ")
	case s.Const != nil:
		return code(fmt.Sprint(s.Const))
	case len(s.OneOf) > 0:
		var all []string
		for _, of := range s.OneOf {
			all = append(all, of.kind())
		}
		return strings.Join(all, " or ")
	case s.Items != nil:
		return "list of " + s.Items.kind()
	}
	if many, is := s.Type.([]any); is {
		return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(many)), " or "), "[]")
	}
	return fmt.Sprint(s.Type)
}

func (p *page) manifest() error {
	var root shape
	if err := json.Unmarshal(manifest.EditorSchema(), &root); err != nil {
		return err
	}
	var field, effect shape
	if err := json.Unmarshal(root.Properties["fields"].Properties[string(protocol.ModelOrderline)].AdditionalProperties, &field); err != nil {
		return fmt.Errorf("a field in the schema of manifests: %w", err)
	}
	if err := json.Unmarshal(root.Properties["effects"].AdditionalProperties, &effect); err != nil {
		return fmt.Errorf("an effect in the schema of manifests: %w", err)
	}
	for _, of := range []struct {
		title string
		shape shape
	}{{"Keys of extension.yaml", root}, {"Keys of a field", field}, {"Keys of an effect", effect}} {
		p.section(of.title, "key", "type", "")
		for _, key := range protocol.SortedKeys(of.shape.Properties) {
			s := of.shape.Properties[key]
			p.row(code(key), s.kind(), s.Description)
		}
	}
	return nil
}

func (p *page) keys(w *words) {
	p.section("The record's own keys", "key", "")
	for _, key := range protocol.KeysMT() {
		p.row(code(string(key)), w.key(string(key)))
	}
	p.WriteString("\nThey are read-only, and no fields: [what they are for](hooks.md#how-the-order-will-be-and-which-change-this-is). No field may have these names, nor\n")
	for _, model := range models {
		fmt.Fprintf(p, "- on %s: %s\n", model.name, codes(slices.DeleteFunc(protocol.RecordKeys(model.of), protocol.IsKeyMT)))
	}
}

var models = []struct {
	of   protocol.Model
	name string
}{{protocol.ModelOrder, "an order"}, {protocol.ModelOrderline, "a line"}}

func codes(fields []protocol.Field) string {
	var all []string
	for _, f := range fields {
		all = append(all, code(string(f)))
	}
	return strings.Join(all, ", ")
}

func (p *page) core() {
	p.section("The core's fields", "of", "field", "type", "merge", "hooks may write it, by `writes`")
	schema := protocol.CoreSchema()
	for _, model := range models {
		specs := schema.Order
		if model.of == protocol.ModelOrderline {
			specs = schema.Orderline
		}
		for _, name := range protocol.SortedKeys(specs) {
			may := "no"
			if slices.Contains(protocol.WritableFields(model.of), name) {
				may = "yes"
			}
			p.row(model.name, code(string(name)), string(specs[name].Type), string(specs[name].Merge), may)
		}
	}
}

func (p *page) limits() {
	p.section("Limits", "what", "limit")
	for _, l := range []struct {
		what  string
		limit any
	}{
		{"a call of hooks, unless the operator says `timeout`", extensions.DefaultTimeout},
		{"values within each other in JSON", protocol.MaxDepth},
		{"characters of an id", protocol.MaxIDLength},
		{"keys in storage, unless the manifest says `max_keys`", manifest.DefaultKeys},
		{"keys in storage that `max_keys` may say", manifest.MostKeys},
		{"characters of a key in storage, or of an effect", hooks.MaxStoredKey},
		{"a value in storage", bytesOf(hooks.MaxStoredValue)},
		{"keys and values in storage, of a multi-session", bytesOf(hooks.MaxStored)},
		{"an effect's data", bytesOf(hooks.EffectBytes)},
		{"effects of a run, and of an order", hooks.EffectsMost},
		{"one try of an effect, unless the manifest says `timeout`", manifest.DefaultEffectTimeout},
		{"characters of the name of an extension that puts lines", protocol.MaxOwnName},
		{"characters of the key of a line that is put", protocol.MaxOwnKey},
	} {
		p.row(l.what, fmt.Sprint(l.limit))
	}
	p.WriteString("\nThose of JavaScript itself (texts, lists, nesting, files): [not available](../extension-host.md#not-available).\n")
}

func bytesOf(n int) string { return fmt.Sprintf("%d KiB", n>>10) }
