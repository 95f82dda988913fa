package conformance

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// slow is what takes half a minute by the protocol's own numbers. It is begun
// before all other rules and looked at after them.
type slow struct {
	f      *floor
	begun  time.Time
	silent *wire // says no hello
	quiet  *wire // connected, but nothing happens
	events *feed // likewise
	late   string
	early  <-chan answer // a ticket that is used after 20 s
	poll   io.ReadCloser // of a pull that waits for 25 s
	stop   chan bool
}

func beginSlow(t *testing.T, s *suite) *slow {
	t.Helper()
	f := newFloor(t, s.shared)
	l := &slow{f: f, silent: f.dial(), stop: make(chan bool), begun: time.Now()}
	l.late = f.a.ticket()
	early, inTime := f.a.ticket(), make(chan answer, 1)
	l.early = inTime
	l.quiet = f.b.connect()
	l.events = f.stream(f.b.token, "client_id="+f.b.client)
	l.poll = f.waiting(f.b, 25)
	go func() {
		timer, alive := time.NewTimer(20*time.Second), time.NewTicker(20*time.Second)
		defer alive.Stop()
		for {
			select {
			case <-timer.C: // a cursor of nonsense in the ticket's place would be 401 too
				a, _ := request(s.shared, "", "GET", "/v1/stream?ticket="+early+"&client_id=a%20b", "")
				inTime <- a
			case <-alive.C:
				_ = l.quiet.conn.WriteMessage(1, []byte(`{"t":"hb"}`))
			case <-l.stop:
				return
			}
		}
	}()
	return l
}

func (l *slow) finish(t *testing.T) {
	t.Cleanup(func() { close(l.stop) })
	t.Run("slow", func(t *testing.T) {
		for _, r := range []rule{
			{"no hello in 5 s is 4200", l.noHello},
			{"a ticket is good for 30 s", l.ticket},
			{"a poll that waits gets white space before its answer", l.whiteSpace},
			{"a heartbeat comes after 25 s without sending", l.heartbeat},
		} {
			t.Run(r.name, func(t *testing.T) {
				f := *l.f
				f.t = t
				r.test(&f)
			})
		}
	})
}

func (l *slow) noHello(f *floor) {
	l.silent.f = f
	l.silent.ends(4200)
	after := l.silent.ended.Sub(l.begun)
	f.that(after > 4*time.Second && after < 15*time.Second, "the socket was closed after %s", after)
}

// ticket: with a client_id that is none, a good ticket gives bad_request and
// a bad one unauthorized, and no stream is left open.
func (l *slow) ticket(f *floor) {
	early := <-l.early
	f.that(early.Status == 400, "a ticket of 20 s: want 400 for its client_id, got %d %s", early.Status, early.Raw)
	time.Sleep(time.Until(l.begun.Add(31 * time.Second)))
	call(f.t, f.Server, "", "GET", "/v1/stream?ticket="+l.late+"&client_id=a%20b", "").fails("unauthorized")
}

// waiting begins a long poll, and gives its body as it comes.
func (f *floor) waiting(c *till, seconds int) io.ReadCloser {
	f.t.Helper()
	in, out := io.Pipe()
	r, err := http.NewRequest("GET", fmt.Sprintf("%s/v1/pull?wait=%d&client_id=%s&cursor=%s", f.URL, seconds, c.client, f.origin), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	go func() {
		w, err := client.Do(r)
		if err == nil {
			_, err = io.Copy(out, w.Body)
			_ = w.Body.Close()
		}
		_ = out.CloseWithError(err)
	}()
	return in
}

// whiteSpace: a proxy that allows 20 s of silence must not end a poll.
func (l *slow) whiteSpace(f *floor) {
	first := make([]byte, 1)
	_, err := io.ReadFull(l.poll, first)
	f.that(err == nil && strings.TrimSpace(string(first)) == "", "the first byte is %q, %v", first, err)
	rest, err := io.ReadAll(l.poll)
	f.that(err == nil, "the rest: %v", err)
	f.has(parse(f.t, rest), `{"mode":"changes","changes":[],"cursor":%q,"seq":0,"more":false}`, f.origin)
}

func (l *slow) heartbeat(f *floor) {
	// What came while the other rules ran waits to be read.
	limit := time.After(max(time.Until(l.begun.Add(40*time.Second)), time.Second))
	for socket, stream := false, false; !socket || !stream; {
		select {
		case frame, open := <-l.quiet.frames:
			f.that(open, "the socket ended: %d %v", l.quiet.code, l.quiet.err)
			if text(frame, "t") == "hb" {
				f.has(frame, `{"head":0}`)
				socket = true
			}
		case e, open := <-l.events.events:
			f.that(open, "the stream ended")
			stream = stream || e.name == "hb"
		case <-limit:
			f.t.Fatalf("no heartbeat in 40 s: socket %v, stream %v", socket, stream)
		}
	}
}
