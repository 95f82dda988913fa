// Package port takes a module's files as vendors have them for Odoo 8 to 19, and
// makes the folder of an extension of them: it says what loads, which fields it
// syncs, and what stays behind on the screen side.
//
// It owns the reading of such a module: which of its files are run, what Python
// declares (a small scanner of lines, and so a guess), what only a screen needs, and
// the manifest that is written. Which fields scripts have is found by running them
// (extensions/javascript); the manifest's rules are extensions/manifest's.
//
// Whoever calls [Run] waits for it; no goroutine outlives it, and it holds no lock. A
// folder is there whole or not at all.
//
// Start reading with [Run].
package port
