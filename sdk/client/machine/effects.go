package machine

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/queue"
	"github.com/manytill/manytill/sdk/client/wire"
)

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
		ID  sdk.MutationID
		Err error
	}
	// Dial opens a WebSocket; [LinkUp] or [LinkDown] answers.
	Dial struct{ Conn int }
	// Hangup closes one, or gives up opening it. Nothing answers.
	Hangup struct{ Conn int }
	// Send sends a frame.
	Send struct {
		Conn  int
		Frame wire.Frame
	}
	// Request makes a call over HTTP; [Answered] or [Failed] answers.
	Request struct {
		ID   int
		Call wire.Call
	}
	// GiveUp ends a call that isn't awaited any more. Nothing answers.
	GiveUp struct{ ID int }
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
func (Notify) effect()  {}
