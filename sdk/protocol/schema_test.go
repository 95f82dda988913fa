package protocol_test

import (
	"encoding/json"
	"errors"
	"os"
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

// TestSchemaIsRead plays testdata/schema.json, as sdk/js/test/schema.test.ts does.
func TestSchemaIsRead(t *testing.T) {
	raw, err := os.ReadFile("testdata/schema.json")
	require.NoError(t, err)
	var vectors struct {
		Fields []struct {
			Name  string
			Field json.RawMessage
			Is    *protocol.FieldSpec
		}
		Unreadable []json.RawMessage
	}
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.GreaterOrEqual(t, len(vectors.Fields), 12)
	for _, v := range vectors.Fields {
		read, err := protocol.DecodeSchema([]byte(`{"order":{},"orderline":{"temp":` + string(v.Field) + `},"customer":{"vip":{}}}`))
		require.NoError(t, err, v.Name)
		want := map[protocol.Field]protocol.FieldSpec{}
		if v.Is != nil {
			want["temp"] = *v.Is
		}
		require.Empty(t, read.Order, v.Name)
		require.Equal(t, want, read.Orderline, v.Name)
	}
	require.GreaterOrEqual(t, len(vectors.Unreadable), 8)
	for _, text := range append(vectors.Unreadable, json.RawMessage(""), json.RawMessage("<html>")) {
		_, err := protocol.DecodeSchema(text)
		var unreadable protocol.Unreadable
		require.True(t, errors.As(err, &unreadable), "%s: %v", text, err)
	}
}

// TestLabels plays testdata/labels.json, as sdk/js/test/schema.test.ts does.
func TestLabels(t *testing.T) {
	raw, err := os.ReadFile("testdata/labels.json")
	require.NoError(t, err)
	var vectors struct {
		Cases []struct {
			Labels    map[string]string
			Languages []string
			Is        string
		}
	}
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.GreaterOrEqual(t, len(vectors.Cases), 12)
	for _, v := range vectors.Cases {
		s := &protocol.Schema{Order: map[protocol.Field]protocol.FieldSpec{"seat": {Label: "Seat", Labels: v.Labels}}}
		require.Equal(t, v.Is, s.In(v.Languages...).Order["seat"].Label, "%v in %v", v.Labels, v.Languages)
		require.Equal(t, "Seat", s.Order["seat"].Label, "the schema stays")
	}
}
