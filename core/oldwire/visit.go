package oldwire

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// visit is one call of a till being decided. The till is locked.
type visit struct {
	ctx     context.Context
	bridge  *Bridge
	till    *till
	caller  directory.Caller
	session *multisession.Session
	schema  *protocol.Schema
	// stranger: the call is of another page than the one that asked for orders last;
	// nothing is known of what it shows.
	stranger bool
}

// enter finds out who a till is here and has its call decided.
//
// Errors: not_found, no_multi_session, and those of every request.
func (b *Bridge) enter(ctx context.Context, pos protocol.POSID, do func(*visit) error) error {
	caller, err := b.Directory.Caller(ctx, pos)
	if protocol.CodeOf(err) == protocol.NotFound {
		return protocol.Errorf(protocol.NotFound, "there is no POS %s; make it for this till: manytill pos create %s NAME, and add it to a multi-session", pos, pos)
	}
	if err != nil {
		return err
	}
	if caller.MultiSession == nil {
		return protocol.Errorf(protocol.NoMultiSession, "POS %s is in no active multi-session; the till works alone. Add it: manytill multi-session add-pos NAME %s", pos, pos)
	}
	session, leave, err := b.Hub.Enter(ctx, caller.MultiSession.ID)
	if err != nil {
		return err
	}
	defer leave()
	v := &visit{ctx: ctx, bridge: b, till: b.till(pos), caller: caller, session: session, schema: b.Schema()}
	v.till.mu.Lock()
	defer v.till.mu.Unlock()
	if err = v.load(ctx); err == nil {
		err = v.finish()
	}
	if err == nil {
		err = do(v)
	}
	if err != nil {
		v.till.forget()
	}
	if errors.Is(err, store.ErrReadOnly) {
		return protocol.Errorf(protocol.ReadOnly, "the server can't store anything now (is its disk full?); the till keeps what it has").Because(err)
	}
	return err
}

// message takes what a till says of orders.
func (b *Bridge) message(r *http.Request, params gjson.Result) (result any, err error) {
	m, err := decode(params)
	if err != nil {
		return nil, err
	}
	// What is begun is decided, though the till hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), callTime)
	defer cancel()
	pos := posID(params.Get("dbname").String(), m.pos)
	err = b.enter(ctx, pos, func(v *visit) error {
		if err := v.attend(m); err != nil {
			return err
		}
		if known := v.till.kept.answeredBefore(m.call()); known != nil {
			result = known
			return nil
		}
		result, err = v.decide(m)
		return err
	})
	b.hear(pos)
	b.ringFor(pos)
	return result, err
}

// decide does what a message asks for, and stores the answer.
func (v *visit) decide(m *message) (result any, err error) {
	switch m.action {
	case updateOrder:
		result, err = v.update(m, m.data)
	case removeOrder:
		result, err = v.remove(m)
	case syncAll:
		result, err = v.sync(m)
	default:
		v.bridge.warn("an action isn't known and does nothing", "pos", v.till.pos, "action", cut(m.action))
		return 1, nil
	}
	if err != nil {
		return nil, err
	}
	if m.action != syncAll {
		if err := v.till.kept.remember(m.call(), result); err != nil {
			return nil, err
		}
	}
	return result, v.save()
}

// attend notes which page and run a message is of, and opens the till.
func (v *visit) attend(m *message) error {
	k := v.till.kept
	if k.Session != m.session || k.Login != m.login {
		if v.stranger = m.action != syncAll && k.Registered; !v.stranger {
			k.Session, k.Login = m.session, m.login
			k.Page++
			k.Says, k.Out = says{}, nil
		}
	}
	if m.run > k.Run {
		if err := v.newRun(m.run); err != nil {
			return err
		}
	}
	return v.open()
}

func (v *visit) open() error {
	if v.session.Feed.TillOpen(v.till.pos) {
		return nil
	}
	_, err := v.bridge.Directory.OpenTill(v.ctx, v.till.pos, nil)
	return err
}

// newRun ends what is left of Odoo's last run: in Odoo all tills of it are closed.
func (v *visit) newRun(run int64) error {
	b := v.bridge
	ms, err := b.Directory.MultiSession(v.ctx, v.session.ID)
	if err != nil {
		return err
	}
	for _, pos := range ms.POS {
		was := v.till.kept.Run
		if pos != v.till.pos {
			values, err := b.Store.POSValues(v.ctx, pos, tillKey)
			if err != nil {
				return err
			}
			was = gjson.GetBytes(values[tillKey], "run").Int()
		}
		if was > 0 && was < run && v.session.Feed.TillOpen(pos) {
			if _, err := b.Directory.CloseTill(v.ctx, pos); err != nil {
				return err
			}
			b.Log.Info("old till closed: Odoo began another run", "pos", pos, "run_id", run)
		}
	}
	v.till.kept.Run = run
	return v.save()
}

// head is an order as it is now.
type head struct {
	protocol.Order
	seq, created protocol.Seq
	// ever are the lines that it has or had.
	ever map[protocol.LineID]bool
}

func (h *head) line(id protocol.LineID) *protocol.Line {
	if i := slices.IndexFunc(h.Lines, func(l protocol.Line) bool { return l.ID == id }); i >= 0 {
		return &h.Lines[i]
	}
	return nil
}

// has reports whether the order has a line, and it is the one that a till shows.
func (h *head) has(id protocol.LineID, shown protocol.Fields) bool {
	l := h.line(id)
	return l != nil && !another(l.Fields, shown)
}

// another reports whether two lines aren't one: a line's product never changes.
func another(a, b protocol.Fields) bool {
	return a[fieldProduct] != "" && b[fieldProduct] != "" && a[fieldProduct] != b[fieldProduct]
}

const fieldProduct protocol.Field = "product_id"

// head reads an order; nil if there is none.
func (v *visit) head(id protocol.OrderID) (*head, error) {
	rows, _, err := v.bridge.Store.Orders(v.ctx, v.session.ID, []protocol.OrderID{id})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return headOf(&rows[0])
}

func headOf(rows *store.OrderRows) (*head, error) {
	text, err := multisession.OrderJSON(rows)
	if err != nil {
		return nil, err
	}
	h := &head{seq: rows.Seq, created: rows.Created, ever: map[protocol.LineID]bool{}}
	if err := json.Unmarshal(text, &h.Order); err != nil {
		return nil, err
	}
	for _, l := range rows.Lines {
		h.ever[l.ID] = true
	}
	return h, nil
}

// hear notes that a till is there.
func (b *Bridge) hear(pos protocol.POSID) {
	now := b.Now()
	b.till(pos).heard.Store(&now)
}
