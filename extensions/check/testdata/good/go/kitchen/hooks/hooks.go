// Package hooks has the structs of the kitchen.
package hooks

import "github.com/manytill/manytill/sdk"

// Order only carries its course.
type Order struct {
	sdk.OrderBase
	Course string `sync:"course"`
}

// Line is fired once, when a till says so.
type Line struct {
	sdk.OrderlineBase
	Fired   bool      `sync:"fired"`
	Seat    int       `sync:"seat"`
	FiredAt sdk.Value `sync:"fired_at"`
	course  string
}

// New is a fresh one.
func New() *Line { return &Line{} }

// ApplyMSData notes when it was fired, by the till's clock.
func (l *Line) ApplyMSData(sdk.Record) (err error) {
	if l.Fired && l.FiredAt == "" {
		if l.FiredAt, err = sdk.ResultOf(l.TappedAt()); err != nil {
			return err
		}
	}
	return l.Order().Merged().Get("course", &l.course)
}

// ExportAsJSON gives the order's course, where it has one.
func (l *Line) ExportAsJSON(out sdk.Record) error {
	if l.course == "" {
		return out.Set("course", nil)
	}
	return out.Set("course", l.course)
}
