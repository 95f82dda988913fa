package relay

import (
	"context"
	"errors"

	"github.com/tidwall/gjson"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// A rejected mutation is in the inboxes of both ends, and is resolved at either. The one
// tells the other at once. What was resolved while there was no link is found when it
// begins: each end names what waits there, and the other one answers which of it is
// resolved.

// mostWaiting is how many are named when a link begins, the oldest ones. Those behind them
// are named once some of these are resolved, with another link.
const mostWaiting = 2000

// rejectionPage is how many are read at a time.
const rejectionPage = 200

// nameOf names a rejected mutation at both ends.
func nameOf(r *store.Rejection) protocol.RelayRejection {
	return protocol.RelayRejection{ClientID: r.Client, ID: protocol.MutationID(gjson.GetBytes(r.Mutation, "id").Int())}
}

// rejections hands over those of a multi-session, until take has enough.
func rejections(ctx context.Context, from store.Operator, ms protocol.MultiSessionID, resolved bool, take func(*store.Rejection) (more bool)) error {
	for f := (store.RejectionFilter{MultiSession: ms, Resolved: resolved, Limit: rejectionPage}); ; {
		page, more, err := from.ListRejections(ctx, f)
		if err != nil {
			return err
		}
		for i := range page {
			if f.After = page[i].ID; !take(&page[i]) {
				return nil
			}
		}
		if !more || len(page) == 0 {
			return nil
		}
	}
}

// waitingIn names what waits in an inbox.
func waitingIn(ctx context.Context, from store.Operator, ms protocol.MultiSessionID) (names []protocol.RelayRejection, err error) {
	err = rejections(ctx, from, ms, false, func(r *store.Rejection) bool {
		names = append(names, nameOf(r))
		return len(names) < mostWaiting
	})
	return names, err
}

// resolvedOf are those of the names that are resolved here.
func resolvedOf(ctx context.Context, from store.Operator, ms protocol.MultiSessionID, names []protocol.RelayRejection) (found []protocol.RelayRejection, err error) {
	left := setOf(names)
	err = rejections(ctx, from, ms, true, func(r *store.Rejection) bool {
		if name := nameOf(r); left[name] {
			delete(left, name)
			found = append(found, name)
		}
		return len(left) > 0
	})
	return found, err
}

// resolve resolves those that have these names.
func resolve(ctx context.Context, in store.Operator, ms protocol.MultiSessionID, names []protocol.RelayRejection) error {
	var ids []int64
	left := setOf(names)
	err := rejections(ctx, in, ms, false, func(r *store.Rejection) bool {
		if name := nameOf(r); left[name] {
			delete(left, name)
			ids = append(ids, r.ID)
		}
		return len(left) > 0
	})
	for _, id := range ids {
		if one := in.ResolveRejection(ctx, id); !errors.Is(one, store.ErrNotFound) { // somebody did
			err = errors.Join(err, one)
		}
	}
	return err
}

func setOf(names []protocol.RelayRejection) map[protocol.RelayRejection]bool {
	set := map[protocol.RelayRejection]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// tellRejections sends names of rejected mutations, if there are any.
func (l *link) tellRejections(frame string, at protocol.MultiSessionID, names []protocol.RelayRejection) error {
	if len(names) == 0 {
		return nil
	}
	return l.send(protocol.RelayRejections{T: frame, MultiSession: at, Rejections: names})
}

// takeRejections answers what waits at the other end, and resolves what was resolved
// there. ms is the multi-session's id here.
func (l *link) takeRejections(ctx context.Context, f *protocol.RelayRejections, in store.Operator, ms protocol.MultiSessionID) error {
	if f.T == protocol.RelayResolvedFrame {
		return resolve(ctx, in, ms, f.Rejections)
	}
	found, err := resolvedOf(ctx, in, ms, f.Rejections)
	if err != nil {
		return err
	}
	return l.tellRejections(protocol.RelayResolvedFrame, f.MultiSession, found)
}
