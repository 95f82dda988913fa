package check

import (
	"context"
	"log/slog"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/manytill/manytill/extensions/check/internal/gosource"
	"github.com/manytill/manytill/extensions/notes"
)

// raceLog reads what a program prints, as a host logs it, and hands it on: among it
// is what the race detector found. It is safe for concurrent use.
type raceLog struct {
	dir string

	mu     sync.Mutex
	lines  []string // of the report that is being printed; nil: of none
	report []notes.Note
}

// logger is what a host logs to; next gets it all as well.
func (l *raceLog) logger(next *slog.Logger) *slog.Logger {
	return slog.New(&reading{l, next.Handler()})
}

// reading is a slog.Handler that reads the lines which a program printed.
type reading struct {
	log  *raceLog
	next slog.Handler
}

func (*reading) Enabled(context.Context, slog.Level) bool { return true } // all is read

func (h *reading) WithGroup(name string) slog.Handler {
	return &reading{h.log, h.next.WithGroup(name)}
}

func (h *reading) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &reading{h.log, h.next.WithAttrs(attrs)}
}

func (h *reading) Handle(ctx context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "line" {
			h.log.line(a.Value.String())
		}
		return true
	})
	if h.next.Enabled(ctx, r.Level) {
		return h.next.Handle(ctx, r)
	}
	return nil
}

var stackPlace = regexp.MustCompile(`^\s+(/.+\.go):(\d+)`)

func (l *raceLog) line(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case strings.Contains(text, "WARNING: DATA RACE"):
		l.lines = []string{text}
	case l.lines == nil:
	case strings.HasPrefix(text, "====") || len(l.lines) > 200:
		l.tell()
		l.lines = nil
	default:
		l.lines = append(l.lines, text)
	}
}

// tell makes a finding of a report: the innermost line of the vendor's.
func (l *raceLog) tell() {
	what := "write"
	for i, text := range l.lines {
		if i == 1 && strings.HasPrefix(text, "Read") {
			what = "read"
		}
		at := stackPlace.FindStringSubmatch(text)
		if at == nil || !strings.HasPrefix(at[1], l.dir+string(filepath.Separator)) {
			continue
		}
		n := notes.Note{Code: notes.DataRace, Message: "two runs of the hooks use the same memory at once, and one writes: the " + what + " is here"}
		n.File = gosource.Shown(at[1])
		n.Line, _ = strconv.Atoi(at[2])
		l.report = append(l.report, n)
		return
	}
}

// found are the data races, each place once.
func (l *raceLog) found() (all []notes.Note) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines != nil {
		l.tell()
	}
	seen := map[notes.Place]bool{}
	for _, n := range l.report {
		if !seen[n.Place] {
			seen[n.Place] = true
			all = append(all, n)
		}
	}
	return all
}
