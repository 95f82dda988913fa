// Package jsprocess runs the hooks of a JavaScript extension in a process of
// its own: this program, started once more for that one extension. Native code
// of the engine can't be interrupted, and what it takes of memory can't be
// given back: a process can be killed, whatever its code does.
//
// It owns both ends: [Start] is an extensions.Host for the server, [Serve] the
// whole of the process, in which extensions/javascript reads the files, tries
// the hooks and runs them. Starting, watching, ending and starting again is
// extensions/goplugin's, and so are deadlines and limits of memory.
//
// Files are read in the process: one whose reading never ends, or ends the
// process, is an error of that extension and of nothing else.
//
// Start reading with [Start], then server.Run.
package jsprocess
