// Package relay links a shop's server with its chain's (docs/relay.md, decision 28): the
// shop's multi-sessions are copied to the chain, and what the chain's tills push into a
// copy is decided at the shop.
//
// It owns the link's frames and who sends which when. It owns no rows and decides
// nothing: a copy is stored by core/multisession, and pushes are decided by the shop's
// own sessions. [Upstream] is the shop's end, [Chain] the chain's; a server may have
// both. The shop sends of each multi-session one piece at a time and waits until it is
// on the chain's disk, so a link may break anywhere: the next one goes on from what is
// stored.
//
// On a chain of several nodes one has the link of a shop. The others hand it their pushes,
// in notes ([Others]).
//
// Each link has a goroutine that reads and one that writes, and each end one more that
// looks for what is to be sent (shopLink.pump, chainLink.watch). Locks guard maps and
// queues, and are never held while a store, a session or the network is asked.
//
// Start reading with [Upstream.Run], then source.go, then [Chain.Serve].
package relay
