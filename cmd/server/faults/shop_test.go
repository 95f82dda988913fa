package faults_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/servicetest"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// shopExtensions are the examples that shops ask for, in the order of their chain. Those
// at its end refuse what the fiscal chain has stored something for.
var shopExtensions = []string{
	"seat", "course-and-fire", "kitchen-state", "happy-hour", "tare", "bottle-deposit", "loyalty", "tip-split",
	"commission", "gift-card", "fiscal-chain", "age-check", "table",
}

// shop is a server with all of these, its tills, each behind a network of its own, and
// the services that effects call.
type shop struct {
	t             *testing.T
	dice          dice
	p             *process
	ms            *multiSession
	tills         []*device
	nets          []*proxy
	cards, signer *servicetest.Service
	bookings      string                    // loyalty's folder
	signs         []protocol.Value          // numbers, as they were signed
	absences      map[string][]absent       // by extension
	down          map[protocol.OrderID]bool // paid while gift-card was down
	forgotten     map[protocol.OrderID]bool // booked behind the backup that was restored
	removed       map[protocol.LineID]bool  // somebody took it off, or tried
	tapped        *tally
	reached       map[string]int
	count         int
}

// absent is a time in which an extension didn't run.
type absent struct{ from, to time.Time }

func newShop(t *testing.T, d dice) *shop {
	s := &shop{
		t: t, dice: d, p: newConfiguredProcess(t, "time_zone: UTC\n"), bookings: t.TempDir(),
		absences: map[string][]absent{}, down: map[protocol.OrderID]bool{}, forgotten: map[protocol.OrderID]bool{}, removed: map[protocol.LineID]bool{}, reached: map[string]int{},
		tapped: &tally{least: map[protocol.LineID]decimal.Decimal{}, most: map[protocol.LineID]decimal.Decimal{}},
	}
	s.cards = servicetest.NewTLS(t, "/bookings", func(_ int, data protocol.Fields) servicetest.Answer {
		if data["card"] == `"EMPTY"` {
			return servicetest.Answer{Status: http.StatusPaymentRequired, Body: `{"message":"There is nothing on it"}`}
		}
		return servicetest.Answer{Status: http.StatusCreated, Body: `{}`}
	})
	s.signer = servicetest.NewTLS(t, "/signatures", func(_ int, data protocol.Fields) servicetest.Answer {
		s.signs = append(s.signs, data["number"])
		return servicetest.Answer{Status: http.StatusCreated, Body: fmt.Sprintf(`{"signature":"S%s of %s"}`, data["number"], data["hash"].String())}
	})
	s.p.env = []string{s.cards.Environment()}
	s.configure()
	s.p.start()
	s.ms = s.p.newMultiSession("floor", 4)
	for i, token := range s.ms.tokens {
		net := newProxy(t, s.p.addr)
		d := (&device{t: t, url: net.url(), token: token, polls: i == 2, store: clienttest.NewMemoryStore()}).first()
		s.nets, s.tills = append(s.nets, net), append(s.tills, d)
		d.online()
	}
	return s
}

// configure writes the entries of all. It is always happy hour, until happyHour says
// otherwise.
func (s *shop) configure() {
	for _, name := range shopExtensions {
		switch name {
		case "age-check":
			s.p.example(name, name, ", config: {products: [31], age: 18}")
		case "bottle-deposit":
			s.p.example(name, name, `, config: {product: 99, deposits: {"41": 0.25, "42": 1.5}}`)
		case "gift-card", "fiscal-chain":
			service := map[string]*servicetest.Service{"gift-card": s.cards, "fiscal-chain": s.signer}[name]
			host := strings.TrimPrefix(service.URL, "https://")
			s.p.example(name, name, fmt.Sprintf(", allow: [%q], config: {api: %q, key: %s}", host, service.URL, servicetest.Key))
			s.hurry(name)
		case "loyalty":
			s.p.loyalty(fmt.Sprintf("bookings: %q", s.bookings))
		default:
			s.p.example(name, name, "")
		}
	}
	s.happyHour(-time.Hour, 4*time.Hour)
	s.p.enable(shopExtensions...)
}

// hurry shortens the time of a call to a service, which some calls use up.
func (s *shop) hurry(name string) {
	file := filepath.Join(s.p.dir, name, "extension.yaml")
	manifest, err := os.ReadFile(file)
	require.NoError(s.t, err)
	require.Contains(s.t, string(manifest), "timeout: 10s")
	require.NoError(s.t, os.WriteFile(file, []byte(strings.Replace(string(manifest), "timeout: 10s", "timeout: 2s", 1)), 0o600))
}

func (s *shop) happyHour(from, to time.Duration) {
	clock := func(d time.Duration) string { return time.Now().UTC().Add(d).Format("15:04") }
	s.p.entries["happy-hour"] = fmt.Sprintf("  - {path: ./happy-hour, timeout: 5s, config: {from: %q, to: %q, percent: 20}}\n", clock(from), clock(to))
}

// without lets something happen while extensions don't run: from before they stop
// until they are there again.
func (s *shop) without(names []string, happens func()) {
	from := time.Now()
	happens()
	s.p.running()
	for _, name := range names {
		s.absences[name] = append(s.absences[name], absent{from, time.Now()})
	}
}

// hangup has the server take over extensions, and waits until it has.
func (s *shop) hangup(names ...string) {
	s.p.enable(names...)
	require.NoError(s.t, s.p.cmd.Process.Signal(syscall.SIGHUP))
	s.p.await("the extensions are "+fmt.Sprint(names), func(list []protocol.ExtensionStatus) bool {
		return slices.EqualFunc(list, names, func(e protocol.ExtensionStatus, name string) bool { return e.Name == name })
	})
}

// await waits until the extensions are as they should be.
func (p *process) await(what string, is func([]protocol.ExtensionStatus) bool) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		var shown struct {
			Extensions []protocol.ExtensionStatus `json:"extensions"`
		}
		require.NoError(p.t, p.call("GET", "/v1/admin/extensions", adminToken, nil, &shown))
		return is(shown.Extensions)
	}, 60*time.Second, 20*time.Millisecond, what)
}

// running waits until all extensions that are enabled run.
func (p *process) running() {
	p.await("all run", func(list []protocol.ExtensionStatus) bool {
		return !slices.ContainsFunc(list, func(e protocol.ExtensionStatus) bool { return e.State != "running" })
	})
}

// TestExamplesThroughFaults: all examples that shops ask for, on one server with four
// tills, while the network breaks, the server is killed, a backup is restored, and
// extensions are off, on, and down. The tills and the store agree, nothing is doubled
// or lost, and nothing grows by being run again.
func TestExamplesThroughFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a server many times")
	}
	chosen := seedOf(t)
	t.Logf("to do the same again: go test ./cmd/server/faults -run '%s$' -seed=%d", t.Name(), chosen)
	if *soak > 0 {
		for end := time.Now().Add(*soak); time.Now().Before(end) && !t.Failed(); {
			seed := rand.Uint64N(1 << 40)
			t.Run(fmt.Sprint(seed), func(t *testing.T) { newShop(t, seeded(seed)).play() })
		}
		return
	}
	newShop(t, seeded(chosen)).play()
}

// play lets everything go wrong, in some order, and looks at what became of it.
func (s *shop) play() {
	rounds := s.rounds()
	for len(rounds) > 0 {
		i := s.dice(len(rounds))
		next := rounds[i]
		rounds = slices.Delete(rounds, i, i+1)
		s.taps(10, s.tills...)
		next.happens()
		s.reached["fault: "+next.name]++
		s.taps(10, s.tills...)
	}
	s.vetoes()
	s.check()
	for _, name := range slices.Sorted(maps.Keys(s.reached)) {
		s.t.Logf("%4d %s", s.reached[name], name)
	}
	for _, name := range mustReach {
		require.NotZero(s.t, s.reached[name], "the run didn't reach: %s", name)
	}
}

// tap asks a till for ops, as often as the order wasn't closed meanwhile.
func (s *shop) tap(d *device, name string, ops ...protocol.Op) {
	if _, err := d.Do(ops...); err == nil {
		s.reached["tap: "+name]++
		s.tapped.add(ops...)
		for _, op := range ops {
			if op, is := op.(protocol.LineRemove); is {
				s.removed[op.Line] = true
			}
		}
	}
}

func (s *shop) id(kind string) string {
	s.count++
	return fmt.Sprintf("%s%d", kind, s.count)
}

// rejections are what tills were told, each once: what was pushed anew after the
// restore, by a new client_id, may be refused twice. Taps of one millisecond may be alike.
func (s *shop) rejections() (all []client.Rejected) {
	for _, d := range s.tills {
		told, now := map[string]int{}, map[string]int{} // so far, and by this client_id
		for _, e := range d.all() {
			switch e := e.(type) {
			case client.Renumbered:
				clear(now)
			case client.Rejected:
				tap := e.Mutation.At + describe(e.Mutation.Ops)
				if now[tap]++; now[tap] > told[tap] {
					told[tap] = now[tap]
					all = append(all, e)
				}
			}
		}
	}
	return all
}

// stored is what an extension keeps, by key.
func (s *shop) stored(extension string) map[string]protocol.Value {
	var page protocol.StorageResponse
	path := fmt.Sprintf("/v1/admin/extensions/%s/storage?multi_session=%s", extension, s.ms.id)
	require.NoError(s.t, s.p.call("GET", path, adminToken, nil, &page))
	require.Nil(s.t, page.After)
	values := map[string]protocol.Value{}
	for _, e := range page.Entries {
		values[e.Key] = e.Value
	}
	return values
}
