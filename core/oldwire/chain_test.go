package oldwire_test

import (
	"context"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

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
