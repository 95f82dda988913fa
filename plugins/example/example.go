// Package example carries those JavaScript examples that the demo enables: what a
// newcomer understands at a glance. What a vendor copies are the folders beside this
// file; each has a README.
package example

import "embed"

// JavaScript holds them as they lie here.
//
//go:embed order-note absolute-discount table kitchen-state bottle-deposit
var JavaScript embed.FS
