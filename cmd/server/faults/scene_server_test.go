package faults_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

func quietly(do func(s *scene)) func(*scene, *sceneTill, words) error {
	return func(s *scene, _ *sceneTill, _ words) error {
		do(s)
		return nil
	}
}

// ofServer are the sentences of the server.
var ofServer = []sentence{
	{"is killed", quietly(func(s *scene) { s.each((*process).kill) })},
	{"stops", quietly(func(s *scene) { s.each((*process).stop) })},
	{"starts", quietly(func(s *scene) { s.each((*process).start) })},
	{"runs FILE", func(s *scene, _ *sceneTill, w words) error {
		s.config = "extensions:\n  - path: ./" + w["FILE"] + "\n    timeout: 5s\n"
		return nil
	}},
	{"is backed up", quietly(func(s *scene) {
		if s.nodes > 0 {
			s.t.Skip("PostgreSQL has backups of its own")
		}
		s.backup = filepath.Join(s.p.dir, "backup.db")
		s.p.run("backup", "--config", s.p.config(), "--to", s.backup)
	})},
	{"is restored from the backup", quietly(func(s *scene) {
		s.p.stop()
		s.p.run("restore", "--config", s.p.config(), "--from", s.backup, "--force")
		s.p.start()
	})},
	{"forgets its history", func(s *scene, _ *sceneTill, _ words) error {
		s.each((*process).stop)
		st, err := s.p.open()
		if err != nil {
			return err
		}
		_, err = st.Prune(s.t.Context(), time.Now().Add(time.Hour), false)
		if err = errors.Join(err, st.Close()); err == nil {
			s.each((*process).start)
		}
		return err
	}},
}

// ofStore are the sentences of what is on the server's disk.
var ofStore = []sentence{
	{"shows ORDER: FACTS…", func(s *scene, _ *sceneTill, w words) error { return s.storeShows("floor", w) }},
	{"in PLACE shows ORDER: FACTS…", func(s *scene, _ *sceneTill, w words) error { return s.storeShows(w["PLACE"], w) }},
	{"in PLACE has N orders", func(s *scene, _ *sceneTill, w words) error {
		has := s.p.orders(s.places[w["PLACE"]].id)
		return expect(len(has) == s.count(w["N"]), "it has %d orders: %+v", len(has), has)
	}},
	{"has N orders, numbered without a hole", func(s *scene, _ *sceneTill, w words) error {
		has := s.p.orders(s.places["floor"].id)
		for i, o := range has {
			if int(o.Number) != i+1 {
				return fmt.Errorf("order %d of %d has number %d", i+1, len(has), o.Number)
			}
		}
		return expect(len(has) == s.count(w["N"]), "it has %d orders: %+v", len(has), has)
	}},
	{"has an order that follows ORDER: FACTS…", func(s *scene, _ *sceneTill, w words) error {
		for _, o := range s.p.orders(s.places["floor"].id) {
			if first := s.order(w["ORDER"]); first != "" && o.Fields["follows"].String() == string(first) {
				return s.check(&o, w["FACTS"])
			}
		}
		return errors.New("there is none")
	}},
	{"keeps N refusal for the operator", func(s *scene, _ *sceneTill, w words) error {
		var inbox struct {
			Rejections []struct{ Code protocol.Code }
		}
		if err := s.p.call("GET", "/v1/admin/rejections?multi_session="+string(s.places["floor"].id), adminToken, nil, &inbox); err != nil {
			return err
		}
		return expect(len(inbox.Rejections) == s.count(w["N"]), "it keeps %+v", inbox.Rejections)
	}},
}

func (s *scene) storeShows(place string, w words) error {
	o, err := s.stored(place, w["ORDER"])
	if err != nil {
		return err
	}
	return s.check(o, w["FACTS"])
}

// ofManager are the sentences of the one who has the admin token.
var ofManager = []sentence{
	{"replaces the token of TILL", func(s *scene, _ *sceneTill, w words) error {
		var made struct{ Token string }
		l := s.tills[w["TILL"]]
		if err := s.p.call("POST", "/v1/admin/pos/"+string(l.pos)+"/token", adminToken, nil, &made); err != nil {
			return err
		}
		l.token = made.Token
		return nil
	}},
	{"gives TILL its new token", func(s *scene, _ *sceneTill, w words) error {
		l := s.tills[w["TILL"]]
		_, err := l.ask("token", l.token)
		return err
	}},
	{"moves TILL to PLACE", func(s *scene, _ *sceneTill, w words) error {
		l, to := s.tills[w["TILL"]], s.places[w["PLACE"]]
		if err := s.p.call("POST", "/v1/till/close", l.token, map[string]any{}, nil); err != nil {
			return err
		}
		if err := s.p.call("PATCH", "/v1/admin/multi-sessions/"+string(to.id), adminToken,
			map[string]any{"pos": append(slices.Clone(to.pos), l.pos)}, nil); err != nil {
			return err
		}
		l.place = w["PLACE"]
		return s.p.call("POST", "/v1/till/open", l.token, map[string]any{}, nil)
	}},
	{"reads of an error at ORDER: WORDS…", func(s *scene, _ *sceneTill, w words) error {
		var shown struct{ Extensions []protocol.ExtensionStatus }
		if err := s.p.call("GET", "/v1/admin/extensions", adminToken, nil, &shown); err != nil {
			return err
		}
		for _, e := range shown.Extensions {
			for _, seen := range e.Errors {
				if strings.Contains(seen.Message, w["WORDS"]) && seen.Order == s.order(w["ORDER"]) {
					return nil
				}
			}
		}
		return fmt.Errorf("what the manager reads is %+v", shown.Extensions)
	}},
	{"is refused with the token of TILL: CODE", func(s *scene, _ *sceneTill, w words) error {
		err := s.p.call("GET", "/v1/admin/pos", s.tills[w["TILL"]].token, nil, nil)
		return expect(err != nil && strings.Contains(err.Error(), w["CODE"]), "the answer is %v", err)
	}},
	{"is refused without a token: CODE", func(s *scene, _ *sceneTill, w words) error {
		err := s.p.call("GET", "/v1/pull", "", nil, nil)
		return expect(err != nil && strings.Contains(err.Error(), w["CODE"]), "the answer is %v", err)
	}},
}

// ofDays are the sentences of simulated days: the real engine and real clients
// in one goroutine, with everything that happens there from one seed.
var ofDays = []sentence{
	{"with lost and doubled messages: N", days(func(f *faultPlan) { f.lossy, f.disaster = true, "" })},
	{"with doubled and reordered polls: N", days(func(f *faultPlan) { f.lossy, f.polls = true, []bool{true, true, true} })},
	{"with a copied queue: N", days(func(f *faultPlan) { f.disaster = "clone" })},
}

// ofGo has tills of the Go client alone: many scripts are played at once, and one simulation
// at a time may have others.
func ofGo(f *faultPlan) { f.scripts = nil }

func days(change func(*faultPlan)) func(*scene, *sceneTill, words) error {
	return func(s *scene, _ *sceneTill, words words) error {
		if s.language != "Go" || s.nodes > 0 {
			s.t.Log("simulated days have tills of the Go client and one engine; they are lived in that run")
			return nil
		}
		for n := range s.count(words["N"]) {
			w := &simulation{}
			newSimulation(s.t, seeded(uint64(n+1)), w, change, ofGo)
			w.play()
		}
		return nil
	}
}

// ofNetwork are the sentences of the network of one till.
var ofNetwork = []sentence{
	{"of TILL is mended and nobody tells it", onNetwork(func(l *sceneTill, _ words) {
		l.net.set(func() { l.net.down = false })
		l.out = false
	})},
	{"of TILL is cut", onNetwork(func(l *sceneTill, _ words) { l.net.cut() })},
	{"of TILL delays up to N ms", onNetwork(func(l *sceneTill, w words) {
		l.net.set(func() { l.net.delay = time.Duration(l.s.count(w["N"])) * time.Millisecond })
	})},
	{"of TILL doubles what is sent", onNetwork(func(l *sceneTill, _ words) {
		l.net.set(func() { l.net.double = true })
		l.net.cut()
	})},
	{"of TILL cuts answers after N bytes", onNetwork(func(l *sceneTill, w words) {
		l.net.set(func() { l.net.piece = l.s.count(w["N"]) })
	})},
	{"of TILL cuts no answers any more", onNetwork(func(l *sceneTill, _ words) { l.net.set(func() { l.net.piece = 0 }) })},
	{"of TILL freezes", onNetwork(func(l *sceneTill, _ words) { l.net.freeze() })},
	{"of TILL carries what waits and is cut", onNetwork(func(l *sceneTill, _ words) {
		l.net.thaw()
		l.net.cut()
	})},
	{"of TILL leads to another server", func(s *scene, _ *sceneTill, w words) error {
		other := &scene{t: s.t, places: map[string]*multiSession{}, work: s.work, config: s.config}
		other.serve()
		f := other.p.newMultiSession("floor", 1)
		l := s.tills[w["TILL"]]
		l.net.set(func() { l.net.target = other.front })
		l.token, l.place = f.tokens[0], "elsewhere"
		s.p, s.others, s.places["elsewhere"] = other.p, nil, f
		return nil
	}},
}

func onNetwork(do func(*sceneTill, words)) func(*scene, *sceneTill, words) error {
	return func(s *scene, _ *sceneTill, w words) error {
		l := s.tills[w["TILL"]]
		if l == nil {
			return fmt.Errorf("there is no till %s", w["TILL"])
		}
		do(l, w)
		return nil
	}
}
