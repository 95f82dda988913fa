package protocol_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

func TestSchemaIsWrittenAndRead(t *testing.T) {
	schema := protocol.CoreSchema()
	schema.Orderline["bottle"] = protocol.FieldSpec{
		Type: protocol.TypeNumber, Merge: protocol.Last, Owner: "deposits", Derived: true, Label: "Deposit", Show: "line",
		Role: protocol.RoleUnitDeposit,
	}
	schema.Order["note"] = protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last, Owner: "notes", Edit: true, Max: "200", Found: true}
	schema.Orderline["seat"] = protocol.FieldSpec{
		Type: protocol.TypeInteger, Merge: protocol.Counter, Owner: "kitchen", Enum: []protocol.Value{"1", "2"}, Min: "-1.5", Max: "0",
	}
	schema.Order["table"] = protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last, Owner: "kitchen", Pattern: `[A-Z]\d{1,2}`}
	raw, err := json.Marshal(schema)
	require.NoError(t, err)
	read, err := protocol.DecodeSchema(raw)
	require.NoError(t, err)
	require.Equal(t, schema, read)
}

func TestSchemaOfALaterVersionIsRead(t *testing.T) {
	temp := protocol.FieldSpec{Type: "celsius", Merge: protocol.Guarded, Owner: "x", Edit: true}
	for name, c := range map[string]struct {
		field string
		want  map[protocol.Field]protocol.FieldSpec
	}{
		"as it is":                 {`{"type":"celsius","merge":"guarded","owner":"x","edit":true}`, map[protocol.Field]protocol.FieldSpec{"temp": temp}},
		"members unknown here":     {`{"type":"celsius","merge":"guarded","owner":"x","edit":true,"celsius":[1],"range":{"re":"x"}}`, map[protocol.Field]protocol.FieldSpec{"temp": temp}},
		"values of another type":   {`{"max":[5],"min":"low","enum":{"1":2},"pattern":{"re":"x"},"role":["a"],"found":7,"type":"celsius","merge":"guarded","label":{},"owner":"x","edit":true}`, map[protocol.Field]protocol.FieldSpec{"temp": temp}},
		"a number beyond integers": {`{"max":1e300,"type":"celsius","merge":"guarded","owner":"x","edit":true}`, map[protocol.Field]protocol.FieldSpec{"temp": temp}},
		"a rule unknown here":      {`{"type":"celsius","merge":"newest"}`, map[protocol.Field]protocol.FieldSpec{"temp": {Type: "celsius", Merge: "newest"}}},
		"no rule":                  {`{"type":"celsius"}`, map[protocol.Field]protocol.FieldSpec{}},
		"a rule of another type":   {`{"type":"celsius","merge":{"is":"guarded"}}`, map[protocol.Field]protocol.FieldSpec{}},
		"no object":                {`7`, map[protocol.Field]protocol.FieldSpec{}},
		"null":                     {`null`, map[protocol.Field]protocol.FieldSpec{}},
	} {
		read, err := protocol.DecodeSchema([]byte(`{"order":{},"orderline":{"temp":` + c.field + `},"customer":{"vip":{}}}`))
		require.NoError(t, err, name)
		require.Empty(t, read.Order, name)
		require.Equal(t, c.want, read.Orderline, name)
	}
}

func TestNoSchema(t *testing.T) {
	for _, text := range []string{``, `null`, `[]`, `<html>`, `{}`, `{"order":{}}`, `{"order":{},"orderline":[]}`, `{"order":{},"orderline":null}`} {
		_, err := protocol.DecodeSchema([]byte(text))
		var unreadable protocol.Unreadable
		require.True(t, errors.As(err, &unreadable), "%s: %v", text, err)
	}
}
