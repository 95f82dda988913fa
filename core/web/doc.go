// Package web serves the pages: the start page, the point of sale (/pos) and
// the admin page (/admin). Their sources are in src, TypeScript; dist holds
// what was built of them and is embedded, so that building the server needs no
// Node. `make generate` builds dist anew, and a test fails when it is stale.
//
// It owns no state and starts no goroutine: all that pages know they get by
// the protocol. Start reading with [New]; in src/pos with pos.tsx, then
// session.ts (opens a till), orders.ts (what is shown) and sell.ts (what is
// tapped). The start without a server is sw.ts.
package web

//go:generate go run ./internal/build/cmd ../..
