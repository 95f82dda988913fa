// Package faults breaks what can break around a server and its tills, and
// holds what comes of it against the promises of docs/protocol.md. It has
// tests only.
package faults
