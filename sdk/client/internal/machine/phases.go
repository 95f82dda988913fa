package machine

import "fmt"

// A part that takes the same event differently at different times has phases.
// What is known in a phase stands in its type; which phase follows on which
// event stands in a table below. testdata/phases.json has the same tables, and
// a test of the Go and of the TypeScript client compares them with it.

// table says for each phase and each event which phase follows.
type table[P, E ~string] map[P]map[E]P

// What a table says where no phase follows.
const (
	// ignored: it can happen there and changes nothing.
	ignored = "ignored"
	// impossible: the part itself sees to it that it doesn't happen there.
	impossible = "impossible"
)

// next is the phase that follows.
func (t table[P, E]) next(at P, on E) P {
	switch to := t[at][on]; to {
	case ignored:
		return at
	case impossible, "":
		panic(fmt.Sprintf("machine: %q can't happen while %q", on, at))
	default:
		return to
	}
}

// follow is next, traced under the part's name.
func follow[P, E ~string](s *step, part string, t table[P, E], at P, on E) P {
	s.trace(part, string(at), string(on))
	return t.next(at, on)
}

type (
	linkPhase     string
	linkEvent     string
	diskPhase     string
	diskEvent     string
	inboxPhase    string
	inboxEvent    string
	recoveryPhase string
	recoveryEvent string
	entryPhase    string
	entryEvent    string
)

// A socket.
const (
	linkDown     linkPhase = "down"
	linkDialing  linkPhase = "dialing"
	linkGreeting linkPhase = "greeting" // hello was sent
	linkOpen     linkPhase = "open"     // welcome came
	linkDoomed   linkPhase = "doomed"   // a reset came: every push on it is refused

	onDial    linkEvent = "dial"
	onUp      linkEvent = "up"
	onWelcome linkEvent = "welcome"
	onDoom    linkEvent = "doom"
	onEnd     linkEvent = "end" // hung up here, or closed there
)

var linkTable = table[linkPhase, linkEvent]{
	linkDown:     {onDial: linkDialing, onUp: ignored, onWelcome: ignored, onDoom: ignored, onEnd: ignored},
	linkDialing:  {onDial: impossible, onUp: linkGreeting, onWelcome: ignored, onDoom: ignored, onEnd: linkDown},
	linkGreeting: {onDial: impossible, onUp: ignored, onWelcome: linkOpen, onDoom: linkDoomed, onEnd: linkDown},
	linkOpen:     {onDial: impossible, onUp: ignored, onWelcome: linkOpen, onDoom: linkDoomed, onEnd: linkDown},
	linkDoomed:   {onDial: impossible, onUp: ignored, onWelcome: linkDoomed, onDoom: linkDoomed, onEnd: linkDown},
}

// The disk.
const (
	diskFine   diskPhase = "fine"
	diskBroken diskPhase = "broken" // a batch failed: the next is the whole state

	onSave   diskEvent = "save"
	onStored diskEvent = "stored"
	onFailed diskEvent = "failed"
	onRepair diskEvent = "repair" // it is time to try again
)

var diskTable = table[diskPhase, diskEvent]{
	diskFine:   {onSave: diskFine, onStored: diskFine, onFailed: diskBroken, onRepair: ignored},
	diskBroken: {onSave: ignored, onStored: ignored, onFailed: diskBroken, onRepair: diskFine},
}

// What comes from the server about orders.
const (
	inboxAwaiting  inboxPhase = "awaiting"  // a snapshot, of which nothing is here
	inboxPaging    inboxPhase = "paging"    // a snapshot, of which some pages are here
	inboxFollowing inboxPhase = "following" // the position is known
	inboxFolding   inboxPhase = "folding"   // and some parts of a folded answer are here

	onPage     inboxEvent = "page"
	onLastPage inboxEvent = "last_page"
	onPart     inboxEvent = "part" // of a folded answer that goes on
	onChanges  inboxEvent = "changes"
	onDiscard  inboxEvent = "discard" // what isn't complete won't be
	onForget   inboxEvent = "forget"  // the position is no good
)

var inboxTable = table[inboxPhase, inboxEvent]{
	inboxAwaiting: {
		onPage: inboxPaging, onLastPage: inboxFollowing, onPart: ignored, onChanges: ignored, onDiscard: ignored, onForget: ignored,
	},
	inboxPaging: {
		onPage: inboxPaging, onLastPage: inboxFollowing, onPart: ignored, onChanges: ignored, onDiscard: inboxAwaiting, onForget: inboxAwaiting,
	},
	inboxFollowing: {
		onPage: ignored, onLastPage: ignored, onPart: inboxFolding, onChanges: inboxFollowing, onDiscard: ignored, onForget: inboxAwaiting,
	},
	inboxFolding: {
		onPage: ignored, onLastPage: ignored, onPart: inboxFolding, onChanges: inboxFollowing, onDiscard: inboxFollowing, onForget: inboxAwaiting,
	},
}

// What a reset leads to.
const (
	recoveryNone     recoveryPhase = "none"
	recoveryAwaiting recoveryPhase = "awaiting" // a snapshot, which tells the last id that the server has
	recoverySettling recoveryPhase = "settling" // outcomes up to that id are asked for, one by one

	onHistoryLost recoveryEvent = "history_lost" // the server's history is another
	onIDsReused   recoveryEvent = "ids_reused"   // it knows an id as another mutation
	onIDsLost     recoveryEvent = "ids_lost"     // it knows other ids than this till, up to one that is known
	onSnapshot    recoveryEvent = "snapshot"
	onSettled     recoveryEvent = "settled"
	onStranded    recoveryEvent = "stranded" // the queue belongs elsewhere
)

var recoveryTable = table[recoveryPhase, recoveryEvent]{
	recoveryNone: {
		onHistoryLost: recoveryAwaiting, onIDsReused: recoveryAwaiting, onIDsLost: recoverySettling,
		onSnapshot: ignored, onSettled: impossible, onStranded: ignored,
	},
	recoveryAwaiting: {
		onHistoryLost: recoveryAwaiting, onIDsReused: ignored, onIDsLost: ignored,
		onSnapshot: recoverySettling, onSettled: impossible, onStranded: recoveryNone,
	},
	recoverySettling: {
		onHistoryLost: recoveryAwaiting, onIDsReused: ignored, onIDsLost: ignored,
		onSnapshot: ignored, onSettled: recoveryNone, onStranded: recoveryNone,
	},
}

// A mutation in the queue.
const (
	entryQueued   entryPhase = "queued"
	entryForeign  entryPhase = "foreign" // the server knows another mutation by its id
	entryWaiting  entryPhase = "waiting" // for another till to bring its order or line
	entryApplied  entryPhase = "applied"
	entryRejected entryPhase = "rejected"

	onApplied entryEvent = "applied"
	onRefused entryEvent = "refused"
	onMissing entryEvent = "missing" // refused, for the order or line isn't there yet
	onReused  entryEvent = "reused"
	onBrought entryEvent = "brought" // what it waits for is here
)

var entryTable = table[entryPhase, entryEvent]{
	entryQueued:   {onApplied: entryApplied, onRefused: entryRejected, onMissing: entryWaiting, onReused: entryForeign, onBrought: ignored},
	entryForeign:  {onApplied: entryApplied, onRefused: entryRejected, onMissing: entryWaiting, onReused: ignored, onBrought: ignored},
	entryWaiting:  {onApplied: entryApplied, onRefused: entryRejected, onMissing: ignored, onReused: ignored, onBrought: entryQueued},
	entryApplied:  {onApplied: entryApplied, onRefused: entryRejected, onMissing: entryRejected, onReused: ignored, onBrought: ignored},
	entryRejected: {onApplied: entryApplied, onRefused: entryRejected, onMissing: entryRejected, onReused: ignored, onBrought: ignored},
}
