package bench

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/manytill/manytill/internal/freeport"
)

// rounds is how often each server is measured, by turns: a machine's speed isn't
// the same from one minute to the next.
const rounds = 3

// shapes are the loads that both servers get.
var shapes = []struct {
	name string
	load load
}{
	{"20 writers, 5 tills, 20 lines", load{multiSessions: 20, tills: 5, lines: 20}},
	{"1 writer, 5 tills, 20 lines", load{multiSessions: 1, tills: 5, lines: 20}},
	{"20 writers, 5 tills, 500 lines", load{multiSessions: 20, tills: 5, lines: 500}},
	{"200 writers, 5 tills, 20 lines", load{multiSessions: 200, tills: 5, lines: 20}},
	{"1 writer, 50 tills, 20 lines", load{multiSessions: 1, tills: 50, lines: 20}},
}

// measureRatio runs the same loads on [Floor] and on Manytill, by turns, and prints
// what Manytill reaches of it: of each the round in the middle.
func measureRatio(ctx context.Context, o *Options) error {
	for _, shape := range shapes {
		l := shape.load
		l.during = o.During
		var least, own []*result
		for range rounds {
			for _, server := range []struct {
				start func(ctx context.Context, o *Options, dir string) (*server, error)
				into  *[]*result
			}{{startFloor, &least}, {startOwn, &own}} {
				r, err := measureOne(ctx, o, l, server.start)
				if err != nil {
					return err
				}
				*server.into = append(*server.into, r)
			}
		}
		a, b := middle(least), middle(own)
		o.row(shape.name+", floor", a)
		o.row(shape.name+", Manytill", b)
		each := func(r *result) float64 { return r.cpu.Seconds() / float64(max(1, r.mutations)) }
		fmt.Fprintf(o.Out, "%-34s %.2f of the floor's rate, %.1f times its CPU, %.2f times its p50\n", "",
			b.rate(b.mutations)/a.rate(max(1, a.mutations)), each(b)/each(a), float64(b.percentile(.5))/float64(max(1, a.percentile(.5))))
	}
	return nil
}

func measureOne(ctx context.Context, o *Options, l load, start func(context.Context, *Options, string) (*server, error)) (*result, error) {
	dir, err := os.MkdirTemp("", "manytill-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := start(ctx, o, dir)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	return l.run(ctx, s, "m")
}

// middle is the round with the median rate.
func middle(all []*result) *result {
	slices.SortFunc(all, func(a, b *result) int { return cmp.Compare(a.mutations, b.mutations) })
	return all[len(all)/2]
}

func startOwn(ctx context.Context, o *Options, dir string) (*server, error) {
	return startServer(ctx, o.Binary, dir, o.Store)
}

func startFloor(ctx context.Context, o *Options, dir string) (*server, error) {
	s := &server{dir: dir, addr: freeport.Address()}
	s.process = exec.CommandContext(ctx, o.Binary, "bench-floor", s.addr, filepath.Join(dir, "log"))
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	return s, s.listening(30 * time.Second)
}
