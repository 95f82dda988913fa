package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Unreadable is what came from the server and isn't what the protocol says:
// no JSON, or JSON of another shape. What is the kind of the frame, "pushed"
// for the answer to a push, or "" where that couldn't be read either.
type Unreadable struct {
	What string
	Err  error
}

func (u Unreadable) Error() string {
	what := u.What
	if what == "" {
		what = "what came from the server"
	}
	return fmt.Sprintf("%s can't be read: %s", what, u.Err)
}

func (u Unreadable) Unwrap() error { return u.Err }

// Unreachable is an answer that isn't the server's: of a proxy, a router or a
// login page between. It says nothing of what was asked.
type Unreachable struct{ Status int }

func (u Unreachable) Error() string {
	return fmt.Sprintf("the server couldn't be reached: something between answers %d", u.Status)
}

// decode reads JSON and looks that everything is there that a client relies on.
// The TypeScript client's readable.ts has the same rules, and
// testdata/readable.json has examples for both.
func decode[T any](raw []byte) (T, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, err
	}
	if c, ok := any(v).(interface{ check() error }); ok {
		return v, c.check()
	}
	return v, nil
}

// need is an error if something is missing.
func need(ok bool, what string) error {
	if ok {
		return nil
	}
	return errors.New(what + " is missing or isn't what it should be")
}

// each checks every item of a list.
func each[T any](items []T, check func(*T) error) error {
	for i := range items {
		if err := check(&items[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w Welcome) check() error {
	return errors.Join(need(w.ServerID != "", "server_id"), need(w.POS.ID != "", "pos.id"),
		need(w.MultiSession == nil || w.MultiSession.ID != "", "multi_session.id"))
}

func (p Pushed) check() error {
	return errors.Join(need(p.Results != nil, "results"), each(p.Results, checkResult))
}

func (c Changes) check() error {
	return errors.Join(need(c.Changes != nil, "changes"), need(c.Cursor.Valid(), "cursor"),
		need(c.Seq >= 0, "seq"), each(c.Changes, checkChange))
}

func (s Snapshot) check() error {
	return errors.Join(need(s.Orders != nil, "orders"), need(s.More || s.Cursor.Valid(), "cursor"),
		need(s.Seq >= 0, "seq"), each(s.Orders, checkOrder))
}

func (p PushResponse) check() error {
	return errors.Join(Pushed{Results: p.Results}.check(), Changes{Changes: p.Changes, Cursor: p.Cursor, Seq: p.Seq}.check())
}

func (r Reset) check() error      { return need(r.Reason != "", "reason") }
func (e ErrorFrame) check() error { return need(e.Code != "", "code") }
func (e Extensions) check() error { return need(e.ETag != "", "extensions_etag") }
func (c Catalogue) check() error  { return need(c.ETag != "", "catalogue_etag") }

func checkResult(r *Result) error {
	return errors.Join(need(r.ID > 0, "results[].id"), need(r.Status != "", "results[].status"))
}

func checkChange(c *Change) error {
	if err := errors.Join(need(c.Seq > 0, "changes[].seq"), need(c.Orders != nil, "changes[].orders")); err != nil {
		return err
	}
	for id, o := range c.Orders {
		if err := errors.Join(need(o.State != "", "state"), each(o.Payments, checkPayment)); err != nil {
			return fmt.Errorf("order %s: %w", id, err)
		}
	}
	return nil
}

func checkOrder(o *Order) error {
	return errors.Join(need(o.ID != "", "orders[].id"), need(o.State != "", "orders[].state"), need(o.Fields != nil, "orders[].fields"),
		need(o.Lines != nil, "orders[].lines"), need(o.Payments != nil, "orders[].payments"),
		each(o.Payments, checkPayment), each(o.Lines, func(l *Line) error {
			return errors.Join(need(l.ID != "", "lines[].id"), need(l.Fields != nil, "lines[].fields"))
		}))
}

func checkPayment(p *Payment) error {
	_, isNumber := p.Amount.Decimal()
	return errors.Join(need(p.ID != "", "payments[].id"), need(isNumber, "payments[].amount"))
}
