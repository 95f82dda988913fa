package jsprocess_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions/jsprocess"
	"github.com/manytill/manytill/internal/hostile"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var long = flag.Bool("hostile-long", false, "try every hook and file of internal/hostile; else the first of each kind")

func tried(all []hostile.Case) []hostile.Case {
	if *long {
		return all
	}
	return slices.DeleteFunc(all, func(c hostile.Case) bool { return !c.First })
}

// Whatever a hook does, its call ends when its time is up, the process is the
// only one that ends, and the next call of another order is answered.
func TestHostileHooks(t *testing.T) {
	t.Parallel()
	for _, c := range tried(hostile.Hooks()) {
		t.Run(c.Kind+"/"+c.Name, func(t *testing.T) {
			host := start(t, jsprocess.Options{Paths: []string{write(t, "hostile.js", c.Code)}})
			const limit = 300 * time.Millisecond
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			results, err := host.Run(ctx, batch(order(protocol.Fields{}, protocol.Fields{"go": `"now"`})))
			if err == nil {
				require.Len(t, results, 1)
			}
			require.EventuallyWithT(t, func(c *assert.CollectT) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				results, err := host.Run(ctx, batch(order(protocol.Fields{}, protocol.Fields{"go": `"later"`})))
				require.NoError(c, err)
				require.NoError(c, results[0].Err)
				require.Equal(c, protocol.Value(`"later"`), results[0].Export["echo"])
			}, 2*time.Minute, 10*time.Millisecond)
		})
	}
}

// A file that would end the process that reads it, or keep it busy for ever,
// is an error of that extension, in words, or it is loaded.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	for _, c := range tried(hostile.Files()) {
		t.Run(c.Kind+"/"+c.Name, func(t *testing.T) {
			t.Parallel()
			host, err := jsprocess.Start(t.Context(), jsprocess.Options{Paths: []string{write(t, "hostile.js", c.Code)}, Log: slog.New(slog.DiscardHandler)})
			if err == nil {
				require.Empty(t, c.Says)
				require.NoError(t, host.Close())
				return
			}
			require.ErrorContains(t, err, "extension hostile: ")
			require.ErrorContains(t, err, c.Says)
			require.NotContains(t, err.Error(), "plugin")
			require.Less(t, len(err.Error()), 1000)
		})
	}
}

// What code keeps from call to call doesn't grow without end: calls that leak
// are answered, but for the moments in which its process starts anew.
func TestLeaks(t *testing.T) {
	t.Parallel()
	leaks := strings.Replace(hostile.Echo, "data.go = this.go;", "data.go = this.go; kept.push(new Array(8000).fill(kept.length));", 1)
	host := start(t, jsprocess.Options{Paths: []string{write(t, "leaks.js", leaks)}, Memory: 128 << 20})
	calls, answered, told := 1000, 0, false
	if *long {
		calls = 10_000
	}
	for i := range calls {
		r := order(protocol.Fields{}, protocol.Fields{"go": `"later"`})
		r.Order = protocol.OrderID(fmt.Sprint("o", i))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		results, err := host.Run(ctx, batch(r))
		if err == nil {
			err = results[0].Err
			told = told || len(results[0].Dropped) > 0
		}
		if err == nil {
			answered++
		} else if i-answered < 5 {
			t.Log(i, err)
		}
		cancel()
	}
	require.Greater(t, answered, calls-calls/100)
	require.True(t, told)
}
