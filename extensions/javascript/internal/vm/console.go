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
func consoleOf(r *Runtime) *goja.Object {
	console := r.NewObject()
	for name, level := range map[string]slog.Level{
		"log": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelDebug, "trace": slog.LevelDebug, "table": slog.LevelDebug,
		"warn": slog.LevelWarn, "error": slog.LevelError, "assert": slog.LevelDebug, "group": slog.LevelDebug, "groupEnd": slog.LevelDebug,
		"time": slog.LevelDebug, "timeEnd": slog.LevelDebug,
	} {
		r.must(console.Set(name, func(call goja.FunctionCall) goja.Value {
			if log := r.console.log; log.Enabled(context.Background(), level) && r.console.allows(time.Now()) {
				log.Log(context.Background(), level, line(r, call.Arguments))
			}
			return goja.Undefined()
		}))
	}
	return console
}

func line(r *Runtime, arguments []goja.Value) string {
	p := printer{r: r}
	for i, a := range arguments {
		if i > 0 {
			p.WriteByte(' ')
		}
		if p.Len() > maxConsole {
			break
		}
		p.show(a, 0)
	}
	line := p.String()
	return line[:min(len(line), maxConsole)]
}

// printer writes values as people read them.
type printer struct {
	strings.Builder
	r *Runtime
}

// show writes a value: of an object its own fields, functions
// and parts of the screen left out.
func (p *printer) show(value goja.Value, depth int) {
	o, isObject := value.(*goja.Object)
	switch {
	case p.Len() > maxConsole:
		return
	case value == nil:
		p.WriteString("undefined")
		return
	case !isObject && depth > 0 && value.ExportType() == reflect.TypeFor[string]():
		p.WriteString(strconv.Quote(value.String()))
		return
	case !isObject:
		p.WriteString(value.String())
		return
	case p.r.InstanceOf(value, p.r.Get("Error").ToObject(p.r.Runtime)):
		p.WriteString(p.r.faults.words(o))
		return
	}
	if is, err := p.r.standIn(goja.Undefined(), o); err == nil && is.ToBoolean() {
		p.WriteString("[of the screen]")
		return
	}
	if _, callable := goja.AssertFunction(o); callable {
		p.WriteString("[function]")
		return
	}
	if depth > 3 {
		p.WriteString("…")
		return
	}
	if o.ClassName() == "Date" {
		p.WriteString(o.String())
		return
	}
	if o.ClassName() == "Array" {
		p.WriteByte('[')
		n := int(o.Get("length").ToInteger())
		for i := range min(n, 100) {
			if i > 0 {
				p.WriteByte(',')
			}
			p.show(o.Get(harden.Index(i)), depth+1)
		}
		p.WriteByte(']')
		return
	}
	p.fields(o, depth)
}

func (p *printer) fields(o *goja.Object, depth int) {
	keys := o.Keys()
	if class := o.Get("constructor"); class != nil && o.ExportType() != viewType && o.ExportType() != handedType {
		if c, ok := class.(*goja.Object); ok && c.Get("model_name") != nil {
			p.WriteString(c.Get("model_name").String() + " ")
			keys = append([]string{"uid"}, keys...) // a model has that from its class
		}
	}
	p.WriteByte('{')
	wrote := false
	for _, key := range keys {
		value := o.Get(key)
		if _, callable := goja.AssertFunction(value); callable || key == "pos" || key == "order" || key == "env" {
			continue
		}
		if wrote {
			p.WriteByte(',')
		}
		wrote = true
		p.WriteString(strconv.Quote(key) + ":")
		p.show(value, depth+1)
	}
	p.WriteByte('}')
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
			c.log.Warn("console lines of an extension are left out for the rest of the minute", "lines", maxSaid)
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
