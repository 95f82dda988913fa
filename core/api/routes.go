package api

import "github.com/manytill/manytill/sdk/protocol"

// handlers serve the calls. Each owns what it uses.
type handlers struct {
	info        *infoCalls
	metrics     *metricsCalls
	sync        *syncCalls
	streams     *streamCalls
	sockets     *socketCalls
	tills       *tillCalls
	orders      *orderCalls
	inbox       *inboxCalls
	admin       *adminCalls
	extensions  *extensionCalls
	connections *connections
	backups     *backups
	effects     *effectCalls
	relays      *relayCalls
}

// routes are the calls of the protocol, sections 3 and 6. The router and the
// OpenAPI document are made of this list.
func routes(h *handlers) []route {
	return []route{
		{"GET", "/v1/info", anyone, h.info.info, "What this server is and what it takes", nil, protocol.Info{}, nil, false},
		{"GET", "/v1/schema", byPOS, h.info.schema, "The fields of orders and orderlines", nil, protocol.Schema{}, nil, false},
		{"GET", "/v1/extensions.js", anyone, h.info.extensionsJS, "The enabled JavaScript extensions, for browsers", nil, nil, nil, false},
		{"GET", "/v1/catalogue", byPOS, h.info.catalogue, "Products, customers and cashiers", nil, protocol.CatalogueResponse{}, nil, false},
		{"POST", "/v1/till/open", byPOS, h.tills.open, "Open the till of this POS", protocol.OpenTillRequest{}, protocol.OpenTillResponse{}, nil, false},
		{"POST", "/v1/till/close", byPOS, h.tills.close, "Close the till of this POS", nil, protocol.CloseTillResponse{}, nil, false},
		{"POST", "/v1/push", byPOS, h.sync.push, "Mutations in, results out, and the changes since the cursor", protocol.PushRequest{}, protocol.PushResponse{}, nil, false},
		{"GET", "/v1/pull", byPOS, h.sync.pull, "Changes since a cursor, or a snapshot in pages", nil, (*protocol.PullResponse)(nil), []string{"cursor", "limit", "wait", "client_id", "page"}, false},
		{"GET", "/v1/stream", byPOS, h.streams.stream, "The same as Server-Sent Events", nil, (*protocol.ServerFrame)(nil), []string{"cursor", "client_id", "ticket"}, true},
		{"GET", "/v1/socket", anyone, h.sockets.socket, "The same over a WebSocket, both ways", (*protocol.ClientFrame)(nil), (*protocol.ServerFrame)(nil), nil, true},
		{"GET", "/v1/relay", byRelay, h.relays.link, "The link of a shop's server to its chain's, a WebSocket", nil, nil, nil, true},
		{"GET", "/v1/orders", byPOS, h.orders.orders, "Orders by run and number", nil, protocol.OrdersResponse{}, []string{"run", "state", "after"}, false},
		{"GET", "/v1/orders/{order}", byPOS, h.orders.order, "One order, closed or of an earlier run too", nil, protocol.Order{}, nil, false},
		{"POST", "/v1/ticket", byPOS, h.tills.ticket, "A ticket for EventSource, good once and for 30 s", nil, protocol.TicketResponse{}, nil, false},
		{"GET", "/healthz", anyone, h.info.healthz, "The process lives", nil, protocol.StatusResponse{}, nil, false},
		{"GET", "/readyz", anyone, h.info.readyz, "The server can store", nil, protocol.StatusResponse{}, nil, false},
		{"GET", "/metrics", anyone, h.metrics.answer, "Prometheus metrics; takes the admin token unless metrics_public", nil, nil, nil, false},
		{"GET", "/openapi.json", anyone, h.info.document, "This document", nil, nil, nil, false},

		{"GET", "/v1/admin/multi-sessions", byAdmin, h.admin.listMultiSessions, "Multi-sessions", nil, protocol.MultiSessionsResponse{}, nil, false},
		{"POST", "/v1/admin/multi-sessions", byAdmin, h.admin.createMultiSession, "Make a multi-session", protocol.MultiSessionRequest{}, protocol.AdminMultiSession{}, nil, false},
		{"GET", "/v1/admin/multi-sessions/{id}", byAdmin, h.admin.getMultiSession, "One multi-session", nil, protocol.AdminMultiSession{}, nil, false},
		{"PATCH", "/v1/admin/multi-sessions/{id}", byAdmin, h.admin.patchMultiSession, "Change name, activity and POS", protocol.MultiSessionRequest{}, protocol.AdminMultiSession{}, nil, false},
		{"DELETE", "/v1/admin/multi-sessions/{id}", byAdmin, h.admin.deleteMultiSession, "Take a multi-session away", nil, protocol.Nothing{}, nil, false},
		{"GET", "/v1/admin/multi-sessions/{id}/orders", byAdmin, h.orders.adminOrders, "Its orders by run and number", nil, protocol.OrdersResponse{}, []string{"run", "number", "state", "after"}, false},
		{"GET", "/v1/admin/multi-sessions/{id}/orders/{order}/history", byAdmin, h.orders.history, "The changes of one order", nil, protocol.HistoryResponse{}, nil, false},
		{"POST", "/v1/admin/multi-sessions/{id}/orders/{order}/cancel", byAdmin, h.orders.cancelOrder, "Void an open order", protocol.CancelRequest{}, protocol.CancelResponse{}, nil, false},
		{"GET", "/v1/admin/pos", byAdmin, h.admin.listPOS, "POS", nil, protocol.POSResponse{}, nil, false},
		{"POST", "/v1/admin/pos", byAdmin, h.admin.createPOS, "Make a POS; its token is shown this once", protocol.CreatePOSRequest{}, protocol.TokenResponse{}, nil, false},
		{"PATCH", "/v1/admin/pos/{id}", byAdmin, h.admin.patchPOS, "Rename a POS", protocol.RenamePOSRequest{}, protocol.AdminPOS{}, nil, false},
		{"DELETE", "/v1/admin/pos/{id}", byAdmin, h.admin.deletePOS, "Take a POS away", nil, protocol.Nothing{}, nil, false},
		{"POST", "/v1/admin/pos/{id}/token", byAdmin, h.admin.newToken, "A new token; the old one stops", nil, protocol.TokenResponse{}, nil, false},
		{"POST", "/v1/admin/pos/{id}/close", byAdmin, h.admin.closePOS, "Close the till of a POS", nil, protocol.CloseTillResponse{}, nil, false},
		{"GET", "/v1/admin/relays", byAdmin, h.relays.list, "Shops' servers, and how far they are behind", nil, protocol.RelaysResponse{}, nil, false},
		{"POST", "/v1/admin/relays", byAdmin, h.relays.create, "Let a shop's server link; its token is shown this once", protocol.CreateRelayRequest{}, protocol.RelayTokenResponse{}, nil, false},
		{"DELETE", "/v1/admin/relays/{id}", byAdmin, h.relays.remove, "Take a shop's server away; the copies of its multi-sessions stay", nil, protocol.Nothing{}, nil, false},
		{"POST", "/v1/admin/relays/{id}/token", byAdmin, h.relays.newToken, "A new token; the old one stops", nil, protocol.RelayTokenResponse{}, nil, false},
		{"GET", "/v1/admin/upstream", byAdmin, h.relays.above, "This server's link to its chain's", nil, protocol.UpstreamResponse{}, nil, false},
		{"GET", "/v1/admin/rejections", byAdmin, h.inbox.rejections, "Rejected mutations that wait for somebody", nil, protocol.RejectionsResponse{}, []string{"multi_session", "after", "resolved"}, false},
		{"POST", "/v1/admin/rejections/{id}/resolve", byAdmin, h.inbox.resolveRejection, "Take one out of the inbox", nil, protocol.Nothing{}, nil, false},
		{"GET", "/v1/admin/extensions", byAdmin, h.extensions.list, "Extensions and how they do", nil, protocol.ExtensionsResponse{}, nil, false},
		{"POST", "/v1/admin/extensions/reload", byAdmin, h.extensions.reload, "Load the extensions again", nil, protocol.ExtensionsResponse{}, nil, false},
		{"PATCH", "/v1/admin/extensions/{name}", byAdmin, h.extensions.switchOne, "Enable or disable an extension, for good", protocol.SwitchExtensionRequest{}, protocol.ExtensionsResponse{}, nil, false},
		{"GET", "/v1/admin/extensions/{name}/storage", byAdmin, h.extensions.storage, "What an extension has stored for a multi-session", nil, protocol.StorageResponse{}, []string{"multi_session", "after"}, false},
		{"DELETE", "/v1/admin/extensions/{name}/storage", byAdmin, h.extensions.dropStored, "Drop one key of what an extension has stored", nil, protocol.Nothing{}, []string{"multi_session", "key"}, false},
		{"GET", "/v1/admin/extensions/{name}/trace", byAdmin, h.extensions.trace, "The last runs of an extension's hooks, while it is traced", nil, protocol.TraceResponse{}, []string{"after"}, false},
		{"POST", "/v1/admin/extensions/{name}/trace", byAdmin, h.extensions.startTrace, "Note the runs of an extension's hooks for a while", protocol.TraceRequest{}, protocol.TraceResponse{}, nil, false},
		{"DELETE", "/v1/admin/extensions/{name}/trace", byAdmin, h.extensions.endTrace, "Note no more runs of it, and forget those that are there", nil, protocol.Nothing{}, nil, false},
		{"GET", "/v1/admin/effects", byAdmin, h.effects.list, "What extensions want done after commits, and how far that is", nil, protocol.EffectsResponse{}, []string{"state", "multi_session", "extension", "order", "limit", "after"}, false},
		{"POST", "/v1/admin/effects/{id}/retry", byAdmin, h.effects.retry, "Do an effect again now; one whose outcome wasn't taken has it taken", nil, protocol.AdminEffect{}, nil, false},
		{"POST", "/v1/admin/effects/{id}/drop", byAdmin, h.effects.drop, "Do an effect no more; its order is told", nil, protocol.AdminEffect{}, nil, false},
		{"POST", "/v1/admin/effects/release", byAdmin, h.effects.release, "Let all effects go on that a restored backup holds", nil, protocol.ReleasedResponse{}, nil, false},
		{"GET", "/v1/admin/connections", byAdmin, h.connections.answer, "Open connections and their lag", nil, protocol.ConnectionsResponse{}, nil, false},
		{"GET", "/v1/admin/nodes", byAdmin, h.info.nodes, "The servers that work on this database", nil, protocol.NodesResponse{}, nil, false},
		{"GET", "/v1/admin/catalogue", byAdmin, h.info.catalogue, "Products, customers and cashiers, to name what orders hold", nil, protocol.CatalogueResponse{}, nil, false},
		{"GET", "/v1/admin/stats", byAdmin, h.metrics.stats, "Mutations and their latency over the last hour", nil, protocol.StatsResponse{}, nil, false},
		{"GET", "/v1/admin/backups", byAdmin, h.backups.answer, "Backups, and the one under way", nil, protocol.BackupsResponse{}, nil, false},
		{"POST", "/v1/admin/backups", byAdmin, h.backups.start, "Begin a backup", protocol.BackupRequest{}, protocol.BackupsResponse{}, nil, false},
		{"GET", "/v1/admin/backups/{name}", byAdmin, h.backups.download, "Download a backup", nil, nil, nil, true},
	}
}
