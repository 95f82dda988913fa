package main_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// apart starts Ana and Ben on one order, and cuts Ben off.
func apart(t *testing.T) (f *serverWithTwoPOS, ana, ben *program, cable *link) {
	t.Parallel()
	f = newServerWithTwoPOS(t)
	cable = newLink(t, f.url)
	ana, ben = f.till(f.bar, "Ana"), f.tillAt(cable.url, f.till1, "Ben")
	ana.expect("Connected as Ana")
	ben.expect("Connected as Ben")
	ana.types("add coffee")
	ana.expect("number 1 now")
	ben.match(sees(1))
	ben.types("open 1")
	ben.expect("Order 1", "Total")
	cable.set(true)
	ben.expect("The server is away. Go on")
	return f, ana, ben, cable
}

func TestWhatComesTooLateGoesOnANewOrder(t *testing.T) {
	f, ana, ben, cable := apart(t)
	ben.types("add tea 2")
	ben.expect("2 × Tea", "not sent yet")
	ana.types("pay card", "close")
	ana.expect("Order 1 is paid")
	cable.set(false)
	ben.expect("Not done: add 2 × Tea to order 1. Order 1 was paid by Bar (Ana)", "again puts it on a new order")
	ben.types("again")
	ben.expect("2 × Tea", "Total      4.60")
	ana.expect("Till 1 (Ben) started order 2")
	orders := f.orders()
	require.Len(t, orders, 2)
	require.Equal(t, []string{"1"}, quantities(orders[0]))
	require.Equal(t, []string{"2"}, quantities(orders[1]))
}

func TestAPriceThatSomeoneElseChangedFirst(t *testing.T) {
	_, ana, ben, cable := apart(t)
	ben.types("price 1 9")
	ben.expect("9.00")
	ana.types("price 1 3")
	ana.expect("3.00")
	cable.set(false)
	ben.eventually("Not done: change price 9.00 of Coffee in order 1. Another till changed it first, it is price 3.00 now")
	ben.types("price 1 9")
	ben.expect("9.00", "added by Bar (Ana), changed by Till 1 (Ben)")
	ana.expect("price 3.00 → 9.00")
}

func TestMoneyTakenAloneStays(t *testing.T) {
	f, ana, ben, cable := apart(t)
	ben.types("pay cash", "close")
	ben.expect("Order 1 is paid")
	ana.types("add tea")
	ana.expect("1 × Tea")
	cable.set(false)
	// The money was taken: Ana's tea goes on a new order that follows.
	ana.eventually("closed order 1, paid 2.50", "started order 2: 1 × Tea")
	orders := f.orders()
	require.Len(t, orders, 2)
	require.Len(t, orders[0].Payments, 1)
	require.Equal(t, string(orders[0].ID), orders[1].Fields["follows"].String())
}
