package goplugin

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/manytill/manytill/internal/pluginpb"
)

// What a plugin may print: longer lines are cut, more lines dropped and
// counted.
const (
	longestLine  = 4096
	linesAllowed = 200
	linesWindow  = 10 * time.Second
	// stackLines of a Go plugin's last stack go to the log, enough for the frames
	// of the vendor's that led there. Those of this program say nothing of a
	// vendor's file. The rest is there at debug level.
	stackLines = 20
)

// stackLine is of what Go's runtime prints behind why a program ends.
var stackLine = regexp.MustCompile(`^(\t|goroutine \d+ |runtime stack:|created by |\[signal |[^ ]+\(.*\)( |$)|[a-z]\w+ +0x|PC=)`)

// output takes what a plugin prints to the log.
type output struct {
	log *slog.Logger
	// records: on stderr it writes records of slog's, as JSON.
	records bool

	mu      sync.Mutex
	since   time.Time
	lines   int
	dropped int
	panicky string // the line that says why it ended
	stack   int    // lines of the stack behind that so far; -1 behind its end
	unfit   string // what sdk/plugin says is wrong with the extension
}

// line logs one line. Which of the ways out it took tells stream.
func (o *output) line(stream, text string) {
	text = strings.ToValidUTF8(strings.TrimRight(text, "\r\n"), "?")
	if text == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	level := o.levelOf(text)
	if wrong, is := strings.CutPrefix(text, pluginpb.Unfit); is {
		o.unfit = wrong
	}
	if !o.log.Enabled(context.Background(), level) {
		return
	}
	if now := time.Now(); now.Sub(o.since) > linesWindow {
		if o.dropped > 0 {
			o.log.Warn("the extension printed too much", "dropped_lines", o.dropped)
		}
		o.since, o.lines, o.dropped = now, 0, 0
	}
	if o.lines++; o.lines > linesAllowed {
		o.dropped++
		return
	}
	if o.records && stream == "stderr" && o.record(text) {
		return
	}
	o.log.Log(context.Background(), level, "the extension printed", "stream", stream, "line", text)
}

// levelOf is what a line is logged at, by what came before it.
func (o *output) levelOf(text string) slog.Level {
	switch {
	case strings.HasPrefix(text, "panic: "), strings.HasPrefix(text, "fatal error: "):
		o.panicky, o.stack = text, 0
	case o.panicky == "" || o.stack < 0:
	case !stackLine.MatchString(text):
		o.stack = -1
	default:
		if o.stack++; o.records || o.stack > stackLines {
			return slog.LevelDebug
		}
	}
	return slog.LevelInfo
}

// record logs what is a record of slog's.
func (o *output) record(text string) bool {
	var r map[string]any
	if text[0] != '{' || json.Unmarshal([]byte(text), &r) != nil {
		return false
	}
	message, _ := r[slog.MessageKey].(string)
	name, _ := r[slog.LevelKey].(string)
	var level slog.Level
	if message == "" || level.UnmarshalText([]byte(name)) != nil {
		return false
	}
	var attrs []slog.Attr
	for _, key := range slices.Sorted(maps.Keys(r)) {
		switch key {
		case slog.MessageKey, slog.LevelKey, slog.TimeKey, "extension":
		default:
			attrs = append(attrs, slog.Any(key, r[key]))
		}
	}
	o.log.LogAttrs(context.Background(), level, message, attrs...)
	return true
}

// lastWords are the plugin's own of why it ended; "" if it said none.
func (o *output) lastWords() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.panicky
}

// wrong is what sdk/plugin found wrong with the extension; "" if nothing.
func (o *output) wrong() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.unfit
}

// eachLine calls f with each line of r, cut to longestLine, to r's end.
func eachLine(r io.Reader, f func(string)) {
	b := bufio.NewReaderSize(r, longestLine)
	for {
		line, cut, err := b.ReadLine()
		if err != nil {
			return
		}
		f(string(line))
		for cut && err == nil {
			_, cut, err = b.ReadLine()
		}
	}
}

// stream is what go-plugin writes of what a plugin printed after its
// handshake. For one goroutine.
type stream struct {
	to   *output
	name string
	held []byte
}

func (s *stream) Write(b []byte) (int, error) {
	s.held = append(s.held, b...)
	for {
		i := bytes.IndexByte(s.held, '\n')
		if i < 0 && len(s.held) < longestLine {
			return len(b), nil
		}
		if i < 0 || i > longestLine {
			i = longestLine - 1
		}
		s.to.line(s.name, string(s.held[:i+1]))
		s.held = append(s.held[:0], s.held[i+1:]...)
	}
}
