package multisession_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const examples = "../../plugins/example/"

// exampleHosts are examples: JavaScript without a manifest and with one, a Go
// plugin, lines that follow their order, lines that an extension puts, two that write
// core fields, and two that store something, one of them with effects.
func exampleHosts(t *testing.T) []extensions.Host {
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	note, err := javascript.Load(ctx, javascript.Options{Paths: []string{examples + "order-note/order-note.js"}, Timeout: 30 * time.Second, Log: log})
	require.NoError(t, err)
	m, err := manifest.Load(examples + "absolute-discount")
	require.NoError(t, err)
	discount, err := javascript.Load(ctx, javascript.Options{Manifest: m, Timeout: 30 * time.Second, Log: log})
	require.NoError(t, err)
	hosts := []extensions.Host{note, discount, loyaltyHost(t)}
	for name, config := range map[string]map[string]any{
		"course-and-fire": nil,
		"table":           nil,
		"kitchen-state":   nil,
		"tare":            nil,
		"happy-hour":      {"from": "00:00", "to": "23:59", "percent": 50},
		"bottle-deposit":  {"product": 99, "deposits": map[string]any{"1": 0.25, "7": 1}},
		"fiscal-chain":    {"api": "https://fiscal.example", "key": "k"},
	} {
		m, err := manifest.Load(examples + name)
		require.NoError(t, err)
		host, err := javascript.Load(ctx, javascript.Options{Manifest: m, Config: config, Timeout: 30 * time.Second, Log: log})
		require.NoError(t, err)
		hosts = append(hosts, host)
	}
	t.Cleanup(func() {
		for _, h := range hosts {
			require.NoError(t, h.Close())
		}
	})
	return hosts
}

func loyaltyHost(t *testing.T) extensions.Host {
	binary := filepath.Join(t.TempDir(), "loyalty")
	build := exec.Command("go", "build", "-o", binary, "./"+examples+"loyalty")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	code, err := os.ReadFile(binary)
	require.NoError(t, err)
	m, err := manifest.Load(examples + "loyalty")
	require.NoError(t, err)
	d := extensions.Description{
		Name: m.Name, Version: m.Version, Reads: m.Reads, CanReject: m.CanReject, Effects: m.EffectSpecs(), Manifest: true,
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{},
	}
	for model, fields := range m.Fields {
		d.Fields[model] = map[protocol.Field]extensions.FieldInfo{}
		for f, field := range fields {
			d.Fields[model][f] = extensions.FieldInfo{FieldSpec: field.Spec(m.Name)}
		}
	}
	host, err := goplugin.Start(context.Background(), goplugin.Options{
		Exec: binary, SHA256: fmt.Sprintf("%x", sha256.Sum256(code)), Config: map[string]any{"points_per_unit": 1}, SocketDir: filepath.Join(t.TempDir(), "s"),
		Description: d, Timeout: 5 * time.Second, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return host
}

// unsteady fails at random: as a whole, or on a record.
type unsteady struct {
	extensions.Host
	chance *rand.Rand
	failed *atomic.Int64
}

var errUnsteady = errors.New("it fails at random")

func (u *unsteady) Run(ctx context.Context, b *extensions.Batch) ([]hooks.Result, error) {
	if u.chance.IntN(10) == 0 {
		u.failed.Add(1)
		return nil, errUnsteady
	}
	results, err := u.Host.Run(ctx, b)
	for i := range results {
		if u.chance.IntN(10) == 0 {
			u.failed.Add(1)
			results[i] = hooks.Result{Err: errUnsteady}
		}
	}
	return results, err
}

// Close leaves the host to the next chain.
func (u *unsteady) Close() error { return nil }

// extensionOps set what the examples own, sense or not.
func extensionOps(t *rapid.T) string {
	on := rapid.SampledFrom([]string{"o1", "o2", "o3", "o4"}).Draw(t, "order")
	line := rapid.SampledFrom([]string{"l1", "l2", "l3", "l4", "l5"}).Draw(t, "line")
	n := rapid.IntRange(-1, 6).Draw(t, "n")
	return rapid.SampledFrom([]string{
		fmt.Sprintf(`[{"op":"order.set","order":%q,"set":{"order_note":"note %d"}}]`, on, n),
		fmt.Sprintf(`[{"op":"order.set","order":%q,"set":{"order_note":null}}]`, on),
		fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"line_note":"note %d"}}]`, on, line, n),
		fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"absolute_discount":%d,"discount":0}}]`, on, line, n),
		fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"price_unit":%d,"discount":%d}}]`, on, line, n+2, 5*n+5),
		fmt.Sprintf(`[{"op":"order.set","order":%q,"set":{"points_redeemed":%d}}]`, on, n),
		fmt.Sprintf(`[{"op":"order.set","order":%q,"set":{"fired_course":%d}}]`, on, n),
		fmt.Sprintf(`[{"op":"order.set","order":%q,"set":{"table":"%d"}}]`, on, n/2),
		fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"course":%d}}]`, on, line, n),
		fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"kitchen":"ready"}}]`, on, line),
		fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"gross":%d,"tare":1}}]`, on, line, n),
		fmt.Sprintf(`[{"op":"line.add","order":%q,"line":"bottle%d","set":{"product_id":7,"qty":%d}}]`, on, n, n+2),
		fmt.Sprintf(`[{"op":"line.remove","order":%q,"line":"mt:bottle-deposit:%s"}]`, on, line),
		fmt.Sprintf(`[{"op":"line.set","order":%q,"line":"mt:bottle-deposit:%s","set":{"discount":%d}}]`, on, line, n+1),
	}).Draw(t, "ops")
}

// TestConvergenceWithExtensions: as TestConvergence, with examples
// that are enabled, disabled, put in another order and failing at random.
func TestConvergenceWithExtensions(t *testing.T) {
	hosts := exampleHosts(t)
	var failed, vetoed, derived, signed, put atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		chain := func() multisession.Chain { return drawnChain(t, hosts, &failed) }
		f := newMemSessionWith(t, chain())
		positions, states := []multisession.Position{f.session.Feed.Head()}, []*mirror{newMirror()}
		live := newMirror()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			before := f.session.Feed.Head()
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				f.chain = chain()
			case 1:
				f.ask(&multisession.Rerun{})
			case 2, 3, 4, 5:
				f.tally(f.do(rapid.SampledFrom([]protocol.ClientID{"a1", "b1"}).Draw(t, "client"), extensionOps(t)), &vetoed)
			default:
				f.tally(f.do(rapid.SampledFrom([]protocol.ClientID{"a1", "a2", "c1"}).Draw(t, "client"), randomOps(t, before.Seq)), &vetoed)
			}
			f.read(live, before, 100)
			if f.session.Feed.Head() != before {
				positions, states = append(positions, f.session.Feed.Head()), append(states, live.clone(t))
			}
		}
		held := map[protocol.Value]protocol.OrderID{}
		for _, o := range f.snapshot() {
			table := o.Fields["table_held"]
			if other := held[table]; other != "" {
				require.Fail(t, "two orders on one table", "%s and %s on %s", other, o.ID, table)
			}
			if !table.IsNull() {
				held[table] = o.ID
			}
			if o.Fields["points"] != "" {
				derived.Add(1)
			}
		}
		f.converged(positions, states, live)
		f.keepsItsPromises(steadyChain(t, hosts), &signed, &put)
	})
	for name, n := range map[string]*atomic.Int64{"failures": &failed, "vetoes": &vetoed, "orders with points": &derived, "signatures": &signed, "deposits": &put} {
		require.Positive(t, n.Load(), "no %s: the run shows nothing", name)
	}
}

func (f *memSession) tally(r protocol.Result, vetoed *atomic.Int64) {
	if r.Rejection != nil && r.Code == protocol.Vetoed {
		vetoed.Add(1)
	}
}

// converged: by changes = by snapshot = by what the store holds = by folded
// catch-up, from every position.
func (f *memSession) converged(positions []multisession.Position, states []*mirror, live *mirror) {
	want := canonical(f.t, f.snapshot())
	require.Equal(f.t, want, live.canonical(f.t), "by changes = by snapshot")
	for _, foldFrom := range []int{0, 1} {
		f.restart(foldFrom)
		require.Equal(f.t, want, canonical(f.t, f.snapshot()), "by what the store holds")
		for i, from := range positions {
			m := states[i].clone(f.t)
			f.read(m, from, 3)
			require.Equal(f.t, want, m.canonical(f.t), "from %d, folded from %d", from.Seq, foldFrom)
		}
	}
}

// drawnChain is some of the hosts, in some order, failing by some chance.
func drawnChain(t *rapid.T, hosts []extensions.Host, failed *atomic.Int64) multisession.Chain {
	chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	onError := rapid.SampledFrom([]extensions.OnError{extensions.OnErrorMerge, extensions.OnErrorReject}).Draw(t, "on_error")
	var all, entries []extensions.Entry
	for _, h := range rapid.Permutation(hosts).Draw(t, "order") {
		e := extensions.Entry{Host: &unsteady{h, chance, failed}, OnError: onError, Timeout: 5 * time.Second}
		all = append(all, e)
		if rapid.IntRange(0, 3).Draw(t, "enabled") > 0 {
			entries = append(entries, e)
		}
	}
	o := extensions.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	whole, err := extensions.Build(all, o)
	require.NoError(t, err)
	o.Known = whole.Known() // what a disabled one owned goes on syncing
	chain, err := extensions.Build(entries, o)
	require.NoError(t, err)
	return chain
}
