package conformance

import (
	"fmt"
	"os"
	"path/filepath"
)

// Section 3: `{"t":"extensions","extensions_etag":"…"}` and `{"t":"catalogue",
// "catalogue_etag":"…"}` "when the server has others than those that welcome
// named". What a server reads a catalogue from is its own matter, so only
// extensions are swapped here.
var newsRules = []rule{
	{"other extensions are told on sockets and streams", otherExtensions},
	{"what welcome named is not told again", sameExtensions},
}

// extended is a floor of a server with one extension, enabled.
func (f *floor) extended(name string) *floor {
	f.t.Helper()
	path := filepath.Join(f.t.TempDir(), name+".js")
	code := fmt.Sprintf(`odoo.define("%[1]s", function (require) {
    var models = require("point_of_sale.models");
    var _super_order = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) { this.%[1]s = json.%[1]s; return _super_order.init_from_JSON.apply(this, arguments); },
        export_as_JSON: function () { var d = _super_order.export_as_JSON.apply(this, arguments); d.%[1]s = this.%[1]s; return d; },
    });
});`, name)
	if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
		f.t.Fatal(err)
	}
	one := newFloor(f.t, f.suite.start(f.t, "extensions:\n  - path: "+path))
	one.suite = f.suite
	return one
}

func (f *floor) enable(extension string, on bool) {
	f.t.Helper()
	f.admin("PATCH", "/extensions/"+extension, `{"enabled":%t}`, on).ok()
}

func otherExtensions(f *floor) {
	f = f.extended("third")
	w := f.dial()
	w.send("%s", f.a.hello(""))
	welcomed := text(w.await("welcome"), "extensions_etag")
	s := f.stream(f.b.token, "client_id="+f.b.client)
	f.same(welcomed, s.await("welcome").data["extensions_etag"], "the stream's welcome")
	f.enable("third", false)
	now := text(f.info(), "extensions_etag")
	f.that(now != welcomed, "the ETag is another: %s", now)
	f.same(object{"t": "extensions", "extensions_etag": now}, w.await("extensions"), "the frame")
	f.same(now, s.await("extensions").data["extensions_etag"], "the event")
	f.enable("third", true)
	f.same(welcomed, w.await("extensions")["extensions_etag"], "the frame of the way back")
}

func sameExtensions(f *floor) {
	f = f.extended("third")
	f.enable("third", false)
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.same(f.info()["extensions_etag"], w.await("welcome")["extensions_etag"], "welcome")
	f.admin("POST", "/extensions/reload", "").ok()
	f.b.applied(create("o1"), add("o1", "l1"))
	for {
		frame := w.next()
		switch text(frame, "t") {
		case "extensions", "catalogue":
			f.t.Fatalf("nothing changed, but: %s", canon(frame))
		case "changes":
			return
		}
	}
}
