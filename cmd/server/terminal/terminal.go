package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/wire"
)

// Config is what a terminal works with.
type Config struct {
	Server, Token string
	// User is who stands here: a cashier of the catalogue, or any name.
	User string
	// Dir holds the queue and the copy of the catalogue.
	Dir  string
	HTTP *http.Client
	In   io.Reader
	Out  io.Writer
}

// patience is how long a start waits for the server before it goes on alone.
const patience = 3 * time.Second

// errQuit ends a terminal without being an error.
var errQuit = errors.New("quit")

// Run serves one cashier until the input ends, they quit, or ctx ends.
func Run(ctx context.Context, cfg Config) error {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return fmt.Errorf("the folder of this till's queue can't be made; name another with --data: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	events := make(chan client.Event)
	c, err := client.Open(ctx, client.Config{
		URL: cfg.Server, Token: cfg.Token, Dir: cfg.Dir, HTTP: cfg.HTTP,
		Logger: slog.New(slog.DiscardHandler),
		OnEvent: func(e client.Event) {
			select {
			case events <- e:
			case <-ctx.Done():
			}
		},
	})
	if err != nil {
		return err
	}
	defer func() { stop(); _ = c.Close() }()
	con, restore := newConsole(cfg.In, cfg.Out)
	defer restore()
	d := newDesk(cfg, c, con, events)
	con.complete(d.completions)
	d.start(ctx)
	return d.serve(ctx, readLines(ctx, con))
}

// desk is what a cashier has before them.
type desk struct {
	cfg    Config
	client *client.Client
	con    console
	events <-chan client.Event
	shop   *shop
	// seen is each order as the cashier was last told of it.
	seen map[sdk.OrderID]*client.Order
	// labels are what orders were called that may be gone.
	labels map[sdk.OrderID]string
	// current is the order on the screen; "" is none.
	current sdk.OrderID
	user    *sdk.User
	// opening: the till is to be opened as soon as the server is there. hush:
	// it has just been, and what the client says of a closed one is old.
	opening, hush bool
	said          said
	// present is what other tills have on their screens.
	present []wire.Presence
	lost    []client.Rejected
}

func newDesk(cfg Config, c *client.Client, con console, events <-chan client.Event) *desk {
	d := &desk{
		cfg: cfg, client: c, con: con, events: events, shop: loadShop(cfg.Dir), opening: true,
		seen: map[sdk.OrderID]*client.Order{}, labels: map[sdk.OrderID]string{},
	}
	for _, o := range c.Orders() {
		d.note(o.ID, o)
	}
	return d
}

// note remembers an order as it is shown now.
func (d *desk) note(id sdk.OrderID, o *client.Order) {
	if o == nil {
		delete(d.seen, id)
		return
	}
	d.seen[id] = o
	d.labels[id] = label(o, d.client.Status().Run)
}

// printf prints above the line that is being typed; with it the prompt changes.
func (d *desk) printf(format string, args ...any) {
	d.con.prompt(d.promptText())
	fmt.Fprintf(d.con, format, args...)
}

// start asks the server for its catalogue and opens the till. Without a server
// it goes on with what is known here.
func (d *desk) start(ctx context.Context) {
	d.printf("Manytill till at %s. Type help for the commands.\n", d.cfg.Server)
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := d.shop.fetch(wait, d.cfg)
	d.user = d.shop.cashier(d.cfg.User)
	d.client.SetUser(d.user)
	if err == nil {
		err = d.openTill(wait)
	}
	d.said.start(d, err)
}

func (d *desk) openTill(ctx context.Context) error {
	err := d.client.OpenTill(ctx, d.user)
	if err != nil {
		d.opening = d.opening && !refused(err)
		return err
	}
	d.opening, d.hush, d.said.online = false, true, true
	d.settle(ctx, patience, func() bool { return d.client.Status().TillOpen && d.client.Status().Synced })
	d.hush = false
	return nil
}

// serve takes lines and events in turn.
func (d *desk) serve(ctx context.Context, lines <-chan line) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-d.events:
			d.event(ctx, e)
		case <-d.said.away:
			d.sayAway()
		case l := <-lines:
			if l.err != nil {
				return d.goodbye(ctx)
			}
			if err := d.command(ctx, l.text); errors.Is(err, errQuit) {
				return d.goodbye(ctx)
			} else if err != nil {
				d.printf("%s\n", sentence(err))
			}
			d.con.prompt(d.promptText())
			close(l.taken)
		}
	}
}

// settle takes events until done, for a moment only and not while the server
// is away: what is shown then is mostly what the server has said already.
func (d *desk) settle(ctx context.Context, moment time.Duration, done func() bool) {
	if !d.said.online {
		return
	}
	end := time.NewTimer(moment)
	defer end.Stop()
	for !done() {
		select {
		case e := <-d.events:
			d.event(ctx, e)
		case <-d.said.away:
			d.sayAway()
			return
		case <-end.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (d *desk) goodbye(ctx context.Context) error {
	d.settle(ctx, patience, func() bool { return d.client.Status().Unsent == 0 })
	if n := d.client.Status().Unsent; n > 0 {
		d.printf("%s kept in %s and sent when this till starts again.\n", count(n, "change is", "changes are"), d.cfg.Dir)
	}
	return nil
}
