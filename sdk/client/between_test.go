package client_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/internal/machine"
)

// What something between answers is no verdict on a push or a cursor, and the
// till is back when the server is.
func TestSomethingBetweenAnswers(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Please log in</html>") }
	object := func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]any{"login": true}) }
	foreign := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"type":"https://gateway.example/quota","title":"no","status":%d,"code":"quota"}`, status)
		}
	}
	answers := map[string]http.HandlerFunc{
		"200 page": page, "200 object": object, "409 problem": foreign(409), "422 problem": foreign(422),
		"301": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/login" {
				page(w, r)
				return
			}
			http.Redirect(w, r, "/login", http.StatusMovedPermanently)
		},
	}
	for _, status := range []int{404, 410, 413, 502} {
		answers[fmt.Sprint(status)] = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", status) }
	}
	for _, noSocket := range []bool{false, true} {
		for name, answer := range answers {
			t.Run(fmt.Sprint(name, " polls=", noSocket), func(t *testing.T) {
				t.Parallel()
				s := newFakeServer(t)
				a := openTill(t, s.URL, t.TempDir(), func(c *client.Config) { c.NoSocket = noSocket })
				a.begin("o1")
				a.settled()
				asked := make(chan bool, 100)
				s.with(func() {
					s.between = func(w http.ResponseWriter, r *http.Request) { answer(w, r); asked <- true }
				})
				s.cut()
				a.more("o1")
				for range 4 {
					<-asked
					a.Retry() // without the pause
				}
				a.online(machine.Offline)
				require.Empty(t, a.Status().Problem)
				s.with(func() { s.between = nil })
				a.Retry()
				a.qty("o1", "l1", "2")
				a.mu.Lock()
				defer a.mu.Unlock()
				for _, e := range a.events {
					switch e.(type) {
					case machine.Rejected, machine.Renumbered, machine.QueueStranded, machine.Unreadable:
						t.Errorf("%T %+v", e, e)
					}
				}
			})
		}
	}
}

// A frame or body that can't be read is told, and a snapshot is taken.
func TestUnreadable(t *testing.T) {
	for _, noSocket := range []bool{false, true} {
		s := newFakeServer(t)
		polls := func(c *client.Config) { c.NoSocket = noSocket }
		a, b := openTill(t, s.URL, t.TempDir(), polls), openTill(t, s.URL, t.TempDir(), polls)
		a.begin("o1")
		b.qty("o1", "l1", "1")
		a.settled()
		s.with(func() { s.garble = 2 }) // of each till one
		a.more("o1")
		b.qty("o1", "l1", "2")
		a.qty("o1", "l1", "2")
		b.until("it is told", func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			for _, e := range b.events {
				if _, told := e.(machine.Unreadable); told {
					return true
				}
			}
			return false
		})
		b.until("all is well again", func() bool { return b.Status().Problem == "" })
	}
}
