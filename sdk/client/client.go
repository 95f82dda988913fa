package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk/client/internal/journal"
	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// Config says where the server is and where the queue is kept.
type Config struct {
	// URL of the server, like https://pos.example; Token is the till's.
	URL, Token string
	// Dir is the directory of the queue. One process at a time can have it
	// open, and it belongs to one till.
	Dir string
	// User stands at the till; see [Client.SetUser].
	User *protocol.User
	// OnEvent is told what happens: [machine.OrdersChanged],
	// [machine.Rejected] and the others. Calls come one at a time, in order,
	// from a goroutine of their own, so that it may take its time.
	OnEvent func(machine.Event)
	// Logger gets what a user needn't see; nil is [slog.Default].
	Logger *slog.Logger
	// HTTP makes the calls; nil is a client of its own. It must not have a
	// timeout below a minute: polls wait.
	HTTP *http.Client
	// Store replaces Dir.
	Store queue.Store
	// NoSocket keeps to long polls.
	NoSocket bool
}

// ErrClosed is returned by calls on a closed client.
var ErrClosed = errors.New("the client is closed")

// Client is a till's connection to its multi-session. Its methods may be
// called from any goroutine.
type Client struct {
	cfg     Config
	log     *slog.Logger
	base    *url.URL
	store   queue.Store
	machine *machine.Machine // the loop's
	wake    time.Time        // when it wants to be stepped; the loop's
	inbox   *mailbox[any]    // inputs, and functions to run in the loop
	events  *mailbox[machine.Event]
	net     *network
	stop    context.CancelFunc
	ended   sync.WaitGroup
	closing sync.Once

	mu     sync.RWMutex
	shown  map[protocol.OrderID]*view.Order
	status machine.Status
	taps   map[int]chan machine.Done
	tapped int
	closed bool
}

// Open opens the queue and begins to sync. It doesn't wait for the server:
// what was last known is there at once. The client runs until [Client.Close]
// or the end of ctx.
func Open(ctx context.Context, cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.URL)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, fmt.Errorf("the server's URL %q must look like https://pos.example", cfg.URL)
	}
	if cfg.Token == "" {
		return nil, errors.New("a token is missing; the operator gets one by adding this till to the server")
	}
	store := cfg.Store
	if store == nil {
		if store, err = openJournal(cfg); err != nil {
			return nil, err
		}
	}
	state, err := store.Load()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("load the queue: %w", err), store.Close())
	}
	c := newClient(cfg, base, store, state)
	ctx, c.stop = context.WithCancel(ctx)
	c.net = newNetwork(ctx, c)
	c.ended.Add(2)
	go c.run(ctx)
	go c.tell(ctx)
	return c, nil
}

func openJournal(cfg Config) (*journal.Journal, error) {
	if cfg.Dir == "" {
		return nil, errors.New("a directory for the queue is missing (Config.Dir)")
	}
	j, err := journal.Open(cfg.Dir)
	if err == nil && j.Damaged() != "" && cfg.Logger != nil {
		cfg.Logger.Warn("the queue was damaged; what could be read is used, the file is kept", "file", j.Damaged())
	}
	return j, err
}

func newClient(cfg Config, base *url.URL, store queue.Store, state *queue.State) *Client {
	c := &Client{
		cfg: cfg, log: cfg.Logger, base: base, store: store,
		inbox: newMailbox[any](), events: newMailbox[machine.Event](),
		shown: map[protocol.OrderID]*view.Order{}, taps: map[int]chan machine.Done{},
	}
	if c.log == nil {
		c.log = slog.Default()
	}
	c.machine = machine.New(machine.Config{
		State: state, Token: cfg.Token, User: cfg.User, NoSocket: cfg.NoSocket,
		Random: rand.Float64, NewID: NewID[string],
	})
	for id, o := range c.machine.Orders() {
		c.shown[id] = o
	}
	c.inbox.put(machine.Tick{})
	return c
}

// Close stops syncing and frees the queue. What wasn't sent is sent after the
// next [Open]. It must not be called from OnEvent, whose end it awaits.
func (c *Client) Close() (err error) {
	c.closing.Do(func() {
		c.stop()
		c.ended.Wait()
		c.net.wait()
		err = c.store.Close()
	})
	return err
}

// Do asks for ops that stand or fall together. When it returns without an
// error they are durable on this machine and shown. The id is 0 for a new order
// without a line: it stays here until its first line. A payment of an order that is
// created by the same call goes behind it as a mutation of its own, and the id
// is the last one's.
func (c *Client) Do(ops ...protocol.Op) (protocol.MutationID, error) {
	done := make(chan machine.Done, 1)
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return 0, ErrClosed
	}
	c.tapped++
	n := c.tapped
	c.taps[n] = done
	c.mu.Unlock()
	c.inbox.put(machine.Tap{N: n, Ops: ops})
	d, ok := <-done
	if !ok {
		return 0, ErrClosed
	}
	return d.ID, d.Err
}

// PutBack puts what a rejection lost on the order that follows the closed one,
// which is created if it isn't there yet.
func (c *Client) PutBack(r machine.Rejected) (protocol.MutationID, error) {
	if len(r.Again) == 0 {
		return 0, errors.New("nothing of this can be put on a new order; enter it again by hand")
	}
	ops := r.Again
	if c.Order(r.NewOrder) != nil {
		ops = ops[1:]
	}
	return c.Do(ops...)
}

// Orders are the orders shown, by run and number, new ones last. They aren't
// changed: what changes is replaced.
func (c *Client) Orders() []*view.Order {
	c.mu.RLock()
	orders := make([]*view.Order, 0, len(c.shown))
	for _, o := range c.shown {
		orders = append(orders, o)
	}
	c.mu.RUnlock()
	slices.SortFunc(orders, byNumber)
	return orders
}

// Order is an order as shown; nil if there is none.
func (c *Client) Order(id protocol.OrderID) *view.Order {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.shown[id]
}

// Status is how the client stands with its server.
func (c *Client) Status() machine.Status {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.status
}

// SetUser says who stands at the till from now on; nil is nobody.
func (c *Client) SetUser(u *protocol.User) {
	if u != nil {
		copied := *u
		u = &copied
	}
	c.inbox.put(machine.SetUser{User: u})
}

// SetToken replaces the token, after the server refused the old one.
func (c *Client) SetToken(token string) {
	c.net.setToken(token)
	c.inbox.put(machine.SetToken{Token: token})
}

// Retry connects at once instead of after the pause, when the platform says
// that the network is back.
func (c *Client) Retry() { c.inbox.put(machine.Retry{}) }

// Look tells the other tills which order is on the screen; "" is none.
func (c *Client) Look(id protocol.OrderID) { c.inbox.put(machine.Look{Order: id}) }

// Forget drops a closed order that was shown until now.
func (c *Client) Forget(id protocol.OrderID) { c.inbox.put(machine.Forget{Order: id}) }

// OpenTill opens the till for a cashier. Pushes wait for it.
func (c *Client) OpenTill(ctx context.Context, user *protocol.User) error {
	var answer struct {
		MultiSession *protocol.MultiSession `json:"multi_session"`
		Run          protocol.Run           `json:"run"`
	}
	body := struct {
		User *protocol.User `json:"user,omitempty"`
	}{user}
	if err := c.net.json(ctx, http.MethodPost, "/v1/till/open", body, &answer); err != nil {
		return err
	}
	c.SetUser(user)
	c.inbox.put(machine.TillIs{Till: protocol.Till{Open: true, Run: answer.Run, MultiSession: answer.MultiSession}})
	return nil
}

// Closing is what closing the till told: whether it ended the run, and the
// orders that are still open.
type Closing struct {
	RunEnded   bool `json:"run_ended"`
	OpenOrders []struct {
		Order  protocol.OrderID `json:"order"`
		Number protocol.Number  `json:"number"`
		Run    protocol.Run     `json:"run"`
	} `json:"open_orders"`
}

// CloseTill closes the till. What is queued waits until it opens again.
func (c *Client) CloseTill(ctx context.Context) (closing Closing, err error) {
	if err = c.net.json(ctx, http.MethodPost, "/v1/till/close", struct{}{}, &closing); err != nil {
		return closing, err
	}
	c.inbox.put(machine.TillIs{Till: protocol.Till{Open: false, Run: c.Status().Run}})
	return closing, nil
}

// StrandedQueues are queues that were put aside for a person to see.
func (c *Client) StrandedQueues() (stranded []queue.StrandedQueue, err error) {
	err = c.inLoop(func() { stranded = slices.Clone(c.machine.State().Stranded) })
	return stranded, err
}

// DropStrandedQueue says that a person has seen to a queue that was put aside.
func (c *Client) DropStrandedQueue(id protocol.ClientID) {
	c.inbox.put(machine.DropStranded{ClientID: id})
}

// Rejections are the mutations of the last days that the server refused.
func (c *Client) Rejections() (rejected []queue.Entry, err error) {
	err = c.inLoop(func() {
		for _, e := range c.machine.State().Entries {
			if e.Rejected() {
				rejected = append(rejected, *e)
			}
		}
	})
	return rejected, err
}

// inLoop runs f where the machine may be read.
func (c *Client) inLoop(f func()) error {
	done := make(chan struct{})
	c.mu.RLock()
	closed := c.closed
	c.mu.RUnlock()
	if closed {
		return ErrClosed
	}
	c.inbox.put(func() { f(); close(done) })
	select {
	case <-done:
		return nil
	case <-c.net.ctx.Done():
		return ErrClosed
	}
}

func byNumber(a, b *view.Order) int {
	if (a.Number == 0) != (b.Number == 0) {
		if a.Number == 0 {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
}

// Info is what a server says of itself to anyone.
type Info struct {
	Server   string            `json:"server"`
	Version  string            `json:"version"`
	ServerID string            `json:"server_id"`
	Currency protocol.Currency `json:"currency"`
	// TimeZone is the shop's, like Europe/Vienna; "" is that of the device.
	TimeZone       string `json:"time_zone"`
	ExtensionsETag string `json:"extensions_etag"`
	CatalogueETag  string `json:"catalogue_etag"`
}

// Info asks the server for what it says of itself. One that names no currency
// has [protocol.AnyCurrency].
func (c *Client) Info(ctx context.Context) (Info, error) {
	info := Info{Currency: protocol.AnyCurrency}
	if err := c.net.json(ctx, http.MethodGet, "/v1/info", nil, &info); err != nil {
		return info, err
	}
	if info.Server != "manytill" {
		return info, fmt.Errorf("GET /v1/info: something other than a Manytill server answers at %s", c.cfg.URL)
	}
	return info, nil
}
