package goplugin_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// The binaries that the tests run: a plugin that misbehaves, one that doesn't,
// one that shows what it sees, one that hands over what isn't taken, and a server to kill.
var misbehave, loyalty, mirror, dropping, host string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "goplugin")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	misbehave, loyalty, host = filepath.Join(dir, "misbehave"), filepath.Join(dir, "loyalty"), filepath.Join(dir, "host")
	mirror, dropping = filepath.Join(dir, "mirror"), filepath.Join(dir, "dropping")
	build := exec.Command("go", "build", "-o", dir+"/", "./testdata/misbehave", "./testdata/host", "./testdata/mirror", "./testdata/dropping", "../../plugins/example/loyalty")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n%v\n", out, err)
		return 1
	}
	return m.Run()
}

func sum(t testing.TB, path string) string {
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	s := sha256.Sum256(raw)
	return hex.EncodeToString(s[:])
}

// kit is a host under test, and what became of it.
type kit struct {
	t      testing.TB
	host   *goplugin.Host
	states chan goplugin.State
}

func options(t testing.TB, path string) goplugin.Options {
	return goplugin.Options{
		Exec: path, SHA256: sum(t, path), SocketDir: filepath.Join(t.TempDir(), "s"),
		Description: extensions.Description{Name: filepath.Base(path), Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: {
			"note": {FieldSpec: protocol.FieldSpec{Type: protocol.TypeString}}, "pids": {FieldSpec: protocol.FieldSpec{Type: protocol.TypeArray}}, "seen": {FieldSpec: protocol.FieldSpec{Type: protocol.TypeArray}},
		}}},
		Timeout:      5 * time.Second,
		Grace:        100 * time.Millisecond,
		StartTimeout: 10 * time.Second,
		Memory:       1 << 30,
		Restart:      goplugin.Restart{Pause: 20 * time.Millisecond},
		Log:          slog.New(slog.DiscardHandler),
	}
}

func start(t testing.TB, o goplugin.Options) *kit {
	k := &kit{t: t, states: make(chan goplugin.State, 100)}
	o.OnState = func(s goplugin.State) {
		select {
		case k.states <- s:
		default: // a test that doesn't look
		}
	}
	var err error
	k.host, err = goplugin.Start(context.Background(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.host.Close()) })
	k.await(goplugin.Running)
	return k
}

// await waits for a state.
func (k *kit) await(name string) goplugin.State {
	k.t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case s := <-k.states:
			if s.Name == name {
				return s
			}
		case <-deadline:
			require.FailNow(k.t, "no such state", "waited for %s, is %+v", name, k.host.State())
		}
	}
}

// run runs the hooks on new orders with these ids, within a time.
func (k *kit) run(within time.Duration, ids ...protocol.OrderID) ([]hooks.Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	batch := &extensions.Batch{MultiSession: "m"}
	for _, id := range ids {
		batch.Records = append(batch.Records, &hooks.Snapshot{
			RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: id, New: true},
			Merged:     protocol.Fields{"note": `"n"`},
		})
	}
	return k.host.Run(ctx, batch)
}

// works checks that an ordinary call is answered.
func (k *kit) works() []int {
	k.t.Helper()
	results, err := k.run(5*time.Second, "fine")
	require.NoError(k.t, err)
	require.NoError(k.t, results[0].Err)
	require.Equal(k.t, protocol.Value(`"n"`), results[0].Export["note"])
	return pids(k.t, results[0].Export["pids"])
}

func pids(t testing.TB, v protocol.Value) (list []int) {
	require.NoError(t, v.Decode(&list))
	return list
}
