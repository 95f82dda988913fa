package oldwire_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// snapshots keeps the store as it was before and after each write of the bridge's.
type snapshots struct {
	*mem.Store
	all *[]*mem.Store
}

func (s snapshots) PutPOSValues(ctx context.Context, pos protocol.POSID, values map[string][]byte) error {
	*s.all = append(*s.all, s.Clone())
	err := s.Store.PutPOSValues(ctx, pos, values)
	*s.all = append(*s.all, s.Clone())
	return err
}

// eachCrash delivers a call, and after it calls check for each moment at which a crash may
// come, of which there are least or more: the server went on there and was sent the call again.
func eachCrash(t *testing.T, s *server, c outgoing, least int, check func(crash int, answer []byte)) {
	var crashes []*mem.Store
	s.bridge.Store = snapshots{s.bridge.Store.(*mem.Store), &crashes}
	_, err := s.deliver(c)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(crashes), least)
	for i, left := range crashes {
		s.store = left
		s.restart()
		answer, err := s.deliver(c)
		require.NoError(t, err)
		check(i, answer)
	}
}

// A crash between the mutations that a veto makes of one, or that many lines need: what the
// till sends again adds each line once and counts each tap once; it isn't told
// that all is there unless it is.
func TestCrashesBetweenParts(t *testing.T) {
	for name, edit := range map[string]func(*page, *held){
		"a veto of the order": func(p *page, h *held) { h.Fields["remark"] = "poison" },
		"many lines": func(p *page, h *held) {
			for n := range 5 {
				p.add(h, 60+n, 1)
			}
		},
		"a uid that comes again": func(p *page, h *held) {
			p.lineNo--
			h.Lines = h.Lines[:2]
			for n := range 5 {
				p.add(h, 60+n, 1)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.chain = extension(t, "kitchen")
			s.limits.Ops = 4
			s.restart()
			p := newPage(s, 3, 41)
			p.sync("", true)
			h := p.start(1)
			for n := range 3 {
				p.add(h, 50+n, 1)
			}
			require.Regexp(t, "^accepted", p.send(p.update(h)))
			edit(p, h)
			p.add(h, 70, 1)
			h.Lines[0].Fields["qty"] = 3.0
			h.Lines[1].Fields["qty"] = 5.0
			c := p.update(h)
			eachCrash(t, s, c, 5, func(i int, answer []byte) {
				told := strings.Contains(string(answer), "revision_error")
				stored := map[string]string{}
				for _, l := range s.orders()[0].Lines {
					product := string(l.Fields["product_id"])
					require.Empty(t, stored[product], "crash %d: product %s is there twice", i, product)
					stored[product] = string(l.Fields["qty"])
				}
				for _, l := range h.Lines {
					want, is := fmt.Sprint(l.Fields["qty"]), stored[l.product()]
					require.True(t, is == want || told && is == "1", "crash %d, answer %s: product %s has qty %q", i, answer, l.product(), is)
				}
			})
		})
	}
}

// A crash while an order is taken whose revision says nothing, with uids that other
// lines have or had: what the till sends again adds each line once.
func TestCrashesAtAnUnknownRevision(t *testing.T) {
	pays := func(p *page, h *held) outgoing { h.Paid = true; return p.removal(h, true) }
	for name, call := range map[string]func(*page, *held) outgoing{
		"sent first":  (*page).update,
		"paid first":  pays,
		"asked, sent": func(p *page, h *held) outgoing { p.sync("", false); return p.update(h) },
		"asked, paid": func(p *page, h *held) outgoing { p.sync("", false); return pays(p, h) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			p := newPage(s, 3, 41)
			p.sync("", true)
			h := p.start(1)
			p.add(h, 50, 1)
			p.add(h, 51, 1)
			require.Regexp(t, "^accepted", p.send(p.update(h)))
			s.push("bar", fmt.Sprintf(`[{"op":"line.remove","order":%q,"line":%q}]`, h.UID, h.Lines[0].UID))
			h.Lines = nil // the browser stored it empty
			p.reload()
			p.offline = true
			p.add(h, 60, 1)
			p.add(h, 61, 1)
			c := call(p, h)
			eachCrash(t, s, c, 4, func(i int, _ []byte) {
				stored := map[string]int{}
				for _, o := range s.orders() {
					for _, l := range o.Lines {
						stored[string(l.Fields["product_id"])]++
					}
				}
				want := map[string]int{"51": 1, "61": 1}
				if h.Paid {
					want["60"] = 1 // whichever it is
				}
				require.Equal(t, want, stored, "crash %d", i)
			})
		})
	}
}
