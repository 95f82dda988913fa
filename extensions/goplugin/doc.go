// Package goplugin runs extensions that are Go programs: each a process of its
// own, that it starts, calls, watches and ends. It is an extensions.Host.
//
// It owns the process: that its binary is the one whose checksum the operator
// wrote down, its clean environment, its folder for sockets, its process
// group, its output (it goes to the log), how often it may end, and how long
// anything may take. It owns nothing of what hooks mean: order, ownership and
// failure policy are extensions.Chain's, and how the three hooks follow each
// other is internal/hooks/runner's, inside the plugin.
//
// go-plugin does the handshake and the connection by which a process is opened.
// Its Ping and Kill have no deadline, so nothing here waits for them; a client
// of it is for one start. Calls go by a stream beside it (stream.go), where the
// process knows it.
//
// Goroutines: a supervisor for each [Host]; for each process one on an OS
// thread of its own, that started it and waits for its end (Linux ends a
// plugin when the thread that started it ends), two that read its output and
// one that reads its stream; for each call one that may outlive its caller by
// [Options].Grace. Locks: Host's mutex guards its state and is never held over
// anything that waits.
//
// Start reading with [Start], then Host.supervise, then process.call.
package goplugin
