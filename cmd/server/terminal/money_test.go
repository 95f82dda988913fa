package terminal

import (
	"testing"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
	"github.com/stretchr/testify/require"
)

// What a field does to the price, and how it is written, is a fact of the
// schema; sdk/price has the rule and its vectors.
func TestPricesByTheSchema(t *testing.T) {
	schema := sdk.CoreSchema()
	for name, role := range map[sdk.Field]sdk.Role{"voucher": sdk.RoleMoneyDiscount, "happy_hour": sdk.RolePercentDiscount, "bottle": sdk.RoleUnitDeposit, "points": "", "tip": "a_role_of_later"} {
		schema.Orderline[name] = sdk.FieldSpec{Type: sdk.TypeNumber, Role: role}
	}
	s := formatter{&catalogue{schema: schema, money: coins{sdk.Currency{Decimals: 2, Symbol: "€"}}}}
	line := sdk.Fields{"qty": "2", "price_unit": "10", "discount": "50", "voucher": "1", "happy_hour": "10", "bottle": "0.125", "points": "3", "tip": "4"}
	require.Equal(t, "8.25", s.money.Format(s.lineTotal(line)))
	o := &client.Order{Lines: []client.Line{{Line: sdk.Line{Fields: line}}, {Line: sdk.Line{Fields: line}}}}
	require.Equal(t, "€16.50", s.money.sum(s.due(o)))
	for f, text := range map[sdk.Field]string{"voucher": "voucher: 1.00", "happy_hour": "happy_hour: 10 %", "bottle": "bottle: 0.125", "points": "points: 3", "tip": "tip: 4"} {
		require.Equal(t, text, s.field(schema.Orderline, f, line[f]))
	}
	require.Equal(t, "voucher 1.00 → 2.50", s.change("voucher", "1", "2.5"))
	require.Equal(t, "price 10.00 → 9.50", s.change("price_unit", "10", "9.5"))
	require.Equal(t, "bottle cleared", s.change("bottle", "0.125", sdk.Null))
}

func TestALineKeepsItsOwnName(t *testing.T) {
	s := &catalogue{Products: []item{{"id": `"11"`, "name": `"Coffee, large"`}}}
	require.Equal(t, "Coffee", s.lineName(sdk.Fields{"product_id": `"11"`, "description": `"Coffee"`}))
	require.Equal(t, "Coffee, large", s.lineName(sdk.Fields{"product_id": `"11"`}))
	require.Equal(t, "Coffee, large", s.lineName(sdk.Fields{"product_id": `"11"`, "description": `""`}))
	require.Equal(t, "Cake", s.lineName(sdk.Fields{"description": `"Cake"`}))
}
