package extensions

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Known are the fields of every extension that was ever enabled, and the schemas of
// those that are of another than 1: what a server remembers of them.
type Known struct {
	*protocol.Schema
	Schemas map[protocol.Model]map[protocol.Field]int `json:"schemas,omitempty"`
}

// Known is what is to be remembered.
func (c *Chain) Known() *Known {
	known := &Known{Schema: c.schema}
	if c.schemas != nil {
		known.Schemas = c.schemas.Fields
	}
	return known
}

// Schemas are those of the extensions; nil: each is 1.
func (c *Chain) Schemas() *hooks.Schemas { return c.schemas }

func schemasOf(links []*link, known *Known) *hooks.Schemas {
	s := &hooks.Schemas{Enabled: map[string]int{}, Fields: map[protocol.Model]map[protocol.Field]int{protocol.ModelOrder: {}, protocol.ModelOrderline: {}}}
	if known != nil {
		for model, fields := range known.Schemas {
			maps.Copy(s.Fields[model], fields)
		}
	}
	raised := false
	for _, l := range links {
		s.Enabled[l.Name] = l.SchemaVersion
		raised = raised || l.SchemaVersion > 1
		for model, fields := range l.Fields {
			for f := range fields {
				if delete(s.Fields[model], f); l.SchemaVersion > 1 {
					s.Fields[model][f] = l.SchemaVersion
				}
			}
		}
	}
	if !raised && len(s.Fields[protocol.ModelOrder])+len(s.Fields[protocol.ModelOrderline]) == 0 {
		return nil
	}
	return s
}

// KnownOf are the fields of an extension, as a server would remember them.
func KnownOf(d Description) *Known {
	known := &Known{Schema: d.Schema(), Schemas: map[protocol.Model]map[protocol.Field]int{}}
	for model, fields := range d.Fields {
		known.Schemas[model] = map[protocol.Field]int{}
		for f := range fields {
			known.Schemas[model][f] = max(1, d.SchemaVersion)
		}
	}
	return known
}

// Memory is where Known is remembered. core/store's Maintenance fulfils it.
type Memory interface {
	KnownFields(context.Context) ([]byte, error)
	PutKnownFields(context.Context, []byte) error
}

// BuildKnown is Build with what is remembered, and remembers every field that was ever
// enabled: so the fields of a disabled extension go on syncing.
func BuildKnown(ctx context.Context, entries []Entry, o Options, m Memory) (*Chain, error) {
	before, err := m.KnownFields(ctx)
	if err != nil {
		return nil, err
	}
	if o.Known, err = ReadKnown(before); err != nil {
		return nil, err
	}
	chain, err := Build(entries, o)
	if err != nil {
		return nil, err
	}
	after, err := json.Marshal(chain.Known())
	if err != nil || bytes.Equal(before, after) || len(entries) == 0 {
		return chain, err
	}
	return chain, m.PutKnownFields(ctx, after)
}

// ReadKnown reads what BuildKnown remembered; nil is nothing.
func ReadKnown(text []byte) (known *Known, err error) {
	if text == nil {
		return nil, nil
	}
	if err := json.Unmarshal(text, &known); err != nil {
		return nil, fmt.Errorf("the fields of extensions in the database can't be read: %w", err)
	}
	return known, nil
}
