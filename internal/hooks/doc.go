// Package hooks is what goes between the engine and the hooks of extensions:
// the record that hooks run on, the waves in which the engine hands records to
// the chain, and what hooks made of a record. core and extensions meet in these
// types and never import each other.
//
// There is one [Record], from the engine to the hook. The engine makes it of
// an order under way; extensions hands it on as it is; extensions/javascript
// gives it to JavaScript. Where hooks run in another process, extensions/goplugin
// writes it into a message, and sdk/plugin and extensions/jsprocess read a
// [Snapshot] out of that. What a vendor's Go hook sees of it is sdk.Record,
// which internal/hooks/runner makes.
//
// It owns the shapes alone. It starts no goroutine and holds no lock. Start
// reading with [Record], then [Result] and [Wave].
package hooks
