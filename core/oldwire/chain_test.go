package oldwire_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// extension is a chain of one extension of testdata, with its hooks.
func extension(t *testing.T, name string) *extensions.Chain {
	m, err := manifest.Load("testdata/" + name)
	require.NoError(t, err)
	const generous = 30 * time.Second
	log := slog.New(slog.DiscardHandler)
	host, err := javascript.Load(context.Background(), javascript.Options{Manifest: m, Timeout: generous, Log: log})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	chain, err := extensions.Build([]extensions.Entry{{Host: host, Timeout: generous}}, extensions.Options{Now: time.Now, Log: log})
	require.NoError(t, err)
	return chain
}

// extended is a chain with fields of vendors and no hooks.
type extended struct{}

func (extended) Schema() *protocol.Schema {
	s := protocol.CoreSchema()
	s.Order["remark"] = protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last, Owner: "remarks", Max: "20"}
	s.Order["tags"] = protocol.FieldSpec{Type: protocol.TypeStrings, Merge: protocol.Union, Owner: "tags"}
	s.Orderline["note"] = protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last, Owner: "notes"}
	s.Orderline["mp_skip"] = protocol.FieldSpec{Type: protocol.TypeBool, Merge: protocol.Last, Owner: "kitchen"}
	s.Orderline["points"] = protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Last, Owner: "loyalty", Derived: true}
	return s
}

func (extended) Active() bool                         { return false }
func (extended) Serial() bool                         { return false }
func (extended) Ready([]string) bool                  { return false }
func (extended) Putters() []string                    { return nil }
func (extended) Schemas() *hooks.Schemas              { return nil }
func (extended) Migrate(context.Context, *hooks.Wave) {}
func (extended) Run(context.Context, *hooks.Wave)     {}
