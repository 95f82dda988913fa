package order_test

import (
	"testing"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// versions is what runs: kitchen with a schema, and fields of 1 to 3.
type versions int

func (v versions) Now(extension string) int {
	if extension == "kitchen" {
		return int(v)
	}
	return 0
}

func (v versions) Of(_ protocol.Model, f protocol.Field) int {
	return map[protocol.Field]int{"one": 1, "two": 2, "three": 3, "add_three": 3}[f]
}

// The schema of a record is that of the fields that are set, as far as what is there
// allows.
func TestSchemasOfWhatTillsSet(t *testing.T) {
	schema := protocol.CoreSchema()
	for _, f := range []protocol.Field{"one", "two", "three"} {
		spec := protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last, Owner: "kitchen"}
		schema.Order[f], schema.Orderline[f] = spec, spec
	}
	schema.Orderline["add_three"] = protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Counter, Owner: "kitchen"}
	set := func(f string) string {
		return `{"op":"line.set","order":"o1","line":"l1","set":{"` + f + `":"x"}}`
	}
	for name, c := range map[string]struct {
		now     versions
		was     order.Schemas
		stored  string // a field of the line
		op      string
		want    int
		ignored bool
	}{
		"nothing is there":                       {now: 3, op: set("three"), want: 3},
		"a till that is behind":                  {now: 3, op: set("two"), want: 2},
		"the oldest needs no note":               {now: 3, op: set("one"), want: 1},
		"a new name where it is older":           {now: 3, stored: "one", op: set("three"), want: 1},
		"a new name where it is current":         {now: 3, was: order.Schemas{{Extension: "kitchen", Schema: 3}}, stored: "three", op: set("three"), want: 3},
		"an old name where it is current":        {now: 3, was: order.Schemas{{Extension: "kitchen", Schema: 3}}, stored: "three", op: set("one"), want: 1},
		"a current name where it is newer":       {now: 2, was: order.Schemas{{Extension: "kitchen", Schema: 3}}, stored: "three", op: set("two"), want: 3, ignored: true},
		"an old name where it is newer":          {now: 2, was: order.Schemas{{Extension: "kitchen", Schema: 3}}, stored: "three", op: set("one"), want: 3, ignored: true},
		"the newer name where it is newer":       {now: 2, was: order.Schemas{{Extension: "kitchen", Schema: 3}}, stored: "three", op: set("three"), want: 3},
		"a newer name where nothing is":          {now: 2, op: set("three"), want: 3},
		"disabled, and nothing is there":         {op: set("three"), want: 3},
		"disabled, and it is of a schema before": {was: order.Schemas{{Extension: "kitchen", Schema: 2}}, stored: "two", op: set("three"), want: 2},
		"what is added to":                       {now: 3, op: `{"op":"line.inc","order":"o1","line":"l1","field":"add_three","by":1}`, want: 3},
		"what is added to, and is newer":         {now: 2, was: order.Schemas{{Extension: "kitchen", Schema: 4}}, stored: "two", op: `{"op":"line.inc","order":"o1","line":"l1","field":"add_three","by":1}`, want: 4},
		"what can't be added to, as it is newer": {now: 3, was: order.Schemas{{Extension: "kitchen", Schema: 4}}, stored: "two", op: `{"op":"line.inc","order":"o1","line":"l1","field":"add_three","by":1}`, want: 4, ignored: true},
	} {
		s := newCommittedOrders()
		s.schema = schema
		before := `[{"op":"order.create","order":"o1"},{"op":"line.add","order":"o1","line":"l1","set":{}}]`
		if c.stored != "" {
			before = `[{"op":"order.create","order":"o1"},{"op":"line.add","order":"o1","line":"l1","set":{"` + c.stored + `":"y"}}]`
		}
		outcome, _ := s.apply(t, "a", before)
		require.Nil(t, outcome.Rejection, name)
		s.orders["o1"].Line("l1").Schemas = c.was
		s.versions = c.now
		outcome, _ = s.apply(t, "a", "["+c.op+"]")
		require.Nil(t, outcome.Rejection, name)
		require.Equal(t, c.ignored, len(outcome.Ignored) > 0, name)

		body := s.orders["o1"].Line("l1").AppendBody(nil, "o1")
		read := &order.Order{ID: "o1"}
		read.AddLine("l1", 1, body)
		line := read.Line("l1")
		require.Equal(t, c.want, line.Schemas.Under("kitchen", line.Fields, schema.Orderline), name)
		require.Zero(t, line.Schemas.Under("others", line.Fields, schema.Orderline), name)
	}
}

// A set of schemas is written with the order too, and shared without being changed.
func TestSchemasOfAnOrder(t *testing.T) {
	of := order.Schemas(nil).With("b", 3).With("a", 2)
	require.Equal(t, order.Schemas{{Extension: "a", Schema: 2}, {Extension: "b", Schema: 3}}, of)
	require.Equal(t, order.Schemas{{Extension: "a", Schema: 2}}, of.With("b", 1))
	require.Equal(t, order.Schemas{{Extension: "a", Schema: 2}, {Extension: "b", Schema: 4}}, of.With("b", 4))
	require.Len(t, of, 2)
	o := &order.Order{ID: "o1", Schemas: of}
	read := &order.Order{ID: "o1"}
	read.ReadBody(o.AppendBody(nil))
	require.Equal(t, of, read.Schemas)
}
