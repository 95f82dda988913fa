// Package clienttest is for tests that run many tills and a server in one
// goroutine: it gives out the client's machine, which is stepped by hand, and
// a store in memory. Programs use sdk/client.
//
// It owns nothing; the rules are in sdk/client/internal/machine.
package clienttest

import (
	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// A machine, what goes into it and what comes out.
type (
	Machine = machine.Machine
	Config  = machine.Config
	State   = queue.State
	Input   = machine.Input
	Effect  = machine.Effect

	Tap         = machine.Tap
	SetUser     = machine.SetUser
	TillIs      = machine.TillIs
	Tick        = machine.Tick
	Stored      = machine.Stored
	StoreFailed = machine.StoreFailed
	LinkUp      = machine.LinkUp
	LinkDown    = machine.LinkDown
	Received    = machine.Received
	Answered    = machine.Answered
	Failed      = machine.Failed

	Store   = machine.Store
	Done    = machine.Done
	Dial    = machine.Dial
	Hangup  = machine.Hangup
	Send    = machine.Send
	Request = machine.Request
	Notify  = machine.Notify
)

// New is a machine. Nothing happens before its first step.
func New(cfg Config) *Machine { return machine.New(cfg) }

// NewState is what a machine holds without any record.
func NewState() *State { return queue.NewState() }

// MemoryStore keeps a queue in memory, and loses at Crash what wasn't synced.
type MemoryStore = queue.Mem

// NewMemoryStore is an empty store.
func NewMemoryStore() *MemoryStore { return queue.NewMem() }

// Confirmed are orders as the server confirmed them.
type Confirmed = view.Confirmed
