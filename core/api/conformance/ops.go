package conformance

import (
	"fmt"
	"strings"
)

// The ops as JSON texts; set, by and amount are JSON texts too.

func create(order string, set ...string) string {
	return fmt.Sprintf(`{"op":"order.create","order":%q,"set":%s}`, order, first(set, `{}`))
}

func orderSet(order, set string) string {
	return fmt.Sprintf(`{"op":"order.set","order":%q,"set":%s}`, order, set)
}

func pay(order, id, amount string) string {
	return fmt.Sprintf(`{"op":"order.pay","order":%q,"payment":{"id":%q,"method":"cash","amount":%s}}`, order, id, amount)
}

func payOffline(order, id, amount string) string {
	return fmt.Sprintf(`{"op":"order.pay","order":%q,"payment":{"id":%q,"method":"cash","amount":%s,"offline":true}}`, order, id, amount)
}

func closeAs(order, state string) string {
	return fmt.Sprintf(`{"op":"order.close","order":%q,"state":%q}`, order, state)
}

func closeBase(order, state string, base int64) string {
	return fmt.Sprintf(`{"op":"order.close","order":%q,"state":%q,"base":%d}`, order, state, base)
}

func add(order, line string, set ...string) string {
	return fmt.Sprintf(`{"op":"line.add","order":%q,"line":%q,"set":%s}`, order, line, first(set, `{"product_id":50,"qty":1}`))
}

func lineSet(order, line, set string) string {
	return fmt.Sprintf(`{"op":"line.set","order":%q,"line":%q,"set":%s}`, order, line, set)
}

func lineSetBase(order, line, set string, base int64) string {
	return fmt.Sprintf(`{"op":"line.set","order":%q,"line":%q,"set":%s,"base":%d}`, order, line, set, base)
}

func inc(order, line, field, by string) string {
	return fmt.Sprintf(`{"op":"line.inc","order":%q,"line":%q,"field":%q,"by":%s}`, order, line, field, by)
}

func remove(order, line string) string {
	return fmt.Sprintf(`{"op":"line.remove","order":%q,"line":%q}`, order, line)
}

func move(order, to string, lines ...string) string {
	return fmt.Sprintf(`{"op":"line.move","order":%q,"lines":["%s"],"to":%q}`, order, strings.Join(lines, `","`), to)
}

func first(texts []string, otherwise string) string {
	if len(texts) > 0 {
		return texts[0]
	}
	return otherwise
}
