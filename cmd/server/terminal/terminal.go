package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// Config is what a terminal till needs.
type Config struct {
	Server, Token string
	// User is the cashier: a name or id of the catalogue, or any other name.
	User string
	// Dir is the data folder: the queue, and copies of the catalogue, the schema
	// and the server's settings.
	Dir  string
	HTTP *http.Client
	In   io.Reader
	Out  io.Writer
}

// patience is how long a start waits for the server before it goes on without.
const patience = 3 * time.Second

// errQuit ends Run without an error.
var errQuit = errors.New("quit")

// Run serves one cashier until the input ends, they quit, or ctx ends.
func Run(ctx context.Context, cfg Config) error {
	if err := files.MkdirAll(cfg.Dir, 0o700); err != nil {
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
	t := newTerminal(cfg, c, con, events)
	con.complete(t.completions)
	t.start(ctx)
	return t.serve(ctx, readLines(ctx, con))
}

// terminal takes lines and events in turn, and hands them to its parts.
type terminal struct {
	cfg        Config
	client     *client.Client
	events     <-chan client.Event
	catalogue  *catalogue
	connection *connection
	screen     *screen
	news       *news
	refusals   *refusals
	user       *protocol.User
}

func newTerminal(cfg Config, c *client.Client, con console, events <-chan client.Event) *terminal {
	t := &terminal{
		cfg: cfg, client: c, events: events,
		catalogue: loadCatalogue(cfg.Dir), connection: &connection{opening: true},
	}
	format := formatter{t.catalogue}
	t.screen = &screen{console: con, client: c, connection: t.connection, format: format}
	t.news = newNews(c, t.screen)
	t.refusals = &refusals{client: c, screen: t.screen, news: t.news, format: format}
	return t
}

// start fetches the catalogue and opens the till. Without a server it goes on
// with the copies in the data folder.
func (t *terminal) start(ctx context.Context) {
	t.screen.printf("Manytill till at %s. Type help for the commands.\n", t.cfg.Server)
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := t.catalogue.fetch(wait, t.cfg)
	t.user = t.catalogue.cashier(t.cfg.User)
	t.client.SetUser(t.user)
	if err == nil {
		err = t.openTill(wait)
	}
	switch {
	case err == nil:
		t.screen.printf("Connected%s. %s\n", asUser(t.user), t.screen.openOrders())
	case refused(err):
		t.screen.printf("%s\n", sentence(err))
	default:
		t.screen.printf("The server can't be reached, so this till works alone for now. Everything is kept and sent later. %s\n", t.screen.openOrders())
	}
	t.screen.renewPrompt()
}

func asUser(u *protocol.User) string {
	if u == nil {
		return ""
	}
	return " as " + u.Name
}

func (t *terminal) openTill(ctx context.Context) error {
	err := t.client.OpenTill(ctx, t.user)
	if err != nil {
		t.connection.opening = t.connection.opening && !refused(err)
		return err
	}
	t.connection.opening, t.connection.quiet, t.connection.online = false, true, true
	t.waitFor(ctx, patience, func() bool { return t.client.Status().TillOpen && t.client.Status().Synced })
	t.connection.quiet = false
	return nil
}

// serve takes lines and events until the input ends.
func (t *terminal) serve(ctx context.Context, lines <-chan line) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-t.events:
			t.event(ctx, e)
		case <-t.connection.away:
			t.serverAway()
		case l := <-lines:
			if l.err != nil {
				return t.leave(ctx)
			}
			if err := t.command(ctx, l.text); errors.Is(err, errQuit) {
				return t.leave(ctx)
			} else if err != nil {
				t.screen.printf("%s\n", sentence(err))
			}
			t.screen.renewPrompt()
			close(l.taken)
		}
	}
}

// waitFor takes events until done reports true, at most for a moment. While
// the server is away it doesn't wait.
func (t *terminal) waitFor(ctx context.Context, moment time.Duration, done func() bool) {
	if !t.connection.online {
		return
	}
	end := time.NewTimer(moment)
	defer end.Stop()
	for !done() {
		select {
		case e := <-t.events:
			t.event(ctx, e)
		case <-t.connection.away:
			t.serverAway()
			return
		case <-end.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// event tells the cashier what the client reports.
func (t *terminal) event(ctx context.Context, e client.Event) {
	switch e := e.(type) {
	case client.OrdersChanged:
		t.news.found(e)
		for _, o := range e.Orders {
			t.news.changed(o)
		}
	case client.Rejected:
		t.refusals.add(e)
	case client.Ignored:
		t.screen.printf("%s", t.refusals.leftOut(e))
	case client.StatusChanged:
		t.statusChanged(ctx)
	case client.CatalogueChanged:
		if t.refresh(ctx) {
			t.screen.printf("The catalogue is another now: %s.\n", count(len(t.catalogue.Products), "product", "products"))
		}
	case client.ExtensionsChanged:
		t.refresh(ctx)
	case client.PresenceChanged:
		t.news.present = e.Present
	case client.QueueStranded:
		t.screen.printf("%s from another server or multi-session %s kept aside. Show the operator: aside lists them.\n",
			count(len(e.Queue.Mutations), "change", "changes"), isAre(len(e.Queue.Mutations)))
	case client.Renumbered:
		t.screen.printf("The server came back from a backup. What this till still holds is sent again.\n")
	}
}

// refresh fetches the catalogue again and reports whether that worked. If it
// didn't, the old one stays.
func (t *terminal) refresh(ctx context.Context) bool {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return t.catalogue.fetch(wait, t.cfg) == nil
}

func (t *terminal) statusChanged(ctx context.Context) {
	s := t.client.Status()
	if t.connection.changed(s) {
		t.screen.printf("The server is back.%s\n", unsent(s))
	}
	if s.Transport != client.Offline && t.connection.opening {
		t.openLate(ctx)
		s = t.client.Status()
	}
	if advice := t.connection.advice(s); advice != "" {
		t.screen.printf("%s\n", advice)
	}
}

func (t *terminal) serverAway() {
	if t.connection.isAway(t.client.Status()) {
		t.screen.printf("The server is away. Go on; everything is kept and sent later.\n")
	}
}

// openLate opens the till that couldn't be opened at the start.
func (t *terminal) openLate(ctx context.Context) {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := t.catalogue.fetch(wait, t.cfg); err != nil {
		return
	}
	if t.user != nil {
		t.user = t.catalogue.cashier(t.user.Name)
	}
	if err := t.openTill(wait); err != nil {
		t.screen.printf("%s\n", sentence(err))
	}
}

// leave waits for what is being sent, and says what stays in the queue.
func (t *terminal) leave(ctx context.Context) error {
	t.waitFor(ctx, patience, func() bool { return t.client.Status().Unsent == 0 })
	if n := t.client.Status().Unsent; n > 0 {
		t.screen.printf("%s kept in %s and sent when this till starts again.\n", count(n, "change is", "changes are"), t.cfg.Dir)
	}
	return nil
}
