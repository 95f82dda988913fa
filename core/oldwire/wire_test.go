package oldwire_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/stretchr/testify/require"
)

// Odoo's page is of another origin: its browser asks first.
func TestOtherOrigins(t *testing.T) {
	s := newServer(t)
	r := httptest.NewRequest(http.MethodOptions, "/old/"+secret+"/longpolling/poll", nil)
	r.Header.Set("Origin", "https://odoo.example")
	r.Header.Set("Access-Control-Request-Method", "POST")
	r.Header.Set("Access-Control-Request-Headers", "content-type, x-debug-mode, x-requested-with")
	w := httptest.NewRecorder()
	s.bridge.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "*", w.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "POST", w.Header().Get("Access-Control-Allow-Methods"))
	require.NotEmpty(t, w.Header().Get("Access-Control-Allow-Headers"))
}

// A store that can't be written is a cut connection for the till: it keeps what it
// has, and its next try is taken, once.
func TestFullDisk(t *testing.T) {
	s := newServer(t)
	p := newPage(s, 3, 41)
	p.sync("", true)
	h := p.start(1)
	p.add(h, 50, 1)
	require.Equal(t, "accepted: revision 2, number 1", p.send(p.update(h)))
	for _, fault := range []mem.Fault{mem.Before, mem.After} {
		h.Lines[0].Fields["qty"] = number(h.Lines[0].Fields["qty"]) + 1
		c := p.update(h)
		s.store.FailNext(fault)
		first := p.send(c)
		if strings.HasPrefix(first, "failed") { // after an answer was lost the store is asked again
			p.offline = false
			require.Regexp(t, "^accepted", p.send(c))
		}
	}
	s.store.SetReadOnly(true)
	h.Lines[0].Fields["qty"] = 4.0
	c := p.update(h)
	require.Regexp(t, "^failed: the server can't store anything now", p.send(c))
	s.store.SetReadOnly(false)
	require.Regexp(t, "^accepted", p.send(c))
	require.EqualValues(t, "4", s.orders()[0].Lines[0].Fields["qty"])
	require.NotContains(t, s.log.String(), secret)
}

// A crash between any two writes leaves what the next call finishes: each tap counts
// once.
func TestCrashes(t *testing.T) {
	s := newServer(t)
	p := newPage(s, 3, 41)
	p.sync("", true)
	h := p.start(1)
	l := p.add(h, 50, 1)
	p.send(p.update(h))
	for n := 2; n < 8; n++ {
		l.Fields["qty"] = float64(n)
		c := p.update(h)
		var before []*mem.Store // what a crash may leave
		s.bridge.Store = snapshots{s.bridge.Store.(*mem.Store), &before}
		said := p.send(c)
		require.Regexp(t, "^accepted", said)
		require.NotEmpty(t, before)
		last := s.store
		for _, left := range before {
			s.store = left
			s.restart()
			answer, failure := s.call("/pos_multi_session_sync/update", c.params)
			require.Empty(t, failure)
			require.Contains(t, string(answer), "update_revision_ID", "n %d", n)
			require.EqualValues(t, fmt.Sprint(n), s.orders()[0].Lines[0].Fields["qty"])
		}
		s.store = last
		s.restart()
	}
}

// Numbers that no till could have got count for nothing: the next message still
// arrives, and revisions go on.
func TestHugeNumbers(t *testing.T) {
	s := newServer(t)
	p := newPage(s, 3, 41)
	p.sync("", true)
	p.bus = math.MaxInt64
	require.Equal(t, "nothing", p.poll())
	p.bus = 0
	h := p.start(1)
	h.Revision = math.MaxInt64
	p.add(h, 50, 1)
	require.Equal(t, "accepted: revision 1, number 1", p.send(p.update(h)))
	h.Revision = 1
	s.push("bar", `[{"op":"order.set","order":"`+h.UID+`","set":{"partner_id":7}}]`)
	require.Equal(t, "update_order "+h.UID+" revision 1001 number 1: 00041-1 qty 1", p.poll())
}

// A poll waits, and ends when there is something new or the server stops.
func TestPollWaits(t *testing.T) {
	s := newServer(t)
	s.bridge.Poll = time.Minute
	p := newPage(s, 3, 41)
	p.sync("", true)
	heard := make(chan string, 1)
	go func() { heard <- p.poll() }()
	s.push("bar", `[{"op":"order.create","order":"n"},{"op":"line.add","order":"n","line":"l","set":{"product_id":1,"qty":1,"price_unit":1}}]`)
	require.Equal(t, "update_order n revision 1000 number 1: l qty 1", <-heard)
	go func() { heard <- p.poll() }()
	s.bridge.Drain()
	require.Equal(t, "nothing", <-heard)
}
