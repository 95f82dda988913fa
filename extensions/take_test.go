package extensions_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

// What a hook exports is kept as a till's value is, or not taken at all.
func TestExportIsHeldAgainstTheSchema(t *testing.T) {
	host := extension("kitchen", export(protocol.Fields{
		"due": `"2026-11-21T11:00:00.50+01:00"`, "ready": `"2026-11-21T12:00:00+01:00"`, "seat": "9", "doneness": `"burnt"`,
		"tags": `["new"]`, "old": `"of an older manifest"`,
	}))
	host.Fields[protocol.ModelOrder] = map[protocol.Field]extensions.FieldInfo{
		"due": spec(protocol.TypeTime), "ready": spec(protocol.TypeTime), "seat": spec(protocol.TypeInteger), "doneness": spec(protocol.TypeString),
		"tags": spec(protocol.TypeStrings), "old": spec(protocol.TypeString),
	}
	for f, change := range map[protocol.Field]func(*protocol.FieldSpec){
		"seat":     func(s *protocol.FieldSpec) { s.Max = "8" },
		"doneness": func(s *protocol.FieldSpec) { s.Enum = []protocol.Value{`"rare"`, `"done"`} },
		"tags":     func(s *protocol.FieldSpec) { s.Merge = protocol.Union },
		"old":      func(s *protocol.FieldSpec) { s.Max = "3" },
	} {
		info := host.Fields[protocol.ModelOrder][f]
		change(&info.FieldSpec)
		host.Fields[protocol.ModelOrder][f] = info
	}
	e, k := started(t, io.Discard, entry(host))
	merged := protocol.Fields{
		"doneness": `"done"`, "tags": `["a","b"]`, "old": `"of an older manifest"`, "ready": `"2026-11-21T11:00:00Z"`, "note": `"x"`,
	}
	r, set := record("o1", protocol.Fields{"old": `"of an older manifest"`}, merged, "note")
	k.run(r)
	require.Equal(t, protocol.Fields{"due": `"2026-11-21T10:00:00.5Z"`, "tags": `["new"]`}, set, "a union is exported whole")
	notes := e.Status()[0].Notes
	require.Len(t, notes, 2)
	require.Contains(t, notes[0], `order.doneness is exported and not taken: it must be one of rare, done (export_as_JSON, was burnt)`)
	require.Contains(t, notes[1], "order.seat is exported and not taken: it must be at most 8 (export_as_JSON, was 9)")
}
