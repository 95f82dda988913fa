package goplugin_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/hookstest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

func number(derived bool) extensions.FieldInfo {
	return extensions.FieldInfo{FieldSpec: protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Last, Derived: derived}}
}

// loyaltyOptions are the example's, as its extension.yaml says.
func loyaltyOptions(t testing.TB) goplugin.Options {
	o := options(t, loyalty)
	o.Description = extensions.Description{
		Name: "loyalty", Version: "1.0.0", CanReject: true,
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{
			protocol.ModelOrder: {"points": number(true), "points_redeemed": number(false), "points_booked": number(true)},
		},
		Reads: map[protocol.Model][]protocol.Field{
			protocol.ModelOrder: {"partner_id", protocol.KeyMTState}, protocol.ModelOrderline: {"qty", "price_unit"},
		},
		Effects: map[string]hooks.EffectSpec{"book": {Timeout: 10 * time.Second}},
	}
	o.Config = map[string]any{"points_per_unit": 2}
	return o
}

// order is one with so many lines of 10.5 each.
func order(id protocol.OrderID, lines int, fields protocol.Fields) *hooks.Snapshot {
	list := make([]protocol.Line, lines)
	for i := range list {
		list[i] = protocol.Line{ID: protocol.LineID(fmt.Sprint("l", i)), N: i + 1, Fields: protocol.Fields{
			"qty": "1", "price_unit": "10.5", "product_id": "7", "description": `"not for plugins that don't read it"`,
		}}
	}
	return &hooks.Snapshot{
		RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: id, Number: 12, Run: 3, At: time.Unix(1_790_000_000, 0), Seed: 5},
		Stored:     protocol.Fields{},
		Merged:     fields,
		Lines:      func() []protocol.Line { return list },
	}
}

func TestLoyalty(t *testing.T) {
	k := start(t, loyaltyOptions(t))
	require.Equal(t, map[protocol.Model]bool{protocol.ModelOrder: true}, k.host.Describe().Hooks)
	require.True(t, k.host.Describe().Manifest)
	results, err := k.host.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{
		order("o1", 3, protocol.Fields{}), order("o2", 1, protocol.Fields{"points_redeemed": "21"}), order("o3", 1, protocol.Fields{"points_redeemed": "22"}),
	}})
	require.NoError(t, err)
	require.Equal(t, protocol.Fields{"points": "63"}, results[0].Export)
	require.Equal(t, protocol.Fields{"points": "21", "points_redeemed": "21"}, results[1].Export)
	require.Equal(t, "The order has 21 points, so 22 can't be redeemed.", results[2].Reject)
	require.Equal(t, []protocol.Field{"points_booked", "points", "points_redeemed", "lines"}, results[0].Read)
}

// In a chain: what it derives joins the change, and it may veto.
func TestInAChain(t *testing.T) {
	o := loyaltyOptions(t)
	k := start(t, o)
	chain, err := extensions.Build([]extensions.Entry{{Host: k.host, Source: "loyalty", Timeout: 5 * time.Second}}, extensions.Options{Now: time.Now, Log: o.Log})
	require.NoError(t, err)
	require.True(t, chain.Active())
	wave := &hooks.Wave{MultiSession: "m"}
	set := protocol.Fields{}
	for _, redeemed := range []protocol.Value{"21", "22"} {
		r := order("o"+protocol.OrderID(redeemed), 1, protocol.Fields{"points_redeemed": redeemed})
		wave.Mutations = append(wave.Mutations, &hooks.Mutation{Orders: []*hooks.Change{{
			Record: r, Changed: []protocol.Field{"points_redeemed"}, Ran: new(uint64),
			Draft: &hookstest.Draft{OnSet: func(f protocol.Field, v protocol.Value) { set[f] = v }},
		}}})
	}
	chain.Run(context.Background(), wave)
	require.Equal(t, protocol.Fields{"points": "21"}, set)
	require.Nil(t, wave.Mutations[0].Veto)
	require.Equal(t, protocol.Vetoed, wave.Mutations[1].Veto.Code)
	require.Equal(t, "loyalty", wave.Mutations[1].Veto.Extension)
}

// Several multi-sessions call at once.
func TestManyCallers(t *testing.T) {
	k := start(t, loyaltyOptions(t))
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for range 50 {
				results, err := k.host.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{order("o", i, protocol.Fields{})}})
				require.NoError(t, err)
				require.Equal(t, protocol.Int(21*i), results[0].Export["points"])
			}
		})
	}
	callers.Wait()
}

// Starts leave nothing behind in this process.
func TestNothingLeaks(t *testing.T) {
	cycle := func() {
		o := options(t, misbehave)
		o.Restart.Pause = time.Millisecond
		k := start(t, o)
		for range 3 {
			_, err := k.run(5*time.Second, "exit")
			require.Error(t, err)
			k.await(goplugin.Running)
		}
		require.NoError(t, k.host.Close())
		o.Config = map[string]any{"wrong": true}
		_, err := goplugin.Start(context.Background(), o)
		require.Error(t, err)
	}
	files := func() int {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("needs /proc")
		}
		return len(open)
	}
	cycle()
	goroutines, open := runtime.NumGoroutine(), files()
	for range 3 {
		cycle()
	}
	require.Eventually(t, func() bool {
		return runtime.NumGoroutine() <= goroutines+3 && files() <= open+3
	}, 5*time.Second, 10*time.Millisecond, "goroutines %d and files %d at first", goroutines, open)
}

// byHand starts a plugin as under a debugger, for hosts of this test.
func byHand(t *testing.T, path string) *exec.Cmd {
	cmd := exec.Command(path)
	cmd.Env = []string{"MANYTILL_PLUGIN_DEBUG=1", "TMPDIR=" + t.TempDir()}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	env := regexp.MustCompile(`^MANYTILL_PLUGIN_REATTACH='(.*)'$`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := env.FindStringSubmatch(lines.Text()); found != nil {
			t.Setenv("MANYTILL_PLUGIN_REATTACH", found[1])
			break
		}
	}
	return cmd
}

// A plugin that was started by hand, under a debugger perhaps, is called and
// never killed.
func TestReattach(t *testing.T) {
	cmd := byHand(t, loyalty)
	o := loyaltyOptions(t)
	o.Exec, o.SHA256 = "", ""
	for range 2 {
		k := start(t, o)
		results, err := k.host.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{order("o1", 1, protocol.Fields{})}})
		require.NoError(t, err)
		require.Equal(t, protocol.Fields{"points": "21"}, results[0].Export)
		require.NoError(t, k.host.Close())
	}
	require.NoError(t, cmd.Process.Signal(os.Interrupt), "it still runs")
}
