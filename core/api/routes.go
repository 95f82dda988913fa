package api

import (
	"errors"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func notFoundOr(err error, format string, args ...any) error {
	if errors.Is(err, store.ErrNotFound) {
		return protocol.Errorf(protocol.NotFound, format, args...)
	}
	return err
}

// routes are the calls of the protocol, sections 3 and 6. The router and the
// OpenAPI document are made of this list.
func routes() []route {
	return []route{
		{"GET", "/v1/info", anyone, (*API).info, "What this server is and what it takes", nil, protocol.Info{}, nil, false},
		{"GET", "/v1/schema", byPOS, (*API).schema, "The fields of orders and orderlines", nil, protocol.Schema{}, nil, false},
		{"GET", "/v1/extensions.js", anyone, (*API).extensionsJS, "The enabled JavaScript extensions, for browsers", nil, nil, nil, false},
		{"GET", "/v1/catalogue", byPOS, (*API).catalogue, "Products, customers and cashiers", nil, protocol.CatalogueResponse{}, nil, false},
		{"POST", "/v1/till/open", byPOS, (*API).openTill, "Open the till of this POS", protocol.OpenTillRequest{}, protocol.OpenTillResponse{}, nil, false},
		{"POST", "/v1/till/close", byPOS, (*API).closeTill, "Close the till of this POS", nil, protocol.CloseTillResponse{}, nil, false},
		{"POST", "/v1/push", byPOS, (*API).push, "Mutations in, results out, and the changes since the cursor", protocol.PushRequest{}, protocol.PushResponse{}, nil, false},
		{"GET", "/v1/pull", byPOS, (*API).pull, "Changes since a cursor, or a snapshot in pages", nil, (*protocol.PullResponse)(nil), []string{"cursor", "limit", "wait", "client_id", "page"}, false},
		{"GET", "/v1/stream", byPOS, (*API).stream, "The same as Server-Sent Events", nil, (*protocol.ServerFrame)(nil), []string{"cursor", "client_id", "ticket"}, true},
		{"GET", "/v1/socket", anyone, (*API).socket, "The same over a WebSocket, both ways", (*protocol.ClientFrame)(nil), (*protocol.ServerFrame)(nil), nil, true},
		{"GET", "/v1/orders", byPOS, (*API).orders, "Orders by run and number", nil, protocol.OrdersResponse{}, []string{"run", "state", "after"}, false},
		{"GET", "/v1/orders/{order}", byPOS, (*API).order, "One order, closed or of an earlier run too", nil, protocol.Order{}, nil, false},
		{"POST", "/v1/ticket", byPOS, (*API).ticket, "A ticket for EventSource, good once and for 30 s", nil, protocol.TicketResponse{}, nil, false},
		{"GET", "/healthz", anyone, (*API).healthz, "The process lives", nil, protocol.StatusResponse{}, nil, false},
		{"GET", "/readyz", anyone, (*API).readyz, "The server can store", nil, protocol.StatusResponse{}, nil, false},
		{"GET", "/metrics", anyone, (*API).metrics, "Prometheus metrics; takes the admin token unless metrics_public", nil, nil, nil, false},
		{"GET", "/openapi.json", anyone, (*API).document, "This document", nil, nil, nil, false},

		{"GET", "/v1/admin/multi-sessions", byAdmin, (*API).listMultiSessions, "Multi-sessions", nil, protocol.MultiSessionsResponse{}, nil, false},
		{"POST", "/v1/admin/multi-sessions", byAdmin, (*API).createMultiSession, "Make a multi-session", protocol.MultiSessionRequest{}, protocol.AdminMultiSession{}, nil, false},
		{"GET", "/v1/admin/multi-sessions/{id}", byAdmin, (*API).getMultiSession, "One multi-session", nil, protocol.AdminMultiSession{}, nil, false},
		{"PATCH", "/v1/admin/multi-sessions/{id}", byAdmin, (*API).patchMultiSession, "Change name, activity and POS", protocol.MultiSessionRequest{}, protocol.AdminMultiSession{}, nil, false},
		{"DELETE", "/v1/admin/multi-sessions/{id}", byAdmin, (*API).deleteMultiSession, "Take a multi-session away", nil, protocol.Nothing{}, nil, false},
		{"GET", "/v1/admin/multi-sessions/{id}/orders", byAdmin, (*API).adminOrders, "Its orders by run and number", nil, protocol.OrdersResponse{}, []string{"run", "number", "state", "after"}, false},
		{"GET", "/v1/admin/multi-sessions/{id}/orders/{order}/history", byAdmin, (*API).history, "The changes of one order", nil, protocol.HistoryResponse{}, nil, false},
		{"POST", "/v1/admin/multi-sessions/{id}/orders/{order}/cancel", byAdmin, (*API).cancelOrder, "Void an open order", protocol.CancelRequest{}, protocol.CancelResponse{}, nil, false},
		{"GET", "/v1/admin/pos", byAdmin, (*API).listPOS, "POS", nil, protocol.POSResponse{}, nil, false},
		{"POST", "/v1/admin/pos", byAdmin, (*API).createPOS, "Make a POS; its token is shown this once", protocol.CreatePOSRequest{}, protocol.TokenResponse{}, nil, false},
		{"PATCH", "/v1/admin/pos/{id}", byAdmin, (*API).patchPOS, "Rename a POS", protocol.RenamePOSRequest{}, protocol.AdminPOS{}, nil, false},
		{"DELETE", "/v1/admin/pos/{id}", byAdmin, (*API).deletePOS, "Take a POS away", nil, protocol.Nothing{}, nil, false},
		{"POST", "/v1/admin/pos/{id}/token", byAdmin, (*API).newToken, "A new token; the old one stops", nil, protocol.TokenResponse{}, nil, false},
		{"POST", "/v1/admin/pos/{id}/close", byAdmin, (*API).closePOS, "Close the till of a POS", nil, protocol.CloseTillResponse{}, nil, false},
		{"GET", "/v1/admin/rejections", byAdmin, (*API).rejections, "Rejected mutations that wait for somebody", nil, protocol.RejectionsResponse{}, []string{"multi_session", "after", "resolved"}, false},
		{"POST", "/v1/admin/rejections/{id}/resolve", byAdmin, (*API).resolveRejection, "Take one out of the inbox", nil, protocol.Nothing{}, nil, false},
		{"GET", "/v1/admin/extensions", byAdmin, (*API).extensions, "Extensions and how they do", nil, protocol.ExtensionsResponse{}, nil, false},
		{"POST", "/v1/admin/extensions/reload", byAdmin, (*API).reloadExtensions, "Load the extensions again", nil, protocol.ExtensionsResponse{}, nil, false},
		{"PATCH", "/v1/admin/extensions/{name}", byAdmin, (*API).switchExtension, "Enable or disable an extension, for good", protocol.SwitchExtensionRequest{}, protocol.ExtensionsResponse{}, nil, false},
		{"GET", "/v1/admin/connections", byAdmin, (*API).listConnections, "Open connections and their lag", nil, protocol.ConnectionsResponse{}, nil, false},
		{"GET", "/v1/admin/catalogue", byAdmin, (*API).catalogue, "Products, customers and cashiers, to name what orders hold", nil, protocol.CatalogueResponse{}, nil, false},
		{"GET", "/v1/admin/stats", byAdmin, (*API).stats, "Mutations and their latency over the last hour", nil, protocol.StatsResponse{}, nil, false},
		{"GET", "/v1/admin/backups", byAdmin, (*API).listBackups, "Backups, and the one under way", nil, protocol.BackupsResponse{}, nil, false},
		{"POST", "/v1/admin/backups", byAdmin, (*API).startBackup, "Begin a backup", protocol.BackupRequest{}, protocol.BackupsResponse{}, nil, false},
		{"GET", "/v1/admin/backups/{name}", byAdmin, (*API).downloadBackup, "Download a backup", nil, nil, nil, true},
	}
}
