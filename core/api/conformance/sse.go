package conformance

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"time"
)

// event is one Server-Sent Event.
type event struct {
	name, id string
	data     object
}

// feed is a raw Server-Sent Events stream; events closes when it ends.
type feed struct {
	f      *floor
	events chan event
	cut    context.CancelFunc
}

// stream opens /v1/stream; query is without its first sign.
func (f *floor) stream(token, query string, headers ...string) *feed {
	f.t.Helper()
	ctx, cut := context.WithCancel(context.Background())
	f.t.Cleanup(cut)
	r, err := http.NewRequestWithContext(ctx, "GET", f.URL+"/v1/stream?"+query, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := (&http.Client{}).Do(r)
	if err != nil {
		f.t.Fatalf("stream: %v", err)
	}
	if kind := w.Header.Get("Content-Type"); w.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		f.t.Fatalf("stream: want 200 and text/event-stream, got %d and %q", w.StatusCode, kind)
	}
	s := &feed{f: f, events: make(chan event, 10_000), cut: cut}
	go s.read(w)
	return s
}

func (s *feed) read(w *http.Response) {
	defer close(s.events)
	defer w.Body.Close()
	in := bufio.NewScanner(w.Body)
	in.Buffer(nil, 16<<20)
	var e event
	var data []string
	for in.Scan() {
		name, value, _ := strings.Cut(in.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case in.Text() == "" && len(data) > 0:
			tree, _ := decode([]byte(strings.Join(data, "\n")))
			e.data, _ = tree.(object)
			s.events <- e
			e, data = event{}, nil
		case name == "event":
			e.name = value
		case name == "id":
			e.id = value
		case name == "data":
			data = append(data, value)
		}
	}
}

// next is the next event but for heartbeats.
func (s *feed) next() event {
	s.f.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case e, open := <-s.events:
			if !open {
				s.f.t.Fatal("the stream ended")
			}
			if e.name != "hb" {
				return e
			}
		case <-limit:
			s.f.t.Fatalf("no event in %s", patience)
		}
	}
}

// await skips events until one of a name comes.
func (s *feed) await(name string) event {
	s.f.t.Helper()
	for {
		if e := s.next(); e.name == name {
			return e
		}
	}
}

// ends waits for the server to end the stream.
func (s *feed) ends() {
	s.f.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case _, open := <-s.events:
			if !open {
				return
			}
		case <-limit:
			s.f.t.Fatalf("the stream did not end in %s", patience)
		}
	}
}
