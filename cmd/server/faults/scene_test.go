package faults_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// scene is the stage of one scenario: a server, or nodes on one database, the networks of
// its tills, and the names that the script gives to orders.
type scene struct {
	t testing.TB
	// language is of the tills that the script calls tills; those that it calls
	// browsers are pages.
	language string
	work     string     // where the script's own files are
	nodes    int        // on one database; 0: a server alone
	wake     string     // of nodes: more lines of their config
	p        *process   // the server, or the node that is asked for what is stored
	others   []*process // nodes
	front    string     // where tills connect
	places   map[string]*multiSession
	tills    map[string]*sceneTill
	config   string // more lines of it
	backup   string
	refusal  error // of the last tap that was refused

	mu     sync.Mutex
	orders map[string]protocol.OrderID
}

// sceneTill is a till with a network of its own.
type sceneTill struct {
	app
	s      *scene
	name   string
	place  string
	pos    protocol.POSID
	token  string
	page   bool
	net    *proxy
	out    bool   // of the network
	closed bool   // its app
	heard  string // of open orders, when it closed its till
}

// menu is what the products file says, and what tills put on lines.
var menu = []struct{ product, id, price string }{
	{"coffee", "11", "2.5"}, {"tea", "20", "2.3"}, {"cake", "30", "2.8"}, {"soup", "31", "4.6"}, {"wine", "42", "4.8"},
}

// serve starts the server, unless it runs already.
func (s *scene) serve() {
	if s.p != nil {
		return
	}
	more := "catalogue: {products: products.csv}\n" + s.config
	if s.nodes == 0 {
		s.p = newConfiguredProcess(s.t, more)
		s.front = s.p.addr
		s.prepare(s.p)
		s.p.start()
		return
	}
	var addresses []string
	dsn := pgtest.Database(s.t)
	for range s.nodes {
		p := nodeOn(s.t, dsn, s.wake+more)
		s.prepare(p)
		s.others, addresses = append(s.others, p), append(addresses, p.addr)
	}
	s.p, s.others, s.front = s.others[0], s.others[1:], balance(s.t, addresses...)
	s.each((*process).start)
}

// each does something with the server, or with all nodes.
func (s *scene) each(do func(*process)) {
	do(s.p)
	for _, p := range s.others {
		do(p)
	}
}

// prepare gives a server that isn't started the files of the scenario.
func (s *scene) prepare(p *process) {
	text := "id,name,price,category\n"
	for _, it := range menu {
		text += fmt.Sprintf("%s,%s,%s,All\n", it.id, it.product, it.price)
	}
	s.must(os.WriteFile(filepath.Join(p.dir, "products.csv"), []byte(text), 0o600))
	files, err := filepath.Glob(filepath.Join(s.work, "*.js"))
	s.must(err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		s.must(err)
		s.must(os.WriteFile(filepath.Join(p.dir, filepath.Base(file)), raw, 0o600))
	}
}

func (s *scene) must(err error) {
	if err != nil {
		s.t.Fatal(err)
	}
}

// addTills makes a multi-session of tills, and starts them.
func (s *scene) addTills(names []string, place string, pages bool) error {
	s.serve()
	f := s.places[place]
	had := 0
	if f == nil {
		f = s.p.newMultiSession(place, len(names))
		s.places[place] = f
	} else {
		had = len(f.pos)
		s.p.grow(f, place, len(names))
	}
	for i, name := range names {
		if err := s.addTill(name, place, f.pos[had+i], f.tokens[had+i], i, pages); err != nil {
			return err
		}
		if err := s.tills[name].start(); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) addTill(name, place string, pos protocol.POSID, token string, nth int, page bool) error {
	if s.tills[name] != nil {
		return fmt.Errorf("there are two tills %s", name)
	}
	l := &sceneTill{s: s, name: name, place: place, pos: pos, token: token, page: page, net: newProxy(s.t, s.front)}
	switch {
	case page:
		l.app = newHostedApp(s.t, browserHost(), name, "page")
	case s.language == "TypeScript":
		l.app = newHostedApp(s.t, typeScriptHost(), name, []string{"websocket", "sse", "poll"}[nth%3])
	default:
		l.app = newGoApp(s, nth%3 == 2)
	}
	s.tills[name] = l
	return nil
}

// start opens the app; on a network that is there it waits for its connection.
func (l *sceneTill) start() error {
	if err := l.app.open(l.net.url(), l.token); err != nil {
		return fmt.Errorf("%s doesn't start: %w", l.name, err)
	}
	l.closed = false
	if l.out {
		return nil
	}
	return l.until("is connected", func(on *screen) error { return expect(on.Online, "it is offline") })
}

func expect(holds bool, otherwise string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(otherwise, args...)
}

// patience is how long anything may take. It bounds a failing test; no scenario
// depends on it.
const patience = 40 * time.Second

// until waits until what is on the screen holds. A link that waits for its pause
// is asked to try again, unless the script cut it.
func (l *sceneTill) until(what string, holds func(*screen) error) error {
	limit, again := time.After(patience), time.NewTicker(100*time.Millisecond)
	defer again.Stop()
	for {
		on, err := l.see()
		if err == nil {
			if err = holds(&on); err == nil {
				return nil
			}
		}
		select {
		case <-l.told():
		case <-again.C:
			if !on.Online && !l.out && !l.page {
				if _, err := l.ask("retry", ""); err != nil {
					return err
				}
			}
		case <-limit:
			return fmt.Errorf("%s should come to this: %s; but %w\nit shows %+v", l.name, what, err, on)
		}
	}
}

// order is the id behind a name; "" if no till made it yet.
func (s *scene) order(name string) protocol.OrderID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders[name]
}

func (s *scene) named(name string) (protocol.OrderID, error) {
	id := s.order(name)
	return id, expect(id != "", "no till made an order %s yet", name)
}

// begin gives an order of that name, and what makes it if it is new.
func (l *sceneTill) begin(name string) (protocol.OrderID, protocol.Ops, error) {
	id := l.s.order(name)
	on, err := l.see()
	if err != nil || (id != "" && on.order(id) != nil) {
		return id, nil, err
	}
	var ops protocol.Ops
	switch {
	case l.page && id != "":
		return id, nil, fmt.Errorf("%s doesn't show order %s", l.name, name)
	case l.page:
		made, err := l.ask("new order", "")
		if err != nil {
			return id, nil, err
		}
		id = protocol.OrderID(made)
	default:
		if id == "" {
			id = client.NewID[protocol.OrderID]()
		}
		ops = protocol.Ops{client.NewOrder(id, nil)}
	}
	l.s.mu.Lock()
	l.s.orders[name] = id
	l.s.mu.Unlock()
	return id, ops, nil
}

// sent waits until nothing of a till is on its way.
func (l *sceneTill) sent() error {
	return l.until("all is sent", func(on *screen) error {
		return expect(on.Online && on.Unsent == 0 && on.Waiting == 0, "it is not")
	})
}

// agree waits until all tills that can be reached show what the server has: the
// clients byte for byte, pages what can be read on them.
func (s *scene) agree() error {
	var all []*sceneTill
	for _, name := range slices.Sorted(maps.Keys(s.tills)) {
		if l := s.tills[name]; !l.out && !l.closed {
			all = append(all, l)
		}
	}
	for _, l := range all {
		if err := l.sent(); err != nil {
			return err
		}
	}
	w := &simulation{t: s.t}
	for _, l := range all {
		orders := slices.DeleteFunc(s.p.orders(s.places[l.place].id), func(o protocol.Order) bool { return o.State != protocol.Open })
		if err := l.until("it shows what the server has", func(on *screen) error {
			shown := on.open()
			if l.page {
				return expect(brief(shown) == brief(orders), "it shows\n%s, the server has\n%s", brief(shown), brief(orders))
			}
			want, got := w.canonical(orders), w.canonical(shown)
			return expect(got == want, "it shows\n%s\nand the server has\n%s", got, want)
		}); err != nil {
			return err
		}
	}
	return nil
}

// open are the open orders that the server knows.
func (s *screen) open() (list []protocol.Order) {
	for _, o := range s.Orders {
		if o.State == protocol.Open && o.Number != 0 {
			list = append(list, o.Order)
		}
	}
	slices.SortFunc(list, func(a, b protocol.Order) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Number, b.Number))
	})
	return list
}

// brief is what can be read on a page.
func brief(orders []protocol.Order) (text string) {
	for _, o := range orders {
		text += fmt.Sprintf("%d: %v\n", o.Number, contents(&o))
	}
	return text
}

// contents are an order's lines as a script writes them, sorted.
func contents(o *protocol.Order) (lines []string) {
	for _, l := range o.Lines {
		lines = append(lines, string(l.Fields["qty"])+" "+l.Fields["description"].String())
	}
	slices.Sort(lines)
	return lines
}

func (s *scene) stored(place, name string) (*protocol.Order, error) {
	id, err := s.named(name)
	if err != nil {
		return nil, err
	}
	f := s.places[place]
	if f == nil {
		return nil, errors.New("there is no multi-session " + place)
	}
	for _, o := range s.p.orders(f.id) {
		if o.ID == id {
			return &o, nil
		}
	}
	return nil, fmt.Errorf("the store of %s has no order %s", place, name)
}
