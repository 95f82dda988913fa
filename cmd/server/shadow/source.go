package shadow

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"golang.org/x/sync/errgroup"
)

// StoreSource is the log of a database.
type StoreSource struct {
	Store store.Store
	// Called is what people call it.
	Called string
}

// Name says where it comes from.
func (s *StoreSource) Name() string { return s.Called }

// page is how many changes are read at once.
const page = 2000

// Changes visits the log of each multi-session.
func (s *StoreSource) Changes(ctx context.Context, visit func(protocol.MultiSessionID, protocol.OrderID, *protocol.Change) error) error {
	all, err := s.Store.MultiSessions(ctx)
	if err != nil {
		return err
	}
	for _, ms := range all {
		loaded, err := s.Store.Load(ctx, ms.ID)
		if err != nil {
			return fmt.Errorf("multi-session %s: %w", ms.ID, err)
		}
		for after := loaded.Pruned; ; {
			changes, err := s.Store.Changes(ctx, ms.ID, after, page)
			if err != nil {
				return fmt.Errorf("multi-session %s, changes after %d: %w", ms.ID, after, err)
			}
			decoded, err := decode(changes)
			if err != nil {
				return fmt.Errorf("multi-session %s, %w", ms.ID, err)
			}
			for i := range decoded {
				if err := visit(ms.ID, "", &decoded[i]); err != nil {
					return err
				}
				after = changes[i].Seq
			}
			if len(changes) == 0 {
				break
			}
		}
	}
	return nil
}

// decode decodes a page on all processors: of a long history of which the newest
// records are run, most of the time goes there.
func decode(changes []store.Change) ([]protocol.Change, error) {
	decoded := make([]protocol.Change, len(changes))
	var all errgroup.Group
	share := max(1, (len(changes)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for from := 0; from < len(changes); from += share {
		all.Go(func() error {
			for i := from; i < min(from+share, len(changes)); i++ {
				if err := json.Unmarshal(changes[i].Body, &decoded[i]); err != nil {
					return fmt.Errorf("change %d can't be read: %w", changes[i].Seq, err)
				}
			}
			return nil
		})
	}
	return decoded, all.Wait()
}

// Asker calls a server's admin API.
type Asker interface {
	Do(ctx context.Context, method, path string, body, answer any) error
}

// ServerSource is the history of a running server, by its admin API: of each order,
// the newest first, until there are enough changes. It is read once.
type ServerSource struct {
	Asker  Asker
	Called string
	// Records are how many are wanted at least; 0: all.
	Records int

	read   bool
	orders []history
}

// history is the changes of one order.
type history struct {
	session protocol.MultiSessionID
	order   protocol.OrderID
	run     protocol.Run
	number  protocol.Number
	changes []*protocol.Change
}

// Name says where it comes from.
func (s *ServerSource) Name() string { return s.Called }

// Changes visits the changes of one order after the other.
func (s *ServerSource) Changes(ctx context.Context, visit func(protocol.MultiSessionID, protocol.OrderID, *protocol.Change) error) error {
	if !s.read {
		if err := s.load(ctx); err != nil {
			return err
		}
		s.read = true
	}
	for _, h := range s.orders {
		for _, c := range h.changes {
			if err := visit(h.session, h.order, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *ServerSource) load(ctx context.Context) error {
	var sessions protocol.MultiSessionsResponse
	if err := s.Asker.Do(ctx, "GET", "/v1/admin/multi-sessions", nil, &sessions); err != nil {
		return err
	}
	var all []history
	for _, ms := range sessions.MultiSessions {
		list, err := s.list(ctx, ms.ID)
		if err != nil {
			return err
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b history) int { return cmp.Or(cmp.Compare(b.run, a.run), cmp.Compare(b.number, a.number)) })
	records := 0
	for _, h := range all {
		if s.Records > 0 && records >= s.Records {
			break
		}
		if err := s.changes(ctx, &h); err != nil {
			return err
		}
		for _, c := range h.changes {
			records += 1 + len(c.Orders[h.order].Lines)
		}
		s.orders = append(s.orders, h)
	}
	slices.Reverse(s.orders)
	return nil
}

func (s *ServerSource) list(ctx context.Context, ms protocol.MultiSessionID) (all []history, err error) {
	path := "/v1/admin/multi-sessions/" + url.PathEscape(string(ms)) + "/orders"
	for after := ""; ; {
		var page struct {
			Orders []struct {
				ID     protocol.OrderID
				Run    protocol.Run
				Number protocol.Number
			}
			After *string
		}
		if err := s.Asker.Do(ctx, "GET", path+after, nil, &page); err != nil {
			return nil, err
		}
		for _, o := range page.Orders {
			all = append(all, history{session: ms, order: o.ID, run: o.Run, number: o.Number})
		}
		if page.After == nil {
			return all, nil
		}
		after = "?after=" + url.QueryEscape(*page.After)
	}
}

func (s *ServerSource) changes(ctx context.Context, h *history) error {
	path := "/v1/admin/multi-sessions/" + url.PathEscape(string(h.session)) + "/orders/" + url.PathEscape(string(h.order)) + "/history"
	for after := ""; ; {
		var page protocol.HistoryResponse
		if err := s.Asker.Do(ctx, "GET", path+after, nil, &page); err != nil {
			return fmt.Errorf("order %s: %w", h.order, err)
		}
		for i := range page.Changes {
			h.changes = append(h.changes, &page.Changes[i])
		}
		if page.After == nil {
			return nil
		}
		after = "?after=" + url.QueryEscape(*page.After)
	}
}
