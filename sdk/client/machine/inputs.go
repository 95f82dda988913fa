package machine

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

// Input is something that happened: one of the types below.
type Input interface{ input() }

// What the user and the program do.
type (
	// Tap asks for ops that stand or fall together. N is the driver's, and
	// comes back in [Done].
	Tap struct {
		N   int
		Ops []sdk.Op
	}
	// SetUser says who stands at the till from now on; nil is nobody.
	SetUser struct{ User *sdk.User }
	// SetToken gives a token, and tries again.
	SetToken struct{ Token string }
	// SetSchema replaces what is known of fields.
	SetSchema struct{ Schema *sdk.Schema }
	// TillIs is what till/open and till/close answered.
	TillIs struct{ Till wire.Till }
	// Look says which order is on the screen; "" is none.
	Look struct{ Order sdk.OrderID }
	// Forget drops a closed order that was held to be looked at.
	Forget struct{ Order sdk.OrderID }
	// DropAside says that a person has seen to a queue that was put aside.
	DropAside struct{ ClientID sdk.ClientID }
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
		Frame wire.Frame
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
		Answer  wire.Answer
	}
	// Failed is a request without an answer. Err is a [wire.Error] if the
	// server refused it, and a [wire.Unreadable] if its answer can't be read;
	// anything else means that it couldn't be reached.
	Failed struct {
		Request int
		Err     error
	}
)

func (Tap) input()         {}
func (SetUser) input()     {}
func (SetToken) input()    {}
func (SetSchema) input()   {}
func (TillIs) input()      {}
func (Look) input()        {}
func (Forget) input()      {}
func (DropAside) input()   {}
func (Retry) input()       {}
func (Tick) input()        {}
func (Stored) input()      {}
func (StoreFailed) input() {}
func (LinkUp) input()      {}
func (LinkDown) input()    {}
func (Received) input()    {}
func (Garbled) input()     {}
func (Begun) input()       {}
func (Answered) input()    {}
func (Failed) input()      {}
