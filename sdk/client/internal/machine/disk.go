package machine

import (
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/protocol"
)

const diskPause = 2 * time.Second

// disk is what this till keeps, and how much of it is stored. Records are
// applied at once and stored at the end of the step, so state and disk differ
// by a tail only.
type disk struct {
	*step
	state *queue.State

	phase   diskPhase
	retryAt time.Time // while it is broken
	// last is the batch that was handed out last, and stored the last on disk.
	last, stored int
	// gate is a batch before which nothing may be sent: a new client_id.
	gate int
	// Of this step.
	records     []queue.Record
	sync, whole bool
	// taps are on their way to the disk.
	taps []pendingTap
	// stranding is why the queue is set aside as soon as no tap is on its way.
	stranding protocol.Reason
}

// pendingTap is a tap on its way to the disk.
type pendingTap struct {
	n, batch int
	ids      []protocol.MutationID
	// undo takes it back, and next is the id that is then free again.
	undo []queue.Record
	next protocol.MutationID
	// drafts: it began, changed or ended one.
	drafts []protocol.OrderID
	// silent: nobody waits for it.
	silent bool
}

// ready: what the link may say is on disk, and nothing that comes first is in
// the way.
func (d *disk) ready() bool {
	return d.stored >= d.gate && d.phase == diskFine && d.stranding == ""
}

// save keeps records. It returns the confirmed orders that they alter.
func (d *disk) save(sync bool, records ...queue.Record) []protocol.OrderID {
	d.phase = follow(d.step, "disk", diskTable, d.phase, onSave)
	if len(d.records) == 0 {
		d.records = slices.Clip(records)
	} else {
		d.records = append(d.records, records...)
	}
	d.sync = d.sync || sync
	return d.state.Apply(records...)
}

// saveFirst keeps records before anything more is sent.
func (d *disk) saveFirst(records ...queue.Record) {
	d.save(true, records...)
	d.gate = d.last + 1
}

// saveTap keeps what a tap makes of the queue.
func (d *disk) saveTap(tap pendingTap, records ...queue.Record) {
	tap.next, tap.batch = d.state.Next, d.last+1
	d.save(true, records...)
	d.taps = append(d.taps, tap)
}

// flush hands out what the step kept, before everything else that it asks for.
func (d *disk) flush() {
	if len(d.records) == 0 && !d.whole {
		return
	}
	d.last++
	if d.phase == diskFine {
		store := Store{Batch: d.last, Records: d.records, Sync: d.sync, Whole: d.whole}
		if d.whole {
			store.Records = nil
		}
		d.out = slices.Insert(d.out, 0, Effect(store))
	}
	d.records, d.sync, d.whole = nil, false, false
}

// storedUpTo says what is on disk, and returns the taps that now are.
func (d *disk) storedUpTo(batch int) (taps []pendingTap) {
	d.phase = follow(d.step, "disk", diskTable, d.phase, onStored)
	d.stored = max(d.stored, batch)
	n := 0
	for n < len(d.taps) && d.taps[n].batch <= batch {
		n++
	}
	taps, d.taps = d.taps[:n], d.taps[n:]
	return taps
}

// failed takes back the taps that aren't on disk, and returns them. Everything
// else stays: it came from the server, or is written again with the whole
// state.
func (d *disk) failed() (taps []pendingTap) {
	d.phase, d.retryAt = follow(d.step, "disk", diskTable, d.phase, onFailed), d.now.Add(diskPause)
	d.gate = d.last + 1
	taps, d.taps = d.taps, nil
	for _, tap := range slices.Backward(taps) {
		d.state.Apply(tap.undo...)
		d.state.Next = tap.next
	}
	return taps
}

// repair writes everything after a failure, when it may have been mended.
func (d *disk) repair() {
	if d.phase != diskBroken || d.now.Before(d.retryAt) {
		return
	}
	d.phase = follow(d.step, "disk", diskTable, d.phase, onRepair)
	d.whole, d.sync, d.gate = true, true, d.last+1
}

// unsaved is the first id that no mutation on disk has: none was pushed with it.
func (d *disk) unsaved() protocol.MutationID {
	for _, tap := range d.taps {
		if len(tap.ids) > 0 {
			return tap.ids[0]
		}
	}
	return d.state.Next
}

// durable: the mutation isn't on its way to the disk.
func (d *disk) durable(id protocol.MutationID) bool { return id < d.unsaved() }

// settling: a recovery asks for the outcomes up to its last id.
func (d *disk) settling() bool { return recoveryOf(d.state.Recovery) == recoverySettling }

// recoveryOf is the phase of a recovery.
func recoveryOf(r *queue.Recovery) recoveryPhase {
	switch {
	case r == nil:
		return recoveryNone
	case r.Known:
		return recoverySettling
	}
	return recoveryAwaiting
}

func storeError(cause error) error {
	return protocol.Errorf(protocol.Internal, "this till can't save; free some space on its disk and tap again").Because(cause)
}
