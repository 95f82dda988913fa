package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// Options say what to measure.
type Options struct {
	Binary  string        // of the server
	During  time.Duration // of each load
	Store   string        // for example sqlite:bench.db, in a folder of its own
	Sockets int           // idle ones, for their memory
	Only    string        // the name of a part; empty is all
	Out     io.Writer
}

type part struct {
	name string
	run  func(context.Context, *Options, *server) error
}

var parts = []part{
	{"load", measureLoad},
	{"one-writer", measureOneWriter},
	{"lines", measureLines},
	{"frames", measureFrames},
	{"idle", measureIdle},
}

// Run measures and prints a table. It creates and removes its own databases.
func Run(ctx context.Context, o Options) error {
	fmt.Fprintf(o.Out, "%s, %d cores, %s, %s\n", cpuName(), runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly))
	for _, p := range parts {
		if o.Only != "" && o.Only != p.name {
			continue
		}
		if err := o.part(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	switch o.Only {
	case "floor": // it takes long, and is what "load" and the others are held against
		return measureRatio(ctx, &o)
	case "nodes": // it needs PostgreSQL
		return measureNodes(ctx, &o)
	}
	if o.Only == "" || o.Only == "extensions" {
		if err := measureExtensions(ctx, &o); err != nil {
			return fmt.Errorf("extensions: %w", err)
		}
	}
	if o.Only == "" || o.Only == "start" {
		return measureStart(ctx, &o)
	}
	return nil
}

func (o *Options) part(ctx context.Context, p part) error {
	dir, err := os.MkdirTemp("", "manytill-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := startServer(ctx, o.Binary, dir, o.Store)
	if err != nil {
		return err
	}
	defer s.stop()
	return p.run(ctx, o, s)
}

func cpuName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	_, rest, _ := strings.Cut(string(text), "model name")
	line, _, _ := strings.Cut(strings.TrimLeft(rest, "\t :"), "\n")
	return line
}

func (o *Options) row(name string, r *result) {
	each := func(took time.Duration) float64 { return float64(took.Microseconds()) / float64(max(1, r.mutations)) }
	processes := ""
	if r.processes > 0 {
		processes = fmt.Sprintf(" and %.0f µs its processes'", each(r.processes))
	}
	fmt.Fprintf(o.Out, "%-34s %7.0f mutations/s %7.0f deliveries/s  p50 %6s p99 %6s  %4.0f µs server CPU each%s  %4.0f B a frame\n",
		name, r.rate(r.mutations), r.rate(r.deliveries),
		r.percentile(.5).Round(10*time.Microsecond), r.percentile(.99).Round(10*time.Microsecond),
		each(r.cpu), processes, float64(r.bytes)/float64(max(1, r.deliveries-r.mutations)))
}

func measureLoad(ctx context.Context, o *Options, s *server) error {
	r, err := load{multiSessions: 20, tills: 5, lines: 20, during: o.During}.run(ctx, s, "m")
	if err == nil {
		o.row("20 writers, 5 tills, 20 lines", r)
	}
	return err
}

func measureOneWriter(ctx context.Context, o *Options, s *server) error {
	r, err := load{multiSessions: 1, tills: 5, lines: 20, during: o.During}.run(ctx, s, "m")
	if err == nil {
		o.row("1 writer, 5 tills, 20 lines", r)
	}
	return err
}

func measureLines(ctx context.Context, o *Options, s *server) error {
	for _, lines := range []int{1, 20, 500} {
		r, err := load{multiSessions: 4, tills: 2, lines: lines, during: o.During / 2}.run(ctx, s, fmt.Sprintf("l%d-", lines))
		if err != nil {
			return err
		}
		o.row(fmt.Sprintf("4 writers, 2 tills, %d lines", lines), r)
	}
	return nil
}

func measureIdle(ctx context.Context, o *Options, s *server) error {
	const tills = 5
	var tokens []string
	for i := range o.Sockets / tills {
		r, err := s.makeMultiSession(ctx, fmt.Sprintf("i%d", i), tills)
		if err != nil {
			return err
		}
		tokens = append(tokens, r.tokens...)
	}
	// The sessions are in memory now; from here on only sockets are added.
	before, err := restingMemory(s)
	if err != nil {
		return err
	}
	began, err := s.usage()
	if err != nil {
		return err
	}
	all := make([]*till, len(tokens))
	for i, token := range tokens {
		if all[i], err = dial(ctx, s.addr, token, fmt.Sprintf("idle-%d", i)); err != nil {
			return err
		}
		all[i].buffer = nil
	}
	opened, err := s.usage()
	if err != nil {
		return err
	}
	after, err := restingMemory(s)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "%-34s %.1f KB each, opened for %d µs of server CPU each (%d sockets)\n", "idle WebSockets",
		float64(after-before)/1024/float64(len(all)), (opened.cpu-began.cpu).Microseconds()/int64(len(all)), len(all))
	for _, t := range all {
		t.close()
	}
	return nil
}

// restingMemory is the server's resident memory, in bytes, once it doesn't change
// any more.
func restingMemory(s *server) (int64, error) {
	const wait = 6 * time.Second // until an idle server has returned memory to the system
	var last int64
	for began := time.Now(); ; {
		time.Sleep(250 * time.Millisecond)
		u, err := s.usage()
		if err != nil {
			return 0, err
		}
		if u.rss == last && time.Since(began) > wait {
			return last, nil
		}
		last = u.rss
	}
}
