package client

import (
	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// What a program is told (see [Config.OnEvent]).
type (
	// Event is one of the types below.
	Event = machine.Event
	// OrdersChanged names orders that show something else now.
	OrdersChanged = machine.OrdersChanged
	// OrderChanged is one of them.
	OrderChanged = machine.OrderChanged
	// Rejected is a mutation that the server refused for ever.
	Rejected = machine.Rejected
	// Ignored is a mutation that was applied without some fields.
	Ignored = machine.Ignored
	// StatusChanged says how the client stands with its server now.
	StatusChanged = machine.StatusChanged
	// PresenceChanged is who looks at which order now.
	PresenceChanged = machine.PresenceChanged
	// QueueStranded: the queue belongs to another server or multi-session.
	QueueStranded = machine.QueueStranded
	// Renumbered: the queue goes on under a new client_id.
	Renumbered = machine.Renumbered
	// Unreadable: the server sent something that isn't what the protocol says.
	Unreadable = machine.Unreadable
	// ExtensionsChanged: the server has other extensions now.
	ExtensionsChanged = machine.ExtensionsChanged
	// CatalogueChanged: the server has another catalogue now.
	CatalogueChanged = machine.CatalogueChanged
)

// What a program reads.
type (
	// Status is how a client stands with its server.
	Status = machine.Status
	// Transport is how the client reaches the server at the moment.
	Transport = machine.Transport
	// Order is an order as a till shows it.
	Order = view.Order
	// Line is an orderline of it.
	Line = view.Line
	// Payment is a payment of it.
	Payment = view.Payment
	// Entry is a mutation of this client and what is known of it.
	Entry = queue.Entry
	// StrandedQueue is a queue that was put aside for a person to see.
	StrandedQueue = queue.StrandedQueue
	// Store keeps what a client must find again after a restart.
	Store = queue.Store
)

// The transports.
const (
	Offline   = machine.Offline
	WebSocket = machine.WebSocket
	LongPoll  = machine.LongPoll
)

// ProblemUnreadable: the server sends what this client can't read.
const ProblemUnreadable = machine.ProblemUnreadable
