package machine

import (
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
)

// disk knows what is stored. Records are applied to the state at once and
// stored in the same order, so disk and state can differ by a tail only.
type disk struct {
	last   int // batch that was handed out
	stored int
	// gate is a batch before which nothing may be sent: a new client_id.
	gate int
	// broken: a batch failed, so the next must be the whole state.
	broken bool
	again  time.Time
}

const diskPause = 2 * time.Second

// ready: what the link may say is on disk.
func (m *Machine) ready() bool {
	return m.disk.stored >= m.disk.gate && !m.disk.broken && len(m.later) == 0
}

// retry writes everything after a failure, when it may have been mended.
func (d *disk) retry(m *Machine) {
	if !d.broken || m.now.Before(d.again) {
		return
	}
	d.broken, d.last = false, d.last+1
	d.gate = d.last
	m.emit(Store{Batch: d.last, Sync: true, Whole: true})
}

// save applies records and has them stored. It returns the confirmed orders
// that they altered.
func (m *Machine) save(sync bool, records ...queue.Record) []sdk.OrderID {
	touched := m.state.Apply(records...)
	m.disk.last++
	if !m.disk.broken {
		m.emit(Store{Batch: m.disk.last, Records: records, Sync: sync})
	}
	return touched
}

func (m *Machine) stored(batch int) {
	m.disk.stored = max(m.disk.stored, batch)
	for len(m.taps) > 0 && m.taps[0].batch <= batch {
		done := m.taps[0]
		m.taps = m.taps[1:]
		m.show(done)
	}
	m.runLater()
	m.recover()
}

// whenStored runs f in this step or as soon as no tap is on its way to the
// disk; until then nothing connects.
func (m *Machine) whenStored(f func()) { m.later = append(m.later, f) }

func (m *Machine) runLater() {
	for len(m.taps) == 0 && len(m.later) > 0 {
		next := m.later[0]
		m.later = m.later[1:]
		next()
	}
}

// storeFailed takes back the taps that aren't on disk. Everything else stays:
// it came from the server, or is written again with the whole state.
func (m *Machine) storeFailed(in StoreFailed) {
	m.disk.broken, m.disk.again = true, m.now.Add(diskPause)
	m.disk.gate = m.disk.last + 1
	for i := len(m.taps) - 1; i >= 0; i-- {
		tap := m.taps[i]
		m.state.Apply(tap.undo...)
		if tap.next != 0 {
			m.state.Next = tap.next
		}
		m.emit(Done{Tap: tap.n, Err: storeError(in.Err)})
	}
	m.taps = nil
	m.changed(m.view.Rebuild(m.live()), nil)
}

func storeError(cause error) error {
	return sdk.Errorf(sdk.Internal, "this till can't save; free some space on its disk and tap again").Because(cause)
}
