package terminal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/wire"
)

// said is what the cashier was last told of the connection.
type said struct {
	online bool
	// linked: the client has had its link once. Before that it is offline for
	// a moment, and nobody needs to know.
	linked  bool
	problem sdk.Code
	away    <-chan time.Time // when the server will have been away for long
}

// start tells how the till starts.
func (s *said) start(d *desk, err error) {
	switch {
	case err == nil:
		s.online = true
		d.printf("Connected%s. %s\n", as(d.user), d.openOrders())
	case refused(err):
		d.printf("%s\n", sentence(err))
	default:
		d.printf("The server can't be reached, so this till works alone for now. Everything is kept and sent later. %s\n", d.openOrders())
	}
	d.con.prompt(d.promptText())
}

func as(u *sdk.User) string {
	if u == nil {
		return ""
	}
	return " as " + u.Name
}

func (d *desk) openOrders() string {
	n := 0
	for _, o := range d.client.Orders() {
		if o.State == sdk.Open {
			n++
		}
	}
	if n == 0 {
		return "add PRODUCT starts an order."
	}
	return count(n, "order is open", "orders are open") + "; orders lists them."
}

// grace is how long a server may be away before anybody is told: a link that
// breaks and comes back is no news.
const grace = 2 * time.Second

// statusChanged tells when the server goes or comes, and what stands in the
// way; not how it is reached.
func (d *desk) statusChanged(ctx context.Context) {
	s := d.client.Status()
	online := s.Transport != client.Offline
	switch d.said.linked = d.said.linked || online; {
	case online && !d.said.online:
		d.said.online = true
		d.printf("The server is back.%s\n", unsent(s))
	case online:
		d.said.away = nil
	case d.said.linked && d.said.online && d.said.away == nil:
		d.said.away = time.After(grace)
	}
	if online && d.opening {
		d.reopen(ctx)
		s = d.client.Status()
	}
	if s.Problem != d.said.problem && !d.opening && !d.hush {
		d.said.problem = s.Problem
		if worthSaying(s) {
			d.printf("%s\n", sentence(errors.New(s.Advice)))
		}
	}
}

func (d *desk) sayAway() {
	d.said.away = nil
	if d.client.Status().Transport == client.Offline {
		d.said.online = false
		d.printf("The server is away. Go on; everything is kept and sent later.\n")
	}
}

// worthSaying: a server that is away takes nothing, which was said already.
func worthSaying(s client.Status) bool {
	return s.Advice != "" && (s.Transport != client.Offline || s.Problem.HTTPStatus() != http.StatusServiceUnavailable)
}

// reopen does what the start couldn't.
func (d *desk) reopen(ctx context.Context) {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := d.shop.fetch(wait, d.cfg); err != nil {
		return
	}
	if d.user != nil {
		d.user = d.shop.cashier(d.user.Name)
	}
	if err := d.openTill(wait); err != nil {
		d.printf("%s\n", sentence(err))
	}
}

func unsent(s client.Status) string {
	if s.Unsent == 0 {
		return ""
	}
	return fmt.Sprintf(" Sending %s.", count(s.Unsent, "change", "changes"))
}

// statusText answers the command status.
func (d *desk) statusText() string {
	s := d.client.Status()
	var b strings.Builder
	if s.Transport == client.Offline {
		fmt.Fprintf(&b, "Working alone%s: the server can't be reached.\n", d.since(s.Since))
	} else {
		fmt.Fprintf(&b, "Connected%s (%s), run %d.\n", d.since(s.Since), s.Transport, s.Run)
	}
	fmt.Fprintf(&b, "Not sent yet: %d.", s.Unsent)
	if s.Waiting > 0 {
		fmt.Fprintf(&b, " Waiting for another till's order: %d.", s.Waiting)
	}
	if s.TillKnown && !s.TillOpen {
		b.WriteString(" The till is closed; till open opens it.")
	}
	b.WriteByte('\n')
	if worthSaying(s) {
		b.WriteString(sentence(errors.New(s.Advice)) + "\n")
	}
	return b.String()
}

func (d *desk) since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " since " + t.In(d.shop.zone).Format(time.TimeOnly)
}

func (d *desk) promptText() string {
	name := ""
	if o := d.client.Order(d.current); d.current != "" && o != nil {
		name = label(o, d.client.Status().Run) + " "
	}
	s := d.client.Status()
	if s.Transport == client.Offline && !d.said.online {
		name += fmt.Sprintf("(alone, %d unsent) ", s.Unsent)
	}
	return name + "> "
}

// plain is an error without the codes that programs read.
func plain(err error) string {
	var refusal wire.Error
	var e *sdk.Error
	switch {
	case errors.As(err, &refusal):
		switch refusal.Code {
		case sdk.Unauthorized:
			return "the server doesn't know this token: ask the operator for a new one (manytill pos token), and start again with --token and the same --data. What is unsent is kept"
		case sdk.Forbidden:
			return "this is no till's token; use the token of a POS (manytill pos token)"
		}
		return refusal.Message
	case errors.As(err, &e):
		return e.Message
	}
	return err.Error()
}
