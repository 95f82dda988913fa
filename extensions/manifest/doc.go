// Package manifest reads extension.yaml: what a vendor says of an extension.
//
// It owns the file's words and their rules, strictly: an unknown key or a bad
// value is an error that names line and column. It owns no running extension:
// that is extensions/javascript and extensions/goplugin. No goroutines, no
// locks; a Manifest is not changed once read.
//
// Its JSON Schema for editors is made of the Go type and its comments
// ([BuildEditorSchema]).
//
// Start reading with [Manifest], then [Load].
//
//go:generate go run ./internal/write
package manifest
