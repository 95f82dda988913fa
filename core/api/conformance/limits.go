package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What is beyond a limit is rejected with it, and traps nothing. The server has
// the smallest limits that its configuration takes.
const limitsYAML = "limits: {order_bytes: 65536, open_orders: 100}"

var limitRules = []rule{
	{"an order beyond its bytes doesn't grow, and is paid, shrunk and closed", orderBytesLimit},
	{"a POS beyond its open orders opens no more until one is closed", openOrdersLimit},
	{"wrong tokens of one address end in rate_limited, and slow no good one", wrongTokensLimit},
}

func orderBytesLimit(f *floor) {
	f.a.applied(create("o1"), add("o1", "l0", `{"qty":1}`))
	text2000 := strings.Repeat("x", 2000)
	var rejected any
	n, last := 0, ""
	for rejected == nil && n < 60 {
		n++
		last = f.a.mutation(add("o1", fmt.Sprintf("l%d", n), fmt.Sprintf(`{"description":%q}`, text2000)))
		if result := dig(f.a.push(last), "results", 0); dig(result, "status") == "rejected" {
			rejected = result
		}
	}
	f.that(n > 20 && n < 60, "65536 bytes hold %d lines of 2000 characters", n-1)
	f.has(rejected, `{"code":"limit","limit":65536,"order":"o1","message":"<any>"}`)
	f.has(f.a.push(last), `{"results":[{"status":"duplicate","code":"limit","limit":65536}]}`)
	f.b.applied(inc("o1", "l0", "qty", "1"))
	f.b.applied(pay("o1", "p1", "5"))
	f.b.rejected("limit", add("o1", "l97", fmt.Sprintf(`{"description":%q}`, text2000)))
	money := f.b.do(pay("o1", "p2", "1"), add("o1", "l99", fmt.Sprintf(`{"description":%q}`, text2000)))
	f.has(money, `{"status":"rejected","code":"limit","kept":["p2"]}`)
	f.a.applied(remove("o1", "l1"))
	f.a.applied(add("o1", "l98", fmt.Sprintf(`{"description":%q}`, text2000[:1500])))
	f.a.applied(closeAs("o1", "paid"))
}

func openOrdersLimit(f *floor) {
	var mutations []string
	for i := range 100 {
		mutations = append(mutations, f.a.mutation(create(fmt.Sprintf("o%d", i)), add(fmt.Sprintf("o%d", i), "l1")))
	}
	f.a.push(mutations...)
	f.has(f.a.do(create("p1"), add("p1", "l1")), `{"status":"rejected","code":"limit","limit":100,"message":"<any>"}`)
	f.a.rejected("limit", move("o1", "p2", "l1"))
	f.b.applied(create("b1"), add("b1", "l1"))
	f.a.applied(create("p3"), add("p3", "l1"), closeAs("p3", "paid"))
	f.a.applied(add("o1", "l2"))
	f.b.applied(closeAs("o1", "cancelled"))
	f.a.applied(create("p4"), add("p4", "l1"))
	f.a.rejected("limit", create("p5"), add("p5", "l1"))
	f.same(101, len(list(f.b.snapshot(), "orders")), "open orders")
}

func wrongTokensLimit(f *floor) {
	const tries = 600
	answers := make(chan answer, tries)
	var wg sync.WaitGroup
	for i := range tries {
		wg.Go(func() {
			got, err := request(f.Server, fmt.Sprintf("wrong-%d", i), "GET", "/v1/orders", "")
			if err == nil {
				got.t = f.t
				answers <- got
			}
		})
	}
	begun := time.Now()
	f.a.get("/v1/orders").ok()
	f.that(time.Since(begun) < patience/2, "a good token was answered after %s", time.Since(begun))
	wg.Wait()
	close(answers)
	refused := 0
	for got := range answers {
		if got.Status == http.StatusTooManyRequests {
			refused++
			problem := got.fails("rate_limited")
			f.that(got.Header.Get("Retry-After") != "" && num(problem, "retry_after_ms") > 0, "429 says when to come back: %s", got.Raw)
			continue
		}
		got.fails("unauthorized")
	}
	f.that(refused > 0, "of %d wrong tokens none was refused", tries)
	f.a.applied(create("o1"), add("o1", "l1"))
}
