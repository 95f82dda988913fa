// Package hookstest makes drafts for tests of the chain and its hosts.
package hookstest

import (
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Draft is a hooks.Draft of funcs; one that is nil does nothing.
type Draft struct {
	OnSet, OnWrite func(protocol.Field, protocol.Value)
	OnReadOrder    func(extension string, keys []protocol.Field) bool
	OnNoteReads    func(extension string, keys []protocol.Field)
	OnOtherLines   func() []*hooks.Change
	OnPutLines     func(extension string, puts []hooks.PutLine) *hooks.Putting
	OnEffect       func(extension string, e hooks.Effect) string
}

func (d *Draft) Set(f protocol.Field, v protocol.Value) {
	if d.OnSet != nil {
		d.OnSet(f, v)
	}
}

func (d *Draft) Write(f protocol.Field, v protocol.Value) {
	if d.OnWrite != nil {
		d.OnWrite(f, v)
	}
}

func (d *Draft) ReadOrder(extension string, keys []protocol.Field) bool {
	return d.OnReadOrder != nil && d.OnReadOrder(extension, keys)
}

func (d *Draft) NoteReads(extension string, keys []protocol.Field) {
	if d.OnNoteReads != nil {
		d.OnNoteReads(extension, keys)
	}
}

func (d *Draft) OtherLines() []*hooks.Change {
	if d.OnOtherLines == nil {
		return nil
	}
	return d.OnOtherLines()
}

func (d *Draft) PutLines(extension string, puts []hooks.PutLine) *hooks.Putting {
	if d.OnPutLines == nil {
		return &hooks.Putting{}
	}
	return d.OnPutLines(extension, puts)
}

func (d *Draft) Effect(extension string, e hooks.Effect) string {
	if d.OnEffect == nil {
		return ""
	}
	return d.OnEffect(extension, e)
}
