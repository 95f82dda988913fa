package terminal

import (
	"testing"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// What a field does to the price, and how it is written, is a fact of the
// schema; sdk/price has the rule and its vectors.
func TestPricesByTheSchema(t *testing.T) {
	schema := protocol.CoreSchema()
	for name, role := range map[protocol.Field]protocol.Role{"voucher": protocol.RoleMoneyDiscount, "happy_hour": protocol.RolePercentDiscount, "bottle": protocol.RoleUnitDeposit, "points": "", "tip": "a_role_of_later"} {
		schema.Orderline[name] = protocol.FieldSpec{Type: protocol.TypeNumber, Role: role}
	}
	s := formatter{&catalogue{schema: schema, money: coins{protocol.Currency{Decimals: 2, Symbol: "€"}}}}
	line := protocol.Fields{"qty": "2", "price_unit": "10", "discount": "50", "voucher": "1", "happy_hour": "10", "bottle": "0.125", "points": "3", "tip": "4"}
	require.Equal(t, "8.25", s.money.Format(s.lineTotal(line)))
	o := &client.Order{Lines: []client.Line{{Line: protocol.Line{Fields: line}}, {Line: protocol.Line{Fields: line}}}}
	require.Equal(t, "€16.50", s.money.sum(s.due(o)))
	for f, text := range map[protocol.Field]string{"voucher": "voucher: 1.00", "happy_hour": "happy_hour: 10 %", "bottle": "bottle: 0.125 each", "points": "points: 3", "tip": "tip: 4"} {
		require.Equal(t, text, s.field(schema.Orderline, f, line[f]))
	}
	require.Equal(t, "voucher 1.00 → 2.50", s.change("voucher", "1", "2.5"))
	require.Equal(t, "price 10.00 → 9.50", s.change("price_unit", "10", "9.5"))
	require.Equal(t, "bottle 0.125 each → 0.25 each", s.change("bottle", "0.125", "0.25"))
	require.Equal(t, "bottle cleared", s.change("bottle", "0.125", protocol.Null))
}

func TestALineKeepsItsOwnName(t *testing.T) {
	s := &catalogue{Products: []item{{"id": `"11"`, "name": `"Coffee, large"`}}}
	require.Equal(t, "Coffee", s.lineName(protocol.Fields{"product_id": `"11"`, "description": `"Coffee"`}))
	require.Equal(t, "Coffee, large", s.lineName(protocol.Fields{"product_id": `"11"`}))
	require.Equal(t, "Coffee, large", s.lineName(protocol.Fields{"product_id": `"11"`, "description": `""`}))
	require.Equal(t, "Cake", s.lineName(protocol.Fields{"description": `"Cake"`}))
}
