// What both models share, by an embedded struct, generics and keys in a loop.
package main

import (
	"strings"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type noted struct{ Note string }

func (n *noted) InitFromJSON(json sdk.Record) error { return json.Get("note", &n.Note) }

func (n *noted) ApplyMSData(data sdk.Record) error {
	if err := n.InitFromJSON(data); err != nil {
		return err
	}
	n.Note = trimmed(n.Note)
	return nil
}

func (n *noted) ExportAsJSON(out sdk.Record) error { return keep(out, "note", n.Note) }

func trimmed[S ~string](s S) S { return S(strings.TrimSpace(string(s))) }

// keep gives a value where there is one.
func keep[T comparable](out sdk.Record, key sdk.Field, value T) error {
	var zero T
	if value == zero {
		return nil
	}
	return out.Set(key, value)
}

type base struct{ sdk.OrderBase }

// Order embeds the base by another struct.
type Order struct {
	base
	noted
	Tags []any `sync:"tags"`
}

// Line has values by name.
type Line struct {
	sdk.OrderlineBase
	noted
	values map[sdk.Field]sdk.Value
}

// InitFromJSON reads what a list names.
func (l *Line) InitFromJSON(json sdk.Record) error {
	l.values = map[sdk.Field]sdk.Value{}
	for _, key := range []sdk.Field{"weight"} {
		var v sdk.Value
		if err := json.Get(key, &v); err != nil {
			return err
		}
		l.values[key] = v
	}
	return l.noted.InitFromJSON(json)
}

// ApplyMSData does the same again.
func (l *Line) ApplyMSData(data sdk.Record) error {
	if err := l.InitFromJSON(data); err != nil {
		return err
	}
	return l.noted.ApplyMSData(data)
}

// ExportAsJSON gives them back.
func (l *Line) ExportAsJSON(out sdk.Record) error {
	for key, v := range l.values {
		if v != "" {
			if err := out.Set(key, v); err != nil {
				return err
			}
		}
	}
	return l.noted.ExportAsJSON(out)
}

func main() {
	plugin.Serve(plugin.Extension{
		Order:     func() sdk.OrderHooks { return new(Order) },
		Orderline: func() sdk.OrderlineHooks { return &Line{} },
	})
}
