package bench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// An extension in JavaScript whose one field is on orders and lines.
const noteJS = `
["Order", "Orderline"].forEach(function (name) {
    var _super = models[name].prototype;
    models[name] = models[name].extend({
        apply_ms_data: function (data) {
            if (_super.apply_ms_data) { _super.apply_ms_data.apply(this, arguments); }
            this.FIELD = data.FIELD;
        },
        export_as_JSON: function () {
            var data = _super.export_as_JSON.apply(this, arguments);
            data.FIELD = this.FIELD;
            return data;
        },
        init_from_JSON: function (json) {
            this.FIELD = json.FIELD;
            return _super.init_from_JSON.call(this, json);
        },
    });
});
`

const declared = `name: declared
version: 1.0.0
js: nothing.js
fields:
  orderline: {note: {type: string}}
`

// setup is a server's extensions and what the writers change.
type setup struct {
	name   string
	config string
	op     func(order string, line, n, lines int) string
}

// measureExtensions runs the same load without and with extensions, and prints the
// ratios.
func measureExtensions(ctx context.Context, o *Options) error {
	dir, err := os.MkdirTemp("", "manytill-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	setups, err := o.setups(dir)
	if err != nil {
		return err
	}
	var bare *result
	for i, x := range setups {
		r, err := o.withExtensions(ctx, dir, x)
		if err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		o.row(x.name, r)
		if i == 0 {
			bare = r
			continue
		}
		fmt.Fprintf(o.Out, "%-34s %.2f of the run without; %.2f by the CPU time of server, processes and load\n", "",
			r.rate(r.mutations)/bare.rate(bare.mutations), bare.each()/r.each())
	}
	return nil
}

func (o *Options) withExtensions(ctx context.Context, dir string, x setup) (*result, error) {
	store := filepath.Join(dir, strings.ReplaceAll(x.name, " ", "-")+".db")
	s, err := startServer(ctx, o.Binary, dir, "sqlite:"+store, "extensions:\n"+x.config)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	return load{multiSessions: 20, tills: 5, lines: 20, during: o.During, op: x.op}.run(ctx, s, "e")
}

func (o *Options) setups(dir string) ([]setup, error) {
	five := ""
	files := map[string]string{
		"declared/extension.yaml": declared, "declared/nothing.js": "", "note.js": strings.ReplaceAll(noteJS, "FIELD", "note"),
	}
	for i := range 5 {
		name := fmt.Sprintf("note%d", i)
		files[name+".js"] = strings.ReplaceAll(noteJS, "FIELD", name)
		five += "  - path: ./" + name + ".js\n"
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	note := func(order string, line, n, _ int) string {
		return fmt.Sprintf(`{"op":"line.set","order":%q,"line":"l%d","set":{"note":"n%d"}}`, order, line, n)
	}
	all := []setup{
		{"no extension", "  []\n", nil},
		{"fields only declared", "  - path: ./declared\n", nil},
		{"five, fields not touched", five, nil},
		{"one, its line field changed", "  - path: ./note.js\n    timeout: 5s\n", note},
		{"the same, in the server itself", "  - path: ./note.js\n    timeout: 5s\n    inprocess: true\n", note},
	}
	plugin := filepath.Join(filepath.Dir(o.Binary), "extensions", "loyalty")
	binary, err := os.ReadFile(filepath.Join(plugin, "loyalty"))
	if err != nil {
		fmt.Fprintln(o.Out, "no plugin beside the binary (make build puts one there): not measured")
		return all, nil
	}
	return append(all, setup{
		"a Go plugin, its field changed",
		fmt.Sprintf("  - path: %q\n    sha256: %x\n    timeout: 5s\n", plugin, sha256.Sum256(binary)), nil,
	}), nil
}
