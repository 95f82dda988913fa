package faults_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
)

// TestComingBack has tills behind a network that is bad and heals; nobody says
// so to them. -v tells how long each needed.
func TestComingBack(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers")
	}
	p := newProcess(t)
	between := func(status int, body string) func(*proxy, *device) {
		return func(net *proxy, d *device) {
			net.set(func() {
				net.answer = fmt.Sprintf("HTTP/1.1 %d No\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, len(body), body)
			})
			net.cut()
			for range 3 {
				<-net.asked
			}
		}
	}
	troubles := map[string]func(*proxy, *device){
		"cut mid-frame": func(net *proxy, d *device) {
			net.set(func() { net.piece = 100 })
			d.more("o1", "0")
			d.offlined()
		},
		"refused": func(net *proxy, d *device) {
			net.set(func() { net.down = true })
			net.cut()
			d.offlined()
		},
		"lost": func(net *proxy, _ *device) { net.lose() },
		"page": between(200, "<html>Please log in</html>"),
		"404":  between(404, ""), "502": between(502, ""),
	}
	for _, polls := range []bool{false, true} {
		for name, trouble := range troubles {
			t.Run(fmt.Sprint(name, " polls=", polls), func(t *testing.T) {
				t.Parallel()
				f := p.newMultiSession(strings.ReplaceAll(name, " ", "-")+fmt.Sprint(polls), 2)
				net := newProxy(t, p.addr)
				a, b := newDevice(t, net.url(), f.tokens[0], polls), newDevice(t, "http://"+p.addr, f.tokens[1], false)
				a.begin("o1")
				b.has("o1", "1")
				trouble(net, a)
				a.more("o1", "1")
				b.more("o1", "1")
				net.set(func() { net.down, net.piece, net.answer = false, 0, "" })
				began := time.Now()
				a.alone("both taps", func() bool {
					o := a.Order("o1")
					return !o.Pending && qtyOf(o.Wire(), "l1") == "3"
				})
				t.Logf("back after %s", time.Since(began).Round(time.Millisecond))
				b.has("o1", "3")
				for _, e := range a.all() {
					switch e.(type) {
					case client.Rejected, client.Renumbered, client.QueueStranded:
						require.Fail(t, "an answer of something between was taken for the server's", "%T %+v", e, e)
					}
				}
			})
		}
	}
}

func (d *device) offlined() {
	d.t.Helper()
	d.alone("offline", func() bool { return d.Status().Transport == client.Offline })
}

// alone waits as [device.until] does, and asks nothing of the till.
func (d *device) alone(what string, holds func() bool) {
	d.t.Helper()
	limit := time.After(30 * time.Second)
	for !holds() {
		select {
		case <-d.told:
		case <-limit:
			require.FailNow(d.t, "didn't happen: "+what, "status %+v", d.Status())
		}
	}
}
