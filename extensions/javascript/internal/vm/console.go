package vm

import (
	"context"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
	"github.com/manytill/manytill/extensions/javascript/internal/harden"
)

// longest line of a console, in bytes.
const maxConsole = 2000

// consoleObject writes to the server's log. What hooks say is for whoever
// debugs them: every tap runs them.
func (r *Runtime) consoleObject() *goja.Object {
	console := r.NewObject()
	for name, level := range map[string]slog.Level{
		"log": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelDebug, "trace": slog.LevelDebug, "table": slog.LevelDebug,
		"warn": slog.LevelWarn, "error": slog.LevelError, "assert": slog.LevelDebug, "group": slog.LevelDebug, "groupEnd": slog.LevelDebug,
		"time": slog.LevelDebug, "timeEnd": slog.LevelDebug,
	} {
		r.must(console.Set(name, func(call goja.FunctionCall) goja.Value {
			if log := r.console.log; log.Enabled(context.Background(), level) && r.console.allows(time.Now()) {
				log.Log(context.Background(), level, r.line(call.Arguments))
			}
			return goja.Undefined()
		}))
	}
	return console
}

func (r *Runtime) line(arguments []goja.Value) string {
	var b strings.Builder
	for i, a := range arguments {
		if i > 0 {
			b.WriteByte(' ')
		}
		if b.Len() > maxConsole {
			break
		}
		r.show(&b, a, 0)
	}
	line := b.String()
	return line[:min(len(line), maxConsole)]
}

// show writes a value as people read it: of an object its own fields, functions
// and parts of the screen left out.
func (r *Runtime) show(b *strings.Builder, value goja.Value, depth int) {
	o, isObject := value.(*goja.Object)
	switch {
	case b.Len() > maxConsole:
		return
	case value == nil:
		b.WriteString("undefined")
		return
	case !isObject && depth > 0 && value.ExportType() == reflect.TypeFor[string]():
		b.WriteString(strconv.Quote(value.String()))
		return
	case !isObject:
		b.WriteString(value.String())
		return
	case r.InstanceOf(value, r.Get("Error").ToObject(r.Runtime)):
		b.WriteString(r.words(o))
		return
	}
	if is, err := r.standIn(goja.Undefined(), o); err == nil && is.ToBoolean() {
		b.WriteString("[of the screen]")
		return
	}
	if _, callable := goja.AssertFunction(o); callable {
		b.WriteString("[function]")
		return
	}
	if depth > 3 {
		b.WriteString("…")
		return
	}
	if o.ClassName() == "Date" {
		b.WriteString(o.String())
		return
	}
	if o.ClassName() == "Array" {
		b.WriteByte('[')
		n := int(o.Get("length").ToInteger())
		for i := range min(n, 100) {
			if i > 0 {
				b.WriteByte(',')
			}
			r.show(b, o.Get(harden.Index(i)), depth+1)
		}
		b.WriteByte(']')
		return
	}
	r.showFields(b, o, depth)
}

func (r *Runtime) showFields(b *strings.Builder, o *goja.Object, depth int) {
	keys := o.Keys()
	if class := o.Get("constructor"); class != nil && o.ExportType() != viewType && o.ExportType() != handedType {
		if c, ok := class.(*goja.Object); ok && c.Get("model_name") != nil {
			b.WriteString(c.Get("model_name").String() + " ")
			keys = append([]string{"uid"}, keys...) // a model has that from its class
		}
	}
	b.WriteByte('{')
	wrote := false
	for _, key := range keys {
		value := o.Get(key)
		if _, callable := goja.AssertFunction(value); callable || key == "pos" || key == "order" || key == "env" {
			continue
		}
		if wrote {
			b.WriteByte(',')
		}
		wrote = true
		b.WriteString(strconv.Quote(key) + ":")
		r.show(b, value, depth+1)
	}
	b.WriteByte('}')
}

// maxSaid lines of a console are logged in a minute.
const maxSaid = 100

// Console is where what an extension's runtimes say goes to; it counts the
// lines. Safe for concurrent use.
type Console struct {
	log         *slog.Logger
	mu          sync.Mutex
	since       time.Time
	lines, left int
}

// NewConsole writes to log.
func NewConsole(log *slog.Logger) *Console { return &Console{log: log} }

// allows tells whether one more is logged. What is left out is told with its
// count when the minute is over.
func (c *Console) allows(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.since) > time.Minute {
		c.tell()
		c.since, c.lines = now, 0
	}
	if c.lines++; c.lines > maxSaid {
		if c.left++; c.left == 1 {
			c.log.Warn("the console of an extension is quiet for the rest of the minute", "lines", maxSaid)
		}
		return false
	}
	return true
}

// Flush tells what was left out so far, and begins anew.
func (c *Console) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tell()
	c.lines = 0
}

func (c *Console) tell() {
	if c.left > 0 {
		c.log.Warn("lines of an extension's console were left out", "lines", c.left)
		c.left = 0
	}
}
