// Package example carries the JavaScript examples, for the demo. What a vendor
// copies are the folders beside this file; each has a README.
package example

import "embed"

// JavaScript holds them as they lie here.
//
//go:embed order-note absolute-discount
var JavaScript embed.FS
