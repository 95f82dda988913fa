package machine

import (
	"time"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// Input is something that happened: one of the types below.
type Input interface{ input() }

// What the user and the program do.
type (
	// Tap asks for ops that stand or fall together. N is the driver's, and
	// comes back in [Done].
	Tap struct {
		N   int
		Ops protocol.Ops
	}
	// SetUser says who stands at the till from now on; nil is nobody.
	SetUser struct{ User *protocol.User }
	// SetToken gives a token, and tries again.
	SetToken struct{ Token string }
	// SetSchema replaces what is known of fields.
	SetSchema struct{ Schema *protocol.Schema }
	// TillIs is what till/open and till/close answered.
	TillIs struct{ Till protocol.Till }
	// Look says which order is on the screen; "" is none.
	Look struct{ Order protocol.OrderID }
	// Forget drops a closed order that was held to be looked at.
	Forget struct{ Order protocol.OrderID }
	// DropStranded says that a person has seen to a queue that was put aside.
	DropStranded struct{ ClientID protocol.ClientID }
	// Retry connects now, also after an error that stops.
	Retry struct{}
	// Tick is the passing of time.
	Tick struct{}
)

// What became of effects.
type (
	// Stored: everything up to this batch is on disk.
	Stored struct{ Batch int }
	// StoreFailed: this batch and those behind it are not, and won't be.
	StoreFailed struct {
		Batch int
		Err   error
	}
	// LinkUp: the socket that [Dial] asked for is open.
	LinkUp struct{ Conn int }
	// LinkDown: it is closed, or couldn't be opened. Code is the close code of
	// the WebSocket; 0 if there was none.
	LinkDown struct {
		Conn int
		Code int
		Err  error
	}
	// Received is a frame that came.
	Received struct {
		Conn  int
		Frame protocol.ServerFrame
	}
	// Garbled is a frame that can't be read; Err is a [wire.Unreadable].
	Garbled struct {
		Conn int
		Err  error
	}
	// Begun: the answer to a [Request] begins to arrive.
	Begun struct{ Request int }
	// Answered is the answer to a [Request].
	Answered struct {
		Request int
		Answer  protocol.Response
	}
	// Failed is a request without an answer. Err is a [wire.Error] if the
	// server refused it, and a [wire.Unreadable] if its answer can't be read;
	// anything else means that it couldn't be reached.
	Failed struct {
		Request int
		Err     error
	}
)

func (Tap) input()          {}
func (SetUser) input()      {}
func (SetToken) input()     {}
func (SetSchema) input()    {}
func (TillIs) input()       {}
func (Look) input()         {}
func (Forget) input()       {}
func (DropStranded) input() {}
func (Retry) input()        {}
func (Tick) input()         {}
func (Stored) input()       {}
func (StoreFailed) input()  {}
func (LinkUp) input()       {}
func (LinkDown) input()     {}
func (Received) input()     {}
func (Garbled) input()      {}
func (Begun) input()        {}
func (Answered) input()     {}
func (Failed) input()       {}

// Effect is something to be done, one of the types below. Effects are carried
// out in order.
type Effect interface{ effect() }

type (
	// Store appends a batch. It is answered by [Stored] or [StoreFailed]
	// with its number; without Sync that need not wait for the disk. With
	// Whole the store is rewritten from [Machine.State] instead.
	Store struct {
		Batch   int
		Records []queue.Record
		Sync    bool
		Whole   bool
	}
	// Done ends a [Tap]: it is durable, as (the last of) these mutations, or
	// refused with an error for the user. A new order that waits for its first
	// line has no mutation yet: ID is 0.
	Done struct {
		Tap int
		ID  protocol.MutationID
		Err error
	}
	// Dial opens a WebSocket; [LinkUp] or [LinkDown] answers.
	Dial struct{ Conn int }
	// Hangup closes one, or gives up opening it. Nothing answers.
	Hangup struct{ Conn int }
	// Send sends a frame.
	Send struct {
		Conn  int
		Frame protocol.ClientFrame
	}
	// Request makes a call over HTTP; [Answered] or [Failed] answers.
	Request struct {
		ID   int
		Call protocol.Request
	}
	// GiveUp ends a call that isn't awaited any more. Nothing answers.
	GiveUp struct{ ID int }
	// Timer asks for a step at this time at the latest, though nothing happens.
	// It takes the place of the one before.
	Timer struct{ At time.Time }
	// Notify tells the program.
	Notify struct{ Event Event }
)

func (Store) effect()   {}
func (Done) effect()    {}
func (Dial) effect()    {}
func (Hangup) effect()  {}
func (Send) effect()    {}
func (Request) effect() {}
func (GiveUp) effect()  {}
func (Timer) effect()   {}
func (Notify) effect()  {}

// Event is what a program may want to show: one of the types below.
type Event interface{ event() }

type (
	// OrdersChanged: these orders show something else now.
	OrdersChanged struct{ Orders []OrderChanged }
	// OrderChanged is one of them. Order is nil if it is gone. By is who
	// changed it on the server; nil after a tap of this till and after a
	// snapshot.
	OrderChanged struct {
		ID    protocol.OrderID
		Order *view.Order
		By    *protocol.By
	}
	// Rejected: the server refused a mutation for ever. Nothing of it is on
	// the order, but for the payments in Result.Kept.
	Rejected struct {
		Mutation protocol.Mutation
		Result   protocol.Result
		// Again, if there is any use in it, puts what was lost on a new order
		// NewOrder that follows the closed one.
		Again    protocol.Ops
		NewOrder protocol.OrderID
	}
	// Ignored: a mutation was applied, without these fields ("o1.foo"). Why
	// says of those whose value was at fault what it must be; of the others no
	// one registered any.
	Ignored struct {
		ID     protocol.MutationID
		Fields []string
		Why    map[string]string
	}
	// Status changed; see [Status].
	StatusChanged struct{ Status Status }
	// PresenceChanged is who looks at what now, other tills alone.
	PresenceChanged struct{ Present []protocol.Presence }
	// QueueStranded: the queue belongs elsewhere. A person must see to it.
	QueueStranded struct{ Queue queue.StrandedQueue }
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
		From, To protocol.ClientID
		IDs      map[protocol.MutationID]protocol.MutationID
	}
)

func (OrdersChanged) event()     {}
func (Rejected) event()          {}
func (Ignored) event()           {}
func (StatusChanged) event()     {}
func (PresenceChanged) event()   {}
func (QueueStranded) event()     {}
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
const ProblemUnreadable protocol.Code = "unreadable"

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
	Run                 protocol.Run
	// ExtensionsETag is of the server's extensions; "" is not known.
	ExtensionsETag string
	// Problem is why the client doesn't sync as it should, and Advice what the
	// user can do about it; empty if all is well. It is a code of the protocol,
	// or [ProblemUnreadable].
	Problem protocol.Code
	Advice  string
}
