// Package plugin makes a Go program an extension of Manytill: a process of
// its own, that the server starts and calls.
//
//	type Order struct {
//		sdk.OrderBase
//		Note string `sync:"note"`
//	}
//
//	func (o *Order) ApplyMSData(d sdk.Record) error {
//		if len(o.Note) > 200 {
//			return sdk.Reject("the note is longer than 200 letters")
//		}
//		return nil
//	}
//
//	func main() {
//		plugin.Serve(plugin.Extension{
//			Name: "order-note", Version: "1.0.0",
//			Order: func() sdk.OrderHooks { return new(Order) },
//		})
//	}
//
// It owns [Serve] and what goes on inside the plugin's process; the order in
// which hooks run over a record is internal/hooks/runner's, and starting, watching and
// ending the process is the server's (extensions/goplugin).
//
// Goroutines: hooks of several multi-sessions run at the same time, each on an
// instance of its own; guard what they share. A hook that panics is an error
// of that record alone. What is printed goes to the server's log. The process
// ends when the server does.
//
// Start reading with [Extension], then plugins/example/loyalty.
package plugin
