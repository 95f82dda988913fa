package api

import "github.com/manytill/manytill/sdk/protocol"

// FillConnections has a POS hold as many connections as it may; the function
// that it returns ends that.
func FillConnections(a *API, pos protocol.POSID) (back func()) {
	set := func(n int) {
		a.connections.mu.Lock()
		defer a.connections.mu.Unlock()
		a.connections.of[pos] += n
	}
	set(connectionsOfPOS)
	return func() { set(-connectionsOfPOS) }
}
