// Package client is the Go client of Manytill: what a till needs to take taps
// at any time, connected or not, and to show what all tills of its
// multi-session made of them.
//
//	c, err := client.Open(ctx, client.Config{URL: "https://pos.example", Token: token, Dir: dir})
//	...
//	order := client.NewID[sdk.OrderID]()
//	c.Do(client.NewOrder(order, nil), client.AddLine(order, "1", client.Values(map[sdk.Field]any{"product_id": 50, "qty": 1})))
//	for _, o := range c.Orders() { ... }
//
// A mutation is durable on this machine when [Client.Do] returns, and is sent
// when the server can be reached: over a WebSocket, or by long polls where one
// can't be opened. What is shown is what the server confirmed with the queue
// replayed over it; what is still pending is marked.
//
// The package owns goroutines, clock, sockets and the disk. It doesn't own the
// rules, which are sdk/client/internal/machine, a step function without any of those;
// nor the view (sdk/client/internal/view), the queue (sdk/client/internal/queue), its file
// (sdk/client/internal/journal) and the JSON (sdk/client/wire).
//
// Goroutines: one loop owns the machine and the store and never waits for the
// network; each call and each connection has goroutines of its own that post
// what happened to the loop's mailbox; one more hands out events. Client.mu
// guards what other goroutines read: the orders shown and the status.
//
// Start reading with [Open], then loop.go.
package client
