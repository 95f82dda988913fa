package store

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Identity identifies a database (ServerID) and one period of its numbering
// (Epoch). A restored backup has the same ServerID and a new Epoch.
type Identity struct {
	ServerID string
	Epoch    string
}

// MultiSession is a row of the directory.
type MultiSession struct {
	ID      protocol.MultiSessionID
	Name    string
	Active  bool
	Deleted bool
	POS     []protocol.POSID // by id; filled by reads
	Run     protocol.Run     // the current run or the last one
	RunOpen bool             // whether Run has an open till
}

// POS is a till's row of the directory.
type POS struct {
	ID           protocol.POSID
	Name         string
	Deleted      bool
	MultiSession protocol.MultiSessionID // "" is none; only PutMultiSession writes it
	Till         Till
}

// Till is the till session of a POS.
type Till struct {
	Open  bool
	User  *protocol.User
	Since time.Time // of the last opening or closing
}

// Owner is the owner of a token: the admin, a POS, or a relay.
type Owner struct {
	Admin bool
	POS   protocol.POSID
	Relay protocol.RelayID
}

// relayOwner begins the name of a relay's token; no POS has such an id.
const relayOwner = "relay "

// Name is the owner in a column, "" for the admin; [OwnerNamed] reads it.
func (o Owner) Name() string {
	if o.Relay != "" {
		return relayOwner + string(o.Relay)
	}
	return string(o.POS)
}

// OwnerNamed is described at [Owner.Name].
func OwnerNamed(name string) Owner {
	if relay, is := strings.CutPrefix(name, relayOwner); is {
		return Owner{Relay: protocol.RelayID(relay)}
	}
	return Owner{Admin: name == "", POS: protocol.POSID(name)}
}

// Relay is a shop's server whose multi-sessions are copied here.
type Relay struct {
	ID      protocol.RelayID
	Name    string
	Deleted bool
	// ServerID is of the database that it linked with first; "" if it never did.
	ServerID string
	// Seen is when it was linked last; zero if it never was.
	Seen time.Time
}

// Snapshot is the state that an engine starts with.
type Snapshot struct {
	MultiSession MultiSession
	Head         protocol.Seq
	// HeadChange is the change at Head; its body is nil if there is none.
	HeadChange []byte
	// LastNumber is the highest number of MultiSession.Run; 0 if none.
	LastNumber protocol.Number
	// Pruned is the seq up to which changes may be missing from the log.
	Pruned protocol.Seq
	// Tills are the POS of this multi-session whose till is open.
	Tills []POS
	// Clients is how many clients ever pushed here, by POS.
	Clients map[protocol.POSID]int
	// Open are the open orders with lines (removed ones too) and payments.
	Open []OrderRows
	// Values are all of the multi-session's, by space and key.
	Values []KeyValue
	// Turn counts what was committed to the multi-session, with changes or without, and
	// what else made this snapshot out of date. A commit adds 1. It is 0 in a store that
	// only one process uses.
	Turn int64
}

// KeyValue is a value that the engine keeps for a multi-session beside its
// orders. Only package multisession knows the spaces and what is in them.
type KeyValue struct {
	Space, Key string
	// Value is JSON; nil, in a batch, deletes it.
	Value []byte
	// Damaged: it isn't what was written. Then there is no Value.
	Damaged bool
}

// OrderRows is an order in the store: a row of its own, and a row for each line
// and each payment. The bodies are JSON; only package order knows their members.
type OrderRows struct {
	OrderRow
	Lines    []LineRow
	Payments []PaymentRow
	// Effects are bare and in the order in which they were asked for. Load and Orders
	// read them, List and Touched don't. In a batch they are whole rows to insert;
	// ErrExists if one was asked for before.
	Effects []EffectRow
	// Damaged: one of its rows isn't what was written. Then only ID, Run, Number
	// and Seq are set.
	Damaged bool
}

// Size is the size of the bodies.
func (o *OrderRows) Size() int {
	n := len(o.Body)
	for i := range o.Lines {
		n += len(o.Lines[i].Body)
	}
	for i := range o.Payments {
		n += len(o.Payments[i].Body)
	}
	for i := range o.Effects {
		n += len(o.Effects[i].Data)
	}
	return n
}

// OrderRow is an order without its lines.
type OrderRow struct {
	ID      protocol.OrderID
	Run     protocol.Run
	Number  protocol.Number
	State   protocol.State
	Rev     int64
	Created protocol.Seq // of its first change
	Seq     protocol.Seq // of its last change
	At      time.Time    // of its last change
	Body    []byte
}

// LineRow is one orderline. A removed or moved one has a row, too.
type LineRow struct {
	ID   protocol.LineID
	N    int
	Seq  protocol.Seq // of its last change
	Body []byte
}

// PaymentRow is one payment. N counts 1, 2, 3 … in its order.
type PaymentRow struct {
	ID   protocol.PaymentID
	N    int
	Seq  protocol.Seq // of its last change
	Body []byte
}

// Change is an entry of the log. Body is the JSON that clients are sent.
type Change struct {
	Seq  protocol.Seq
	Body []byte
}

// Client is one durable queue of mutations: for ever of one POS and one
// multi-session. LastID is the highest id with an outcome.
type Client struct {
	ID           protocol.ClientID
	POS          protocol.POSID
	MultiSession protocol.MultiSessionID
	LastID       protocol.MutationID
	// Damaged: its POS and multi-session are unknown.
	Damaged bool
}

// Outcome is the result of one mutation. It never changes.
type Outcome struct {
	Client protocol.ClientID
	ID     protocol.MutationID
	// Hash is of the mutation's canonical JSON.
	Hash [16]byte
	// Result is the JSON of the first answer.
	Result []byte
	// Damaged: the mutation was decided, but the outcome is unknown.
	Damaged bool
}

// Damage is a place in a store where other data was read than was written.
type Damage struct {
	Place string // like: line l1 of order o7
}

// Err is the error for readers of that place: ErrDamaged, with what to do.
func (d Damage) Err() error {
	return protocol.Errorf(protocol.Internal, "%s is damaged in the database and left out; tell the operator to check the database with manytill verify, and to restore a backup", d.Place).
		Because(ErrDamaged)
}

// Rejection is a rejected mutation as the operator sees it.
type Rejection struct {
	ID           int64 // given by the store; later ones are higher
	At           time.Time
	MultiSession protocol.MultiSessionID
	Client       protocol.ClientID
	By           protocol.Author
	Mutation     []byte // as it was pushed
	Code         protocol.Code
	Message      string
	Kept         []protocol.PaymentID
	Resolved     bool
}

// Batch is what one commit writes.
type Batch struct {
	MultiSession protocol.MultiSessionID
	// Expect is the head that this batch builds on.
	Expect protocol.Seq
	// Turn is that of the snapshot that this batch builds on, and of what was committed
	// since; 0 is any.
	Turn int64
	// Locked: whoever commits this has [TurnLock].
	Locked bool
	At     time.Time
	// Changes are numbered Expect+1, Expect+2, … without holes.
	Changes []Change
	// Orders holds the touched orders: the whole order row, and of lines and
	// payments only the rows to insert or replace.
	Orders []OrderRows
	// Clients are new ones, to be bound.
	Clients    []Client
	Outcomes   []Outcome
	Rejections []Rejection
	// Run, if set, replaces MultiSession.Run and RunOpen.
	Run *RunRow
	// Tills replaces the till of POS that opened or closed.
	Tills []TillRow
	// Values are set, or deleted, in order.
	Values []KeyValue
	// EffectsEnded are those whose outcomes the changes take.
	EffectsEnded []EffectEnd
	// Copied: the rows are of another store, whose numbering this multi-session has. Then
	// an order may be of a change at or below Expect.
	Copied bool
	// Anew, with Copied: what the multi-session has is deleted first (orders, changes,
	// effects, values, rejections; not clients and outcomes), and Expect becomes its head,
	// up to which its log counts as pruned.
	Anew bool
}

// Asked are the effects to insert, in the order of their Asked, each with its order.
func (b *Batch) Asked() (all []EffectRow) {
	for i := range b.Orders {
		for _, e := range b.Orders[i].Effects {
			e.MultiSession, e.Order = b.MultiSession, b.Orders[i].ID
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b EffectRow) int { return cmp.Compare(a.Asked, b.Asked) })
	return all
}

// Size is the size of its bodies in bytes.
func (b *Batch) Size() (n int) {
	for i := range b.Changes {
		n += len(b.Changes[i].Body)
	}
	for i := range b.Orders {
		n += b.Orders[i].Size()
	}
	for i := range b.Outcomes {
		n += len(b.Outcomes[i].Result)
	}
	for i := range b.Rejections {
		n += len(b.Rejections[i].Mutation)
	}
	for i := range b.Values {
		n += len(b.Values[i].Value)
	}
	return n
}

// RunRow is a multi-session's current or last run.
type RunRow struct {
	Run  protocol.Run
	Open bool
}

// TillRow is a till that opened or closed.
type TillRow struct {
	POS  protocol.POSID
	Till Till
}

// RejectionFilter selects rejections with a larger id than After.
type RejectionFilter struct {
	MultiSession protocol.MultiSessionID // "" is every one
	Resolved     bool                    // resolved ones, otherwise those in the inbox
	After        int64
	Limit        int
}

// RejectionsKept is how many rejections of one POS are kept, and how large their
// mutations may be together.
type RejectionsKept struct{ Count, Bytes int }

// ListFilter selects orders. After continues behind (run, number) of the last
// order of the page before.
type ListFilter struct {
	Run      protocol.Run    // 0 is every run
	Number   protocol.Number // 0 is every number
	State    protocol.State  // "" is every state
	AfterRun protocol.Run
	AfterNo  protocol.Number
	Limit    int
}

// TouchedAfter is the position of a folded catch-up: Since is the reader's
// position, Order the seq of the last order row that it got.
type TouchedAfter struct {
	Since protocol.Seq
	Order protocol.Seq
}

// TouchedPage is one page of a folded catch-up, read at one moment.
type TouchedPage struct {
	Orders []OrderRows
	Head   protocol.Seq
	More   bool
}

// Pruned counts what Prune deleted, or would delete.
type Pruned struct {
	Orders, Changes int64
	Newest          time.Time // when one of those orders changed last; zero without any
}

// Begin is a time before the first change of any database. A row with an earlier
// time was written while the machine's clock was wrong: a clock without a battery
// starts in 1970 or 2000.
var Begin = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
