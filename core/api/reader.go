package api

import (
	"context"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// reader is what a socket or a stream tells: a subscription, and the ETags of
// what tills load besides orders, in the framing of its transport.
type reader struct {
	*multisession.Subscription
	api     *API
	feed    *multisession.Feed
	framing framing
	told    *etags
	send    func(frames []byte) error
}

// flushBytes is how much is gathered before it is sent.
const flushBytes = 256 << 10

// welcome writes what the reader is told first.
func (r *reader) welcome(b []byte, pos protocol.POS) []byte {
	r.told = r.api.etags.Load()
	w := r.Welcome()
	w.Protocol, w.ServerID, w.HeartbeatS, w.POS = protocol.Version, r.api.Identity.ServerID, int(heartbeat.Seconds()), pos
	w.ExtensionsETag, w.CatalogueETag = r.told.extensions, r.told.catalogue
	return r.framing.appendFrame(b, w)
}

// catchUp writes all of orders that the reader wasn't told. What is long is sent
// as it is read.
func (r *reader) catchUp(ctx context.Context, b []byte) ([]byte, error) {
	for {
		e, err := r.Next(ctx)
		if err != nil || e == (multisession.Event{}) {
			return b, err
		}
		if b, err = r.flushed(r.event(b, &e)); err != nil {
			return b, err
		}
	}
}

func (r *reader) event(b []byte, e *multisession.Event) []byte {
	switch {
	case e.Reset != "":
		return r.framing.appendFrame(b, protocol.Reset{Reason: e.Reset})
	case e.Snapshot != nil:
		head := snapshotOf(r.feed, e.Snapshot)
		return r.framing.append(b, snapshotName, head.Cursor, head.AppendFrame(nil, e.Snapshot.Orders))
	}
	var tail [192]byte
	head := changesOf(r.feed, e.Changes)
	id := head.Cursor
	if e.Changes.Folded && e.Changes.More { // a piece of a fold is nothing to go on from
		id = ""
	}
	return r.framing.append(b, changesName, id, changesHead, e.Changes.Changes, head.AppendFrameTail(tail[:0], e.Changes.Folded))
}

// flushed sends what was gathered once it is much.
func (r *reader) flushed(b []byte) ([]byte, error) {
	if len(b) <= flushBytes {
		return b, nil
	}
	err := r.send(b)
	if cap(b) > 2*flushBytes {
		return nil, err
	}
	return b[:0], err
}

// news writes what changed beside orders.
func (r *reader) news(b []byte) []byte {
	for _, frame := range r.News() {
		b = r.framing.appendFrame(b, frame)
	}
	if now := r.api.etags.Load(); now != r.told {
		for _, frame := range now.since(r.told) {
			b = r.framing.appendFrame(b, frame)
		}
		r.told = now
	}
	return b
}
