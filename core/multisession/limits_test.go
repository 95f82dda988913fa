package multisession_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// limited is a session in which little is allowed.
func limited(t rapid.TB, chain multisession.Chain, change func(*order.Limits)) *memSession {
	f := newMemSessionWith(t, chain)
	f.limits = order.DefaultLimits
	change(&f.limits)
	f.restart(0)
	return f
}

// calm is a chain whose hooks do nothing.
type calm struct{}

func (calm) Schema() *protocol.Schema             { return protocol.CoreSchema() }
func (calm) Active() bool                         { return true }
func (calm) Putters() []string                    { return nil }
func (calm) Schemas() *hooks.Schemas              { return nil }
func (calm) Migrate(context.Context, *hooks.Wave) {}
func (calm) Ready([]string) bool                  { return true }
func (calm) Serial() bool                         { return false }
func (calm) Run(context.Context, *hooks.Wave)     {}

// strict refuses what makes an order of this id.
type strict struct {
	calm
	id protocol.OrderID
}

func (s strict) Run(_ context.Context, wave *hooks.Wave) {
	for _, m := range wave.Mutations {
		if m.Orders[0].Head().Order == s.id {
			m.Veto = &protocol.Rejection{Code: protocol.Vetoed, Extension: "strict", Message: "no"}
		}
	}
}

func newOrder(id string) string {
	return fmt.Sprintf(`[{"op":"order.create","order":%q,"set":{}},{"op":"line.add","order":%q,"line":"l1","set":{"qty":1}}]`, id, id)
}

func described(order, line string, bytes int) string {
	return fmt.Sprintf(`[{"op":"line.add","order":%q,"line":%q,"set":{"description":%q}}]`, order, line, strings.Repeat("x", bytes))
}

func (f *memSession) refused(client protocol.ClientID, ops string, limit int, words string) {
	r := f.do(client, ops)
	require.Equal(f.t, protocol.Rejected, r.Status)
	require.Equal(f.t, protocol.LimitReached, r.Code, r.Message)
	require.Equal(f.t, limit, r.Limit)
	require.Contains(f.t, r.Message, words)
}

func (f *memSession) applied(client protocol.ClientID, ops string) {
	r := f.do(client, ops)
	require.Equal(f.t, protocol.Applied, r.Status, "%+v", r.Rejection)
}

// What one POS leaves open is limited; what is closed makes room, and other POS
// don't notice.
func TestOpenOrdersOfOnePOS(t *testing.T) {
	for name, chain := range map[string]multisession.Chain{"core alone": nil, "in waves": calm{}} {
		t.Run(name, func(t *testing.T) {
			f := limited(t, chain, func(l *order.Limits) { l.OpenOrders = 2 })
			f.applied("a1", newOrder("o1"))
			f.applied("a1", newOrder("o2"))
			f.refused("a1", newOrder("o3"), 2, "limits.open_orders")
			f.refused("a1", `[{"op":"line.move","order":"o1","lines":["l1"],"to":"o4"}]`, 2, "POS a has 2 open orders")
			f.applied("b1", newOrder("o5"))
			f.applied("a1", `[{"op":"order.create","order":"o6"},{"op":"order.close","order":"o6","state":"paid"}]`) // open to nobody
			f.restart(0)
			f.refused("a1", newOrder("o7"), 2, "close or cancel some")
			f.applied("a1", described("o1", "l2", 10)) // what is open goes on
			f.applied("b1", `[{"op":"order.close","order":"o1","state":"cancelled"}]`)
			f.applied("a1", newOrder("o8"))
			f.refused("a1", newOrder("o9"), 2, "limits.open_orders")
		})
	}
}

// A push of many creates stops at the limit, also where its mutations are
// decided in one wave.
func TestOpenOrdersOfOnePush(t *testing.T) {
	for name, chain := range map[string]multisession.Chain{"core alone": nil, "in waves": calm{}} {
		t.Run(name, func(t *testing.T) {
			f := limited(t, chain, func(l *order.Limits) { l.OpenOrders = 3 })
			var ops []string
			for i := range 6 {
				ops = append(ops, newOrder(fmt.Sprintf("o%d", i)))
			}
			results := f.pushAll("a1", ops)
			for i, r := range results {
				require.Equal(t, i >= 3, r.Rejection != nil && r.Code == protocol.LimitReached, "%d: %+v", i, r)
			}
			require.Len(t, f.snapshot(), 3)
		})
	}
}

// What a veto takes out leaves its room to what came behind it, for which the
// hooks run too.
func TestVetoMakesRoom(t *testing.T) {
	f := limited(t, strict{id: "o1"}, func(l *order.Limits) { l.OpenOrders = 1 })
	results := f.pushAll("a1", []string{newOrder("o1"), newOrder("o2"), newOrder("o3")})
	require.Equal(t, protocol.Vetoed, results[0].Code)
	require.Equal(t, protocol.Applied, results[1].Status)
	require.Equal(t, protocol.LimitReached, results[2].Code)
	f = limited(t, strict{id: "o2"}, func(l *order.Limits) { l.OpenOrders = 1 })
	results = f.pushAll("a1", []string{newOrder("o1"), newOrder("o2"), newOrder("o3")})
	require.Equal(t, protocol.Applied, results[0].Status)
	require.Equal(t, protocol.LimitReached, results[1].Code)
	require.Equal(t, protocol.LimitReached, results[2].Code)
}

// An order above the limit is paid, closed and shrunk, but doesn't grow.
func TestBytesOfOneOrder(t *testing.T) {
	f := limited(t, nil, func(l *order.Limits) { l.OrderBytes = 8000 })
	f.applied("a1", newOrder("o1"))
	for i := range 3 {
		f.applied("a1", described("o1", fmt.Sprintf("d%d", i), 2000))
	}
	f.refused("b1", described("o1", "d9", 2000), 8000, "limits.order_bytes")
	big := `[{"op":"order.create","order":"o2"}`
	for i := range 4 {
		big += "," + strings.Trim(described("o2", fmt.Sprintf("d%d", i), 2000), "[]")
	}
	f.refused("a1", big+"]", 8000, "the new order")
	f.limits.OrderBytes = 4000 // the operator's new limit is below what is there
	f.restart(0)
	require.Len(t, f.snapshot(), 1)
	f.refused("a1", `[{"op":"line.set","order":"o1","line":"l1","set":{"description":"more"}}]`, 4000, "order 1")
	f.applied("a1", `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`)
	f.applied("a1", `[{"op":"line.set","order":"o1","line":"d0","set":{"description":"less"}}]`)
	f.applied("a1", `[{"op":"line.remove","order":"o1","line":"d1"}]`)
	f.applied("a1", described("o1", "d4", 10)) // there is room again
	f.limits.OrderBytes = 100
	f.restart(0)
	f.applied("a1", `[{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":5}}]`)
	f.applied("a1", `[{"op":"order.close","order":"o1","state":"paid"}]`)
}

// A mutation that is refused for its size leaves its money there.
func TestLimitKeepsMoney(t *testing.T) {
	f := limited(t, nil, func(l *order.Limits) { l.OrderBytes = 3000 })
	f.applied("a1", newOrder("o1"))
	text := described("o1", "d1", 2000)
	f.applied("a1", text)
	r := f.do("a1", `[{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":5}},`+described("o1", "d2", 2000)[1:])
	require.Equal(t, protocol.LimitReached, r.Code)
	require.Equal(t, []protocol.PaymentID{"p1"}, r.Kept)
}

func TestBytesOfOnePOS(t *testing.T) {
	f := limited(t, nil, func(l *order.Limits) { l.OpenBytes = 10_000 })
	f.applied("a1", newOrder("o1"))
	f.applied("a1", newOrder("o2"))
	for i := range 2 {
		f.applied("a1", described("o1", fmt.Sprintf("d%d", i), 2000))
		f.applied("a1", described("o2", fmt.Sprintf("d%d", i), 2000))
	}
	f.refused("a1", described("o2", "d9", 2000), 10_000, "limits.open_bytes")
	f.applied("b1", newOrder("o3"))
	f.applied("a1", `[{"op":"order.close","order":"o1","state":"paid"}]`)
	f.applied("a1", described("o2", "d9", 2000))
}

// What is counted step by step is what a start finds.
func TestHeldIsWhatThereIs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newMemSession(rt)
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			client := rapid.SampledFrom([]protocol.ClientID{"a1", "b1", "c1"}).Draw(rt, "client")
			o := rapid.SampledFrom([]string{"o1", "o2", "o3"}).Draw(rt, "order")
			line := rapid.SampledFrom([]string{"l1", "l2", "l3"}).Draw(rt, "line")
			f.do(client, rapid.SampledFrom([]string{
				newOrder(o), described(o, line, rapid.IntRange(0, 900).Draw(rt, "bytes")),
				fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"description":"short"}}]`, o, line),
				fmt.Sprintf(`[{"op":"line.remove","order":%q,"line":%q}]`, o, line),
				fmt.Sprintf(`[{"op":"line.move","order":%q,"lines":[%q],"to":"o9"}]`, o, line),
				fmt.Sprintf(`[{"op":"order.pay","order":%q,"payment":{"id":%q,"method":"cash","amount":1}}]`, o, line),
				fmt.Sprintf(`[{"op":"order.close","order":%q,"state":"paid"}]`, o),
			}).Draw(rt, "ops"))
		}
		before := f.session.Held()
		f.restart(0)
		f.snapshot()
		require.Equal(rt, f.session.Held(), before)
	})
}

// halting is a chain that decides when it is let.
type halting struct {
	calm
	begun, resume chan struct{}
}

func (h *halting) Run(context.Context, *hooks.Wave) {
	h.begun <- struct{}{}
	<-h.resume
}

// One till's large pushes leave the others room to wait.
func TestWaitingBytes(t *testing.T) {
	h := &halting{begun: make(chan struct{}, 100), resume: make(chan struct{})}
	f := newMemSessionWith(t, h)
	replies := make(chan *multisession.Reply, 100)
	n := protocol.MutationID(0)
	submit := func(client protocol.ClientID, bytes int) {
		n++
		m, err := order.Decode(fmt.Appendf(nil, `{"id":1,"text":%q,"ops":[{"op":"order.create","order":"o%d"}]}`, strings.Repeat("x", bytes), n), order.DefaultLimits)
		require.NoError(t, err)
		f.session.Submit(&multisession.Push{Client: protocol.ClientID(fmt.Sprintf("%s-%d", client, n)), POS: protocol.POS{ID: protocol.POSID(client[:1])}, Mutations: []*order.Mutation{m}},
			func(r *multisession.Reply) { replies <- r })
	}
	submit("a", 30<<20) // alone, it may be as large as it likes
	<-h.begun
	for range 3 {
		submit("a", 1<<20)
		r := <-replies
		require.Equal(t, protocol.Overloaded, protocol.CodeOf(r.Err))
		require.NotZero(t, protocol.AsError(r.Err).RetryAfter())
	}
	for range 15 {
		submit("b", 1<<20)
	}
	submit("c", 100)
	require.Empty(t, replies, "others wait for their turn")
	submit("b", 1<<20)
	require.Equal(t, protocol.Overloaded, protocol.CodeOf((<-replies).Err))
	close(h.resume)
	for range 17 {
		require.Nil(t, (<-replies).Err)
	}
	submit("a", 1<<20)
	require.Nil(t, (<-replies).Err)
}

// A page of a snapshot, and of changes, ends by its bytes too; all of it comes.
func TestPagesByBytes(t *testing.T) {
	f := newMemSession(t)
	from := f.session.Feed.Head()
	for i := range 8 {
		ops := fmt.Sprintf(`{"op":"order.create","order":"o%d"}`, i)
		for l := range 400 {
			ops += "," + strings.Trim(described(fmt.Sprintf("o%d", i), fmt.Sprintf("l%d", l), 2000), "[]")
		}
		f.applied("a1", "["+ops+"]")
	}
	reply := f.ask(&multisession.Pin{})
	page, err := f.session.Pins.First(reply.Snapshot, 2000)
	require.Nil(t, err)
	pages, orders := 1, len(page.Orders)
	for page.Next != "" {
		size := 0
		for _, o := range page.Orders[:len(page.Orders)-1] {
			size += len(o)
		}
		require.Less(t, size, store.PageBytes)
		page, err = f.session.Pins.Page(page.Next)
		require.Nil(t, err)
		pages, orders = pages+1, orders+len(page.Orders)
	}
	require.Equal(t, 8, orders)
	require.Equal(t, 2, pages)
	for name, fresh := range map[string]func(){"of the ring": func() {}, "of the store": func() { f.restart(0) }} {
		fresh()
		read := 0
		for at := from; at != f.session.Feed.Head(); {
			page, err := f.session.Page(context.Background(), at, "", 2000)
			require.Nil(t, err)
			require.Less(t, len(page.Changes), 2*store.PageBytes, name)
			require.Equal(t, page.Position != f.session.Feed.Head(), page.More)
			read, at = read+page.Count, page.Position
		}
		require.Equal(t, 8, read, name)
	}
}

// Snapshots share what didn't change between them; what they take together is
// bounded, and given back.
func TestPinnedBytes(t *testing.T) {
	f := newMemSession(t)
	for i := range 3 {
		ops := fmt.Sprintf(`{"op":"order.create","order":"o%d"}`, i)
		for l := range 900 {
			ops += "," + strings.Trim(described(fmt.Sprintf("o%d", i), fmt.Sprintf("l%d", l), 2000), "[]")
		}
		f.applied("a1", "["+ops+"]")
	}
	pin := func() error {
		_, err := f.session.Pins.First(f.ask(&multisession.Pin{}).Snapshot, 1)
		return err
	}
	for range 200 { // nothing changed: all hold the same
		require.Nil(t, pin())
	}
	n := 0
	for ; n < 200; n++ {
		f.applied("a1", fmt.Sprintf(`[{"op":"line.inc","order":"o%d","line":"l1","field":"qty","by":1}]`, n%3))
		if err := pin(); err != nil {
			require.Equal(t, protocol.Overloaded, protocol.CodeOf(err))
			break
		}
	}
	require.Greater(t, n, 50)
	require.Less(t, n, 100)
	f.clock = f.clock.Add(3 * time.Minute)
	require.Nil(t, pin())
}

// Clients that are asked for and never push leave nothing behind.
func TestStrangeClients(t *testing.T) {
	f := newMemSession(t)
	for i := range 25_000 {
		_, err := f.session.Page(context.Background(), f.session.Feed.Head(), protocol.ClientID(fmt.Sprintf("c%d", i)), 10)
		require.Nil(t, err)
	}
	require.LessOrEqual(t, f.session.Feed.Clients(), 10_001)
}

// A client more than a POS may have waits: nothing of it is decided, those that
// are known go on, and a repeated push gets its first answer.
func TestClientsOfOnePOS(t *testing.T) {
	f := newMemSession(t)
	f.clients = 2
	f.restart(0)
	f.applied("a1", newOrder("o1"))
	f.applied("a2", newOrder("o2"))
	for range 2 {
		reply := f.push("a3", 1, newOrder("o3"))
		require.Equal(t, protocol.RateLimited, protocol.CodeOf(reply.Err))
		require.Contains(t, protocol.AsError(reply.Err).Message, "limits.clients")
		require.Equal(t, time.Minute, protocol.AsError(reply.Err).RetryAfter())
		f.restart(0)
	}
	f.applied("b1", newOrder("o4"))
	f.applied("a1", newOrder("o5"))
	require.Equal(t, protocol.Duplicate, f.result(f.push("a2", 1, newOrder("o2"))).Status)
	f.clients = 3 // the operator raised it: the queue comes in
	f.restart(0)
	f.applied("a3", newOrder("o3"))
	require.NotNil(t, f.push("a4", 1, newOrder("o6")).Err)
}

// An order keeps no more than what is counted: not the mutation that made it,
// with keys that nobody knows.
func TestOrdersDontKeepTheirMutations(t *testing.T) {
	f := newMemSession(t)
	live := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	note := strings.Repeat("x", 1<<20)
	before := live()
	for i := range 60 {
		f.applied("a1", fmt.Sprintf(`[{"op":"order.create","order":"o%d"},{"op":"line.add","order":"o%d","line":"l1","set":{"qty":1},"text":%q},
			{"op":"order.pay","order":"o%d","payment":{"id":"p1","method":"cash","amount":1,"ref":"r"}}]`, i, i, note, i))
	}
	require.Len(t, f.snapshot(), 60)
	require.Less(t, int64(live())-int64(before), int64(20<<20))
	runtime.KeepAlive(f)
}

// batches notes how much is decided at once.
type batches struct {
	halting
	sizes []int
}

func (b *batches) Run(ctx context.Context, wave *hooks.Wave) {
	b.halting.Run(ctx, wave)
	b.sizes = append(b.sizes, len(wave.Mutations))
}

func resultsOf(t *testing.T, reply *multisession.Reply) []protocol.Result {
	results := make([]protocol.Result, len(reply.Results))
	for i, r := range reply.Results {
		require.NoError(t, json.Unmarshal(r.JSON, &results[i]))
	}
	return results
}

// A large push is decided in parts, and who waits meanwhile comes between
// them: a till of the same multi-session waits for no more than one batch. The till that
// pushed gets one answer, in its order.
func TestPushesShareBatches(t *testing.T) {
	h := &batches{halting: halting{begun: make(chan struct{}, 100), resume: make(chan struct{}, 100)}}
	f := newMemSessionWith(t, h)
	type told struct {
		who   protocol.ClientID
		reply *multisession.Reply
	}
	replies := make(chan told, 100)
	submit := func(client protocol.ClientID, from, n int, text string) {
		p := &multisession.Push{Client: client, POS: protocol.POS{ID: protocol.POSID(client[:1])}}
		for i := range n {
			m, err := order.Decode(fmt.Appendf(nil, `{"id":%d,"text":%q,"ops":[{"op":"order.create","order":"%s-%d"}]}`, from+i, text, client, from+i), order.DefaultLimits)
			require.NoError(t, err)
			p.Mutations = append(p.Mutations, m)
		}
		f.session.Submit(p, func(r *multisession.Reply) { replies <- told{client, r} })
	}
	submit("c1", 1, 1, "")
	<-h.begun
	submit("a1", 1, 1000, strings.Repeat("x", 2000)) // more than 2 MB
	submit("a1", 1001, 1, "")
	for i := range 5 {
		submit("b1", 1+i, 1, "")
	}
	for range 50 {
		h.resume <- struct{}{}
	}
	var order []protocol.ClientID
	for range 8 {
		r := <-replies
		require.Nil(t, r.reply.Err)
		order = append(order, r.who)
		results := resultsOf(t, r.reply)
		if len(results) == 1000 {
			require.EqualValues(t, 1000, r.reply.LastID)
			for i := range results {
				require.EqualValues(t, i+1, results[i].ID)
				require.Equal(t, protocol.Applied, results[i].Status)
			}
		}
	}
	require.Equal(t, []protocol.ClientID{"c1", "b1", "b1", "b1", "b1", "b1", "a1", "a1"}, order)
	for _, n := range h.sizes {
		require.LessOrEqual(t, n, 300)
	}
	require.Greater(t, len(h.sizes), 4)
}

// What fails in a part of a push is told of all of it; what was decided before
// is found again.
func TestPartOfAPushFails(t *testing.T) {
	f := newMemSession(t)
	text := strings.Repeat("x", 2000)
	p := &multisession.Push{Client: "a1", POS: protocol.POS{ID: "a"}}
	for i := range 1000 {
		m, err := order.Decode(fmt.Appendf(nil, `{"id":%d,"text":%q,"ops":[{"op":"order.create","order":"o%d"}]}`, i+1, text, i), order.DefaultLimits)
		require.NoError(t, err)
		p.Mutations = append(p.Mutations, m)
	}
	f.store.FailNext(mem.Before)
	require.NotNil(t, f.ask(p).Err)
	reply := f.ask(p)
	require.Nil(t, reply.Err)
	require.Len(t, f.snapshot(), 1000)
	reply = f.ask(p)
	results := resultsOf(t, reply)
	require.Len(t, results, 1000)
	for _, r := range results {
		require.Equal(t, protocol.Duplicate, r.Status)
	}
	f.applied("b1", newOrder("later")) // nothing of it counts as waiting any more
}

// The closed orders that a push names are read a few at a time, and what one
// mutation alone would need too much of is refused.
func TestClosedOrdersOfAPush(t *testing.T) {
	f := limited(t, nil, func(l *order.Limits) { l.OpenBytes = 0 })
	const orders = 30
	for i := range orders {
		o := fmt.Sprintf("o%d", i)
		ops := fmt.Sprintf(`{"op":"order.create","order":%q}`, o)
		for l := range 450 {
			ops += "," + strings.Trim(described(o, fmt.Sprintf("l%d", l), 2000), "[]")
		}
		f.applied("a1", "["+ops+"]")
		f.applied("a1", fmt.Sprintf(`[{"op":"order.close","order":%q,"state":"paid"}]`, o))
	}
	pay := func(from, to int) (ops []string) {
		for i := from; i < to; i++ {
			ops = append(ops, fmt.Sprintf(`{"op":"order.pay","order":"o%d","payment":{"id":"p1","method":"cash","amount":1}}`, i))
		}
		return ops
	}
	f.restart(0)
	var each []string
	for _, op := range pay(0, orders) {
		each = append(each, "["+op+"]")
	}
	for _, r := range f.pushAll("a1", each) {
		require.Equal(t, protocol.Applied, r.Status, "%+v", r.Rejection)
	}
	f.restart(0)
	all := strings.ReplaceAll("["+strings.Join(pay(0, orders), ",")+"]", `"p1"`, `"p2"`)
	r := f.do("a1", all)
	require.Equal(t, protocol.LimitReached, r.Code)
	require.NotEmpty(t, r.Kept, "what could be read got its money")
	f.applied("a1", strings.ReplaceAll("["+strings.Join(pay(0, 5), ",")+"]", `"p1"`, `"p3"`))
}

// noted is a chain with a guarded text.
type noted struct{ calm }

func (noted) Schema() *protocol.Schema {
	s := protocol.CoreSchema()
	for _, field := range []protocol.Field{"note", "place"} {
		s.Order[field] = protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Guarded, Owner: "noted"}
	}
	return s
}

// A push of small mutations isn't answered with large values.
func TestStaleResultsAreSmall(t *testing.T) {
	f := newMemSessionWith(t, noted{})
	f.applied("a1", newOrder("o1"))
	f.applied("b1", fmt.Sprintf(`[{"op":"order.set","order":"o1","set":{"place":"5","note":%q}}]`, strings.Repeat("x", 60_000)))
	r := f.do("a1", `[{"op":"order.set","order":"o1","set":{"note":"y","place":"6"},"base":1}]`)
	require.Equal(t, protocol.StaleBase, r.Code)
	require.Equal(t, protocol.Fields{"place": `"5"`}, r.Now)
	r = f.do("a1", `[{"op":"order.set","order":"o1","set":{"note":"y"},"base":1}]`)
	require.Equal(t, protocol.StaleBase, r.Code)
	require.EqualValues(t, "note", r.Field)
	require.Empty(t, r.Now)
	require.Less(t, len(r.Message), 200)
}
