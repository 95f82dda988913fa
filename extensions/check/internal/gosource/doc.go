// Package gosource reads the sources of a Go extension: it parses and type-checks
// what lies in its folder, finds the structs whose hooks the server calls and all
// that these hooks reach, and says what can be known to go wrong without running
// any of it.
//
// It owns the rules about sources, and where in them a field is read or given. It
// builds and runs nothing: what hooks do when they run is extensions/check's to
// find. How a hook is called, and which name is near a hook's, is
// internal/hooks/runner's.
//
// The types of packages that aren't the extension's come from what the go command
// has built of them (go list -export); golang.org/x/tools/go/packages would do the
// same with one more dependency.
//
// [Load] starts the go command and waits for it. What the go command said of a
// module's dependencies is kept, under a lock, for the next folder of that module.
//
// Start reading with [Load], then [Program.Findings].
package gosource
