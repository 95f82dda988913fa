package relay

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// source reads a shop's multi-session in pieces. A piece's orders are those whose last
// change is among its changes, as they are now: with lines and payments that changed
// since where the copy last was whole. So a copy that has caught up is as the shop's,
// and until then it lacks what changed last.
//
// A copy that begins anew can't have changes that the shop doesn't have any more, so its
// log begins behind them, and orders of older changes come first, as a list.
type source struct {
	ledger     store.Ledger
	directory  store.Directory
	rejections store.Operator
	epoch      string
	ms         protocol.MultiSessionID
	bytes      func() int // about how large a piece is
}

// place is how far a copy is, as the shop knows.
type place struct {
	seq      protocol.Seq
	anew     bool // the copy is of something else: it begins anew
	progress protocol.RelayProgress
	run      store.RunRow
	told     bool // run was
}

// How many rows a piece has at most, beside orders of one change.
const (
	pieceChanges    = 500
	pieceOrders     = 100
	pieceRejections = 20
)

// begin is where to go on from what a chain has.
func (s *source) begin(ctx context.Context, has protocol.RelayPosition, head protocol.Seq) (place, error) {
	if has.Epoch != s.epoch || has.Seq > head {
		return s.anew(ctx)
	}
	at := place{seq: has.Seq, progress: has.RelayProgress}
	if has.Tag == "" || has.Seq == 0 {
		return at, nil
	}
	changes, err := s.ledger.Changes(ctx, s.ms, has.Seq-1, 1)
	switch {
	case errors.Is(err, store.ErrExpired) && has.Seq == head:
		return at, nil // its change was pruned
	case errors.Is(err, store.ErrExpired), errors.Is(err, store.ErrDamaged):
		return s.anew(ctx)
	case err != nil:
		return at, err
	case len(changes) == 0 || tagText(multisession.TagOf(changes[0].Body)) != has.Tag:
		return s.anew(ctx)
	}
	return at, nil
}

// tagText is a tag on the wire, "" for none.
func tagText(t multisession.Tag) string {
	if t == (multisession.Tag{}) {
		return ""
	}
	return hex.EncodeToString(t[:])
}

// anew begins behind the first change from which the log can be read to its end.
func (s *source) anew(ctx context.Context) (place, error) {
	snapshot, err := s.ledger.Load(ctx, s.ms)
	if err != nil {
		return place{}, err
	}
	at := place{anew: true, seq: snapshot.Pruned, progress: protocol.RelayProgress{Epoch: s.epoch, Since: new(protocol.Seq)}}
	for seq := at.seq; seq < snapshot.Head; {
		changes, err := s.ledger.Changes(ctx, s.ms, seq, pieceChanges)
		if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrExpired) || err == nil && len(changes) == 0 {
			at.seq = snapshot.Head
			break
		}
		if err != nil {
			return at, err
		}
		seq = changes[len(changes)-1].Seq
	}
	if at.seq > 0 {
		at.progress.Listed = &protocol.RelayPlace{}
	}
	return at, nil
}

// next is the piece that follows, and where the copy is with it; nil if it has all.
func (s *source) next(ctx context.Context, at place) (*protocol.RelayPiece, place, error) {
	after := at
	p := &protocol.RelayPiece{T: protocol.RelayPieceFrame, MultiSession: s.ms, After: at.seq, Anew: at.anew}
	after.anew = false
	if err := s.rest(ctx, p, &after); err != nil {
		return nil, at, err
	}
	var err error
	if after.progress.Listed != nil {
		err = s.list(ctx, p, &after)
	}
	if after.progress.Listed == nil && err == nil && len(p.Orders) == 0 {
		err = s.follow(ctx, p, &after)
	}
	if errors.Is(err, store.ErrExpired) || errors.Is(err, store.ErrDamaged) { // pruned since, or damaged
		if at, err = s.anew(ctx); err != nil {
			return nil, at, err
		}
		return s.next(ctx, at)
	}
	if err != nil {
		return nil, at, err
	}
	p.Progress, p.Run, p.RunOpen = after.progress, after.run.Run, after.run.Open
	news := len(p.Changes)+len(p.Orders)+len(p.Rejections) > 0 || p.Anew || !at.told || at.run != after.run || !same(at.progress, after.progress)
	if !news {
		return nil, at, nil
	}
	after.told = true
	return p, after, nil
}

func same(a, b protocol.RelayProgress) bool {
	return (a.Listed == nil) == (b.Listed == nil) && (a.Since == nil) == (b.Since == nil)
}

// rest reads the run and rejections.
func (s *source) rest(ctx context.Context, p *protocol.RelayPiece, at *place) error {
	row, err := s.directory.MultiSession(ctx, s.ms)
	if err != nil {
		return err
	}
	at.run = store.RunRow{Run: row.Run, Open: row.RunOpen}
	rejected, _, err := s.rejections.ListRejections(ctx, store.RejectionFilter{MultiSession: s.ms, After: at.progress.Rejection, Limit: pieceRejections})
	if err != nil {
		return err
	}
	size := 0
	for i := range rejected {
		if size > s.bytes() {
			break
		}
		p.Rejections = append(p.Rejections, writeRejection(&rejected[i]))
		at.progress.Rejection = rejected[i].ID
		size += len(rejected[i].Mutation)
	}
	return nil
}

// list adds the next orders whose last change is before the copy's log.
func (s *source) list(ctx context.Context, p *protocol.RelayPiece, at *place) error {
	size := 0
	for len(p.Orders) < pieceOrders && size < s.bytes() {
		from := *at.progress.Listed
		rows, err := s.ledger.List(ctx, s.ms, store.ListFilter{AfterRun: from.Run, AfterNo: from.Number, Limit: pieceOrders})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			at.progress.Listed = nil
			return nil
		}
		for i := range rows {
			if len(p.Orders) == pieceOrders || size >= s.bytes() {
				break
			}
			o := &rows[i]
			at.progress.Listed = &protocol.RelayPlace{Run: o.Run, Number: o.Number}
			if o.Seq <= at.seq && !o.Damaged {
				p.Orders = append(p.Orders, writeOrder(o))
				size += o.Size()
			}
		}
	}
	return nil
}

// follow adds the next changes, and the orders whose last ones they are.
func (s *source) follow(ctx context.Context, p *protocol.RelayPiece, at *place) error {
	since := at.seq
	if at.progress.Since != nil {
		since = *at.progress.Since
	}
	page, err := s.ledger.Touched(ctx, s.ms, store.TouchedAfter{Since: since, Order: at.seq}, pieceOrders)
	if err != nil {
		return err
	}
	p.Head = page.Head
	orders, to := fitting(page, s.bytes())
	changes, err := s.ledger.Changes(ctx, s.ms, at.seq, pieceChanges)
	if err != nil {
		return err
	}
	size, seq := 0, at.seq
	for _, c := range changes {
		if c.Seq > to || size >= s.bytes() {
			break
		}
		p.Changes = append(p.Changes, c.Body)
		size += len(c.Body)
		seq = c.Seq
	}
	for i := range orders {
		if !orders[i].Damaged && orders[i].Seq <= seq {
			p.Orders = append(p.Orders, writeOrder(&orders[i]))
		}
	}
	at.seq, at.progress.Since = seq, nil
	if seq < page.Head {
		at.progress.Since = &since
	}
	return nil
}

// fitting are the first orders of a page, as many as a piece may have, and the seq up to
// which they are all that changed.
func fitting(page *store.TouchedPage, most int) ([]store.OrderRows, protocol.Seq) {
	size, to := 0, page.Head
	last := protocol.Seq(0)
	for i := range page.Orders {
		o := &page.Orders[i]
		if o.Damaged {
			continue
		}
		if size >= most && o.Seq != last {
			return page.Orders[:i], last
		}
		size += o.Size()
		last = o.Seq
	}
	if page.More {
		if to = last; last == 0 {
			to = page.Orders[0].Seq // all of them are damaged
		}
	}
	return page.Orders, to
}
