package client

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/machine"
	"github.com/manytill/manytill/sdk/client/queue"
	"github.com/manytill/manytill/sdk/client/view"
	"github.com/manytill/manytill/sdk/client/wire"
)

// SetUser says who stands at the till from now on; nil is nobody.
func (c *Client) SetUser(u *sdk.User) {
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
func (c *Client) Look(id sdk.OrderID) { c.inbox.put(machine.Look{Order: id}) }

// Forget drops a closed order that was shown until now.
func (c *Client) Forget(id sdk.OrderID) { c.inbox.put(machine.Forget{Order: id}) }

// OpenTill opens the till for a cashier. Pushes wait for it.
func (c *Client) OpenTill(ctx context.Context, user *sdk.User) error {
	var answer struct {
		MultiSession *sdk.MultiSession `json:"multi_session"`
		Run          sdk.Run           `json:"run"`
	}
	body := struct {
		User *sdk.User `json:"user,omitempty"`
	}{user}
	if err := c.net.json(ctx, http.MethodPost, "/v1/till/open", body, &answer); err != nil {
		return err
	}
	c.SetUser(user)
	c.inbox.put(machine.TillIs{Till: wire.Till{Open: true, Run: answer.Run, MultiSession: answer.MultiSession}})
	return nil
}

// Closing is what closing the till told: whether it ended the run, and the
// orders that are still open.
type Closing struct {
	RunEnded   bool `json:"run_ended"`
	OpenOrders []struct {
		Order  sdk.OrderID `json:"order"`
		Number sdk.Number  `json:"number"`
		Run    sdk.Run     `json:"run"`
	} `json:"open_orders"`
}

// CloseTill closes the till. What is queued waits until it opens again.
func (c *Client) CloseTill(ctx context.Context) (closing Closing, err error) {
	if err = c.net.json(ctx, http.MethodPost, "/v1/till/close", struct{}{}, &closing); err != nil {
		return closing, err
	}
	c.inbox.put(machine.TillIs{Till: wire.Till{Open: false, Run: c.Status().Run}})
	return closing, nil
}

// Asides are queues that were put aside for a person to see.
func (c *Client) Asides() (asides []queue.Aside, err error) {
	err = c.inLoop(func() { asides = slices.Clone(c.machine.State().Asides) })
	return asides, err
}

// DropAside says that a person has seen to a queue that was put aside.
func (c *Client) DropAside(id sdk.ClientID) { c.inbox.put(machine.DropAside{ClientID: id}) }

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
