package machine

import (
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// pile is what came of the server's orders and isn't complete: one of the
// types below, a phase each.
type pile interface{ phase() inboxPhase }

type (
	// awaiting a snapshot.
	awaiting struct{}
	// paging has pages of one; next is where the next page is, if it is pulled.
	paging struct {
		orders []protocol.Order
		next   string
	}
	// following from a position.
	following struct{}
	// folding has parts of a folded answer; next is where its rest begins.
	folding struct {
		changes []protocol.Change
		next    protocol.Cursor
	}
)

func (awaiting) phase() inboxPhase  { return inboxAwaiting }
func (paging) phase() inboxPhase    { return inboxPaging }
func (following) phase() inboxPhase { return inboxFollowing }
func (folding) phase() inboxPhase   { return inboxFolding }

// verdict is what becomes of something that came: one of the types below, or
// nil if nothing does yet.
type verdict interface{ verdict() }

type (
	// advance applies changes above the position.
	advance struct{ changes protocol.Changes }
	// rebase takes a snapshot in place of what is confirmed, and the queue is
	// replayed over it.
	rebase struct{ snapshot protocol.Snapshot }
	// reject: something was lost on the way. It must be taken again.
	reject struct{}
)

func (advance) verdict() {}
func (rebase) verdict()  {}
func (reject) verdict()  {}

// mergeChanges decides what becomes of changes over a position; hole is where
// a hole was met last. Unfolded changes come without holes, so one means that
// something was lost on the way; a second one at the same place is the
// server's. A folded answer counts as a whole, when its last part is here.
func mergeChanges(p pile, seq, hole protocol.Seq, c protocol.Changes) (pile, verdict) {
	parts, folded := p.(folding)
	to := inboxTable.next(p.phase(), changesEvent(p, c))
	if p.phase() != inboxFollowing && p.phase() != inboxFolding {
		return p, nil // a snapshot is on its way
	}
	if !folded && hole != seq && hasHole(c.Changes, seq) {
		return p, reject{}
	}
	if folded {
		c.Changes = slices.Concat(parts.changes, c.Changes)
	}
	if to == inboxFolding {
		return folding{changes: c.Changes, next: c.Cursor}, nil
	}
	c.More = false
	return following{}, advance{changes: c}
}

// changesEvent is what changes are to a pile: a part of a folded answer, or whole.
func changesEvent(p pile, c protocol.Changes) inboxEvent {
	if _, folded := p.(folding); c.More && (folded || isFolded(c.Changes)) {
		return onPart
	}
	return onChanges
}

// snapshotEvent is what a page of a snapshot is: the last, or another.
func snapshotEvent(s protocol.Snapshot) inboxEvent {
	if s.More {
		return onPage
	}
	return onLastPage
}

// mergeSnapshot decides what becomes of a page of a snapshot.
func mergeSnapshot(p pile, s protocol.Snapshot) (pile, verdict) {
	to := inboxTable.next(p.phase(), snapshotEvent(s))
	if to == p.phase() && to != inboxPaging {
		return p, nil // it was asked for before the position was found otherwise
	}
	if before, some := p.(paging); some {
		s.Orders = slices.Concat(before.orders, s.Orders)
	}
	if to == inboxPaging {
		return paging{orders: s.Orders, next: s.Page}, nil
	}
	s.Page = ""
	return following{}, rebase{snapshot: s}
}

// discard lets go of what isn't complete.
func discard(p pile) pile { return emptyPile(inboxTable.next(p.phase(), onDiscard), p) }

// forget is for a position that is no good.
func forget(p pile) pile { return emptyPile(inboxTable.next(p.phase(), onForget), p) }

func emptyPile(to inboxPhase, was pile) pile {
	switch {
	case to == was.phase():
		return was
	case to == inboxAwaiting:
		return awaiting{}
	}
	return following{}
}

func isFolded(changes []protocol.Change) bool {
	for i := range changes {
		if changes[i].Folded {
			return true
		}
	}
	return false
}

func hasHole(changes []protocol.Change, seq protocol.Seq) bool {
	for i := range changes {
		c := &changes[i]
		if !c.Folded && c.Seq > seq+1 {
			return true
		}
		seq = max(seq, c.Seq)
	}
	return false
}
