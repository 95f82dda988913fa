//go:build !schema2

package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type order struct {
	sdk.OrderBase
	Tip float64 `sync:"tip"`
}

func (o *order) ExportAsJSON(out sdk.Record) error { return out.Set("tipped", o.Tip > 0) }

var extension = plugin.Extension{Order: func() sdk.OrderHooks { return new(order) }}
