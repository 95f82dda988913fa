package javascript

import (
	"context"
	"log/slog"
	"strings"

	"github.com/dop251/goja"
)

// longest line of a console, in bytes.
const maxConsole = 2000

// console writes to the server's log. What hooks say is for whoever debugs
// them: every tap runs them.
func (r *runtime) console() *goja.Object {
	console := r.NewObject()
	for name, level := range map[string]slog.Level{
		"log": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelDebug, "trace": slog.LevelDebug, "table": slog.LevelDebug,
		"warn": slog.LevelWarn, "error": slog.LevelError, "assert": slog.LevelDebug, "group": slog.LevelDebug, "groupEnd": slog.LevelDebug,
		"time": slog.LevelDebug, "timeEnd": slog.LevelDebug,
	} {
		r.must(console.Set(name, func(call goja.FunctionCall) goja.Value {
			if r.log.Enabled(context.Background(), level) {
				r.log.Log(context.Background(), level, r.line(call.Arguments))
			}
			return goja.Undefined()
		}))
	}
	return console
}

func (r *runtime) line(arguments []goja.Value) string {
	var b strings.Builder
	for i, a := range arguments {
		if i > 0 {
			b.WriteByte(' ')
		}
		if b.Len() > maxConsole {
			break
		}
		o, isObject := a.(*goja.Object)
		switch {
		case !isObject:
			b.WriteString(a.String())
		case r.InstanceOf(a, r.Get("Error").ToObject(r.Runtime)):
			b.WriteString(r.words(o))
		default:
			if raw, err := r.appendJSON(nil, a, 0); err == nil {
				b.Write(raw)
			} else {
				b.WriteString("[object]")
			}
		}
	}
	line := b.String()
	return line[:min(len(line), maxConsole)]
}
