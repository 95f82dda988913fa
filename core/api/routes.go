package api

import (
	"errors"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

func notFoundOr(err error, format string, args ...any) error {
	if errors.Is(err, store.ErrNotFound) {
		return sdk.Errorf(sdk.NotFound, format, args...)
	}
	return err
}

// routes are the calls of the protocol, sections 3 and 6. The router and the
// OpenAPI document are made of this list.
func routes() []route {
	return []route{
		{"GET", "/v1/info", anyone, (*API).info, "What this server is and what it takes", nil, Info{}, nil, false},
		{"GET", "/v1/schema", byPOS, (*API).schema, "The fields of orders and orderlines", nil, sdk.Schema{}, nil, false},
		{"GET", "/v1/extensions.js", anyone, (*API).extensionsJS, "The enabled JavaScript extensions, for browsers", nil, nil, nil, false},
		{"GET", "/v1/catalogue", byPOS, (*API).catalogue, "Products, customers and cashiers", nil, catalogueShape{}, nil, false},
		{"POST", "/v1/till/open", byPOS, (*API).openTill, "Open the till of this POS", openBody{}, directory.Opened{}, nil, false},
		{"POST", "/v1/till/close", byPOS, (*API).closeTill, "Close the till of this POS", nil, directory.Closed{}, nil, false},
		{"POST", "/v1/push", byPOS, (*API).push, "Mutations in, results out, and the changes since the cursor", pushShape{}, pushedShape{}, nil, false},
		{"GET", "/v1/pull", byPOS, (*API).pull, "Changes since a cursor, or a snapshot in pages", nil, pulledShape{}, []string{"cursor", "limit", "wait", "client_id", "page"}, false},
		{"GET", "/v1/stream", byPOS, (*API).stream, "The same as Server-Sent Events", nil, fromServer{}, []string{"cursor", "client_id", "ticket"}, true},
		{"GET", "/v1/socket", anyone, (*API).socket, "The same over a WebSocket, both ways", fromTill{}, fromServer{}, nil, true},
		{"GET", "/v1/orders", byPOS, (*API).orders, "Orders by run and number", nil, ordersShape{}, []string{"run", "state", "after"}, false},
		{"GET", "/v1/orders/{order}", byPOS, (*API).order, "One order, closed or of an earlier run too", nil, sdk.Order{}, nil, false},
		{"POST", "/v1/ticket", byPOS, (*API).ticket, "A ticket for EventSource, good once and for 30 s", nil, ticketShape{}, nil, false},
		{"GET", "/healthz", anyone, (*API).healthz, "The process lives", nil, statusShape{}, nil, false},
		{"GET", "/readyz", anyone, (*API).readyz, "The server can store", nil, statusShape{}, nil, false},
		{"GET", "/metrics", anyone, (*API).metrics, "Prometheus metrics; takes the admin token unless metrics_public", nil, nil, nil, false},
		{"GET", "/openapi.json", anyone, (*API).document, "This document", nil, documentShape{}, nil, false},

		{"GET", "/v1/admin/multi-sessions", byAdmin, (*API).listMultiSessions, "Multi-sessions", nil, multiSessionsShape{}, nil, false},
		{"POST", "/v1/admin/multi-sessions", byAdmin, (*API).createMultiSession, "Make a multi-session", directory.Patch{}, directory.MultiSession{}, nil, false},
		{"GET", "/v1/admin/multi-sessions/{id}", byAdmin, (*API).getMultiSession, "One multi-session", nil, directory.MultiSession{}, nil, false},
		{"PATCH", "/v1/admin/multi-sessions/{id}", byAdmin, (*API).patchMultiSession, "Change name, activity and POS", directory.Patch{}, directory.MultiSession{}, nil, false},
		{"DELETE", "/v1/admin/multi-sessions/{id}", byAdmin, (*API).deleteMultiSession, "Take a multi-session away", nil, nothingShape{}, nil, false},
		{"GET", "/v1/admin/multi-sessions/{id}/orders", byAdmin, (*API).adminOrders, "Its orders by run and number", nil, ordersShape{}, []string{"run", "number", "state", "after"}, false},
		{"GET", "/v1/admin/multi-sessions/{id}/orders/{order}/history", byAdmin, (*API).history, "The changes of one order", nil, historyShape{}, nil, false},
		{"POST", "/v1/admin/multi-sessions/{id}/orders/{order}/cancel", byAdmin, (*API).cancelOrder, "Void an open order", reasonBody{}, cancelledShape{}, nil, false},
		{"GET", "/v1/admin/pos", byAdmin, (*API).listPOS, "POS", nil, allPOSShape{}, nil, false},
		{"POST", "/v1/admin/pos", byAdmin, (*API).createPOS, "Make a POS; its token is shown this once", posBody{}, createdPOS{}, nil, false},
		{"PATCH", "/v1/admin/pos/{id}", byAdmin, (*API).patchPOS, "Rename a POS", nameBody{}, directory.POS{}, nil, false},
		{"DELETE", "/v1/admin/pos/{id}", byAdmin, (*API).deletePOS, "Take a POS away", nil, nothingShape{}, nil, false},
		{"POST", "/v1/admin/pos/{id}/token", byAdmin, (*API).newToken, "A new token; the old one stops", nil, tokenShape{}, nil, false},
		{"POST", "/v1/admin/pos/{id}/close", byAdmin, (*API).closePOS, "Close the till of a POS", nil, directory.Closed{}, nil, false},
		{"GET", "/v1/admin/rejections", byAdmin, (*API).rejections, "Rejected mutations that wait for somebody", nil, rejectionsShape{}, []string{"multi_session", "after", "resolved"}, false},
		{"POST", "/v1/admin/rejections/{id}/resolve", byAdmin, (*API).resolveRejection, "Take one out of the inbox", nil, nothingShape{}, nil, false},
		{"GET", "/v1/admin/extensions", byAdmin, (*API).extensions, "Extensions and how they do", nil, extensionsAnswer{}, nil, false},
		{"POST", "/v1/admin/extensions/reload", byAdmin, (*API).reloadExtensions, "Load the extensions again", nil, extensionsAnswer{}, nil, false},
		{"PATCH", "/v1/admin/extensions/{name}", byAdmin, (*API).switchExtension, "Enable or disable an extension, for good", switchBody{}, extensionsAnswer{}, nil, false},
		{"GET", "/v1/admin/connections", byAdmin, (*API).listConnections, "Open connections and their lag", nil, connectionsShape{}, nil, false},
		{"GET", "/v1/admin/catalogue", byAdmin, (*API).catalogue, "Products, customers and cashiers, to name what orders hold", nil, catalogueShape{}, nil, false},
		{"GET", "/v1/admin/stats", byAdmin, (*API).stats, "Mutations and their latency over the last hour", nil, statsAnswer{}, nil, false},
		{"GET", "/v1/admin/backups", byAdmin, (*API).listBackups, "Backups, and the one under way", nil, backupsAnswer{}, nil, false},
		{"POST", "/v1/admin/backups", byAdmin, (*API).startBackup, "Begin a backup", backupBody{}, backupsAnswer{}, nil, false},
		{"GET", "/v1/admin/backups/{name}", byAdmin, (*API).downloadBackup, "Download a backup", nil, nil, nil, true},
	}
}
