package machine

import (
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/queue"
	"github.com/manytill/manytill/sdk/client/view"
	"github.com/manytill/manytill/sdk/client/wire"
)

// Event is what a program may want to show: one of the types below.
type Event interface{ event() }

type (
	// OrdersChanged: these orders show something else now.
	OrdersChanged struct{ Orders []OrderChanged }
	// OrderChanged is one of them. Order is nil if it is gone. By is who
	// changed it on the server; nil after a tap of this till and after a
	// snapshot.
	OrderChanged struct {
		ID    sdk.OrderID
		Order *view.Order
		By    *sdk.By
	}
	// Rejected: the server refused a mutation for ever. Nothing of it is on
	// the order, but for the payments in Result.Kept.
	Rejected struct {
		Mutation sdk.Mutation
		Result   sdk.Result
		// Again, if there is any use in it, puts what was lost on a new order
		// NewOrder that follows the closed one.
		Again    []sdk.Op
		NewOrder sdk.OrderID
	}
	// Ignored: a mutation was applied, without these fields ("o1.foo"). Why
	// says of those whose value was at fault what it must be; of the others no
	// one registered any.
	Ignored struct {
		ID     sdk.MutationID
		Fields []string
		Why    map[string]string
	}
	// Status changed; see [Status].
	StatusChanged struct{ Status Status }
	// PresenceChanged is who looks at what now, other tills alone.
	PresenceChanged struct{ Present []wire.Presence }
	// SetAside: the queue belongs elsewhere. A person must see to it.
	SetAside struct{ Aside queue.Aside }
	// Unreadable: the server sent something that isn't what the protocol says.
	// What is the kind of the frame or answer, "" where that can't be told;
	// Message says what was wrong. What is shown stays, and is taken anew.
	Unreadable struct{ What, Message string }
	// ExtensionsChanged: the server has other extensions now than at welcome.
	ExtensionsChanged struct{ ETag string }
	// CatalogueChanged: it has another catalogue.
	CatalogueChanged struct{ ETag string }
	// Renumbered: the queue goes on under a new client_id; what is in it has
	// new ids.
	Renumbered struct {
		From, To sdk.ClientID
		IDs      map[sdk.MutationID]sdk.MutationID
	}
)

func (OrdersChanged) event()     {}
func (Rejected) event()          {}
func (Ignored) event()           {}
func (StatusChanged) event()     {}
func (PresenceChanged) event()   {}
func (SetAside) event()          {}
func (Renumbered) event()        {}
func (Unreadable) event()        {}
func (ExtensionsChanged) event() {}
func (CatalogueChanged) event()  {}

// Transport is how the client reaches the server at the moment.
type Transport string

// The transports.
const (
	Offline   Transport = ""
	WebSocket Transport = "websocket"
	LongPoll  Transport = "poll"
)

// ProblemUnreadable: the server sends what this client can't read.
const ProblemUnreadable sdk.Code = "unreadable"

// Status is how a client stands with its server.
type Status struct {
	// Transport is [Offline] while the server can't be reached.
	Transport Transport
	// Since is when the transport last came or went.
	Since time.Time
	// Unsent are the mutations whose outcome isn't known; Waiting those that
	// wait for another till to bring their order or line.
	Unsent, Waiting int
	// Synced: what the server has was known at least once. Until then a new
	// till shows nothing of the others'.
	Synced bool
	// TillOpen: the server takes mutations. Known says whether that is known.
	TillOpen, TillKnown bool
	Run                 sdk.Run
	// ExtensionsETag is of the server's extensions; "" is not known.
	ExtensionsETag string
	// Problem is why the client doesn't sync as it should, and Advice what the
	// user can do about it; empty if all is well. It is a code of the protocol,
	// or [ProblemUnreadable].
	Problem sdk.Code
	Advice  string
}
