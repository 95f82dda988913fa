package faults_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// app is what runs on a till of a scenario: the Go client, the TypeScript
// client in Node, or the POS page in Chromium.
type app interface {
	// open starts it at an address, on what its storage holds.
	open(url, token string) error
	// quit ends it without a word to the server.
	quit() error
	// copyTo puts a copy of its storage where another app is to open it.
	copyTo(app) error
	tap(ops ...protocol.Op) error
	see() (screen, error)
	// ask has it do what isn't a tap: retry, token, user, put back, open, close.
	ask(what, about string) (string, error)
	// told gets a value when something may have changed.
	told() <-chan struct{}
}

// screen is what a till shows, and what it was told until now.
type screen struct {
	// Orders are all that it shows. A page tells of their lines alone, and of
	// those of open orders.
	Orders          []shownOrder
	Online          bool
	Unsent, Waiting int
	Problem         protocol.Code
	Refused         []protocol.Result
	// Aside are the queues that are kept for a person.
	Aside   []asideQueue
	Renamed int // how often its queue took a new client_id
	// Said is what a page writes of its connection.
	Said string
}

type shownOrder struct {
	protocol.Order
	Pending bool `json:"pending"`
}

type asideQueue struct {
	Reason string
	Taps   int
}

func (s *screen) order(id protocol.OrderID) *shownOrder {
	for i := range s.Orders {
		if s.Orders[i].ID == id {
			return &s.Orders[i]
		}
	}
	return nil
}

// goApp is the Go client.
type goApp struct{ *device }

func (a goApp) open(url, token string) error {
	a.url, a.token = url, token
	a.device.open()
	return nil
}

func (a goApp) quit() error { return a.Close() }

func (a goApp) copyTo(other app) error {
	to, ok := other.(goApp)
	if !ok {
		return errors.New("storage of the Go client can't be read by another")
	}
	if err := os.RemoveAll(to.dir); err != nil {
		return err
	}
	return os.CopyFS(to.dir, os.DirFS(a.dir))
}

func (a goApp) tap(ops ...protocol.Op) error {
	_, err := a.Do(ops...)
	return err
}

func (a goApp) told() <-chan struct{} { return a.device.told }

func (a goApp) see() (screen, error) {
	status := a.Status()
	s := screen{
		Online: status.Transport != client.Offline, Unsent: status.Unsent, Waiting: status.Waiting, Problem: status.Problem,
	}
	for _, o := range a.Orders() {
		s.Orders = append(s.Orders, shownOrder{o.Wire(), o.Pending})
	}
	for _, e := range a.all() {
		switch e := e.(type) {
		case client.Rejected:
			s.Refused = append(s.Refused, e.Result)
		case client.Renumbered:
			s.Renamed++
		case client.QueueStranded:
			s.Aside = append(s.Aside, asideQueue{string(e.Queue.Reason), len(e.Queue.Mutations)})
		}
	}
	return s, nil
}

func (a goApp) ask(what, about string) (string, error) {
	switch what {
	case "retry":
		a.Retry()
	case "token":
		a.token = about
		a.SetToken(about)
	case "user":
		a.SetUser(&protocol.User{ID: about, Name: about})
	case "close":
		closing, err := a.CloseTill(context.Background())
		var open []string
		for _, o := range closing.OpenOrders {
			open = append(open, string(o.Order))
		}
		return strings.Join(open, " "), err
	case "open":
		return "", a.OpenTill(context.Background(), nil)
	case "put back":
		for _, e := range a.all() {
			if r, ok := e.(client.Rejected); ok && len(r.Again) > 0 {
				_, err := a.PutBack(r)
				return string(r.NewOrder), err
			}
		}
		return "", errors.New("nothing was lost that could be put back")
	default:
		return "", errors.New("the Go client can't: " + what)
	}
	return "", nil
}

// newGoApp is closed at the end of the test.
func newGoApp(s *scene, polls bool) app {
	d := &device{t: s.t, dir: filepath.Join(s.t.TempDir(), "queue"), polls: polls, told: make(chan struct{}, 1)}
	s.t.Cleanup(func() {
		if d.Client != nil {
			_ = d.Close()
		}
	})
	return goApp{d}
}
