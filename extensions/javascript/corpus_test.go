package javascript_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	merge "github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// exporting is what a file of the corpus says of itself, in lines such as
//
//	//: order.note "a" "b"
//	//: orderline.total one-way 5 6
//	//: order.to_invoice unclaimed
//
// the key, how it is claimed, and two values that tills set.
type exporting struct {
	model         protocol.Model
	field         protocol.Field
	oneWay        bool
	unclaimed     bool
	first, second protocol.Value
}

var exportingLine = regexp.MustCompile(`(?m)^//: (order|orderline)\.(\S+)( one-way)?(?: (unclaimed)| (.+))$`)

func exportings(t *testing.T, path string) (all []exporting) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, m := range exportingLine.FindAllStringSubmatch(string(text), -1) {
		e := exporting{model: protocol.Model(m[1]), field: protocol.Field(m[2]), oneWay: m[3] != "", unclaimed: m[4] != ""}
		if !e.unclaimed {
			values := json.NewDecoder(strings.NewReader(m[5]))
			var first, second json.RawMessage
			require.NoError(t, values.Decode(&first), m[0])
			require.NoError(t, values.Decode(&second), m[0])
			e.first, err = protocol.ParseValue(first)
			require.NoError(t, err)
			e.second, err = protocol.ParseValue(second)
			require.NoError(t, err)
		}
		all = append(all, e)
	}
	require.Equal(t, strings.Count(string(text), "//:"), len(all), "%s: a line isn't understood", path)
	return all
}

// shop is an engine with one extension and two tills.
type shop struct {
	t       *testing.T
	host    extensions.Host
	chain   *extensions.Chain
	set     *extensions.Extensions
	session *multisession.Session
	last    map[protocol.ClientID]protocol.MutationID
}

func openShop(t *testing.T, host extensions.Host) *shop {
	return openShopWith(t, extensions.Entry{Host: host, Timeout: 5 * time.Second})
}

func openShopWith(t *testing.T, entry extensions.Entry) *shop {
	ctx := context.Background()
	s := &shop{t: t, host: entry.Host, last: map[protocol.ClientID]protocol.MutationID{}}
	log := slog.New(slog.DiscardHandler)
	set, err := extensions.Start(ctx, func(context.Context) (*extensions.Chain, error) {
		return extensions.Build([]extensions.Entry{entry}, extensions.Options{Now: time.Now, Log: log})
	})
	require.NoError(t, err)
	s.set, s.chain = set, set.Chain()
	ledger := mem.New()
	tills := []protocol.POSID{"a", "b"}
	for _, id := range tills {
		require.NoError(t, ledger.PutPOS(ctx, store.POS{ID: id, Name: string(id)}))
	}
	require.NoError(t, ledger.PutMultiSession(ctx, store.MultiSession{ID: "m", Name: "m", Active: true}, tills))
	identity, err := ledger.Identity(ctx)
	require.NoError(t, err)
	hub := multisession.NewHub(multisession.Config{
		Ledger: ledger, Identity: identity, Bell: wake.NewLocal(), Now: func() time.Time { return at }, Log: log,
		Rules: multisession.Rules{Limits: merge.DefaultLimits, Chain: func() multisession.Chain { return s.chain }},
	})
	session, _, bad := hub.Enter(ctx, "m")
	require.Nil(t, bad)
	s.session = session
	for _, id := range tills {
		require.Nil(t, session.Ask(ctx, &multisession.OpenTill{POS: protocol.POS{ID: id, Name: string(id)}}).Err)
	}
	return s
}

// do sends one mutation of a till's.
func (s *shop) do(till protocol.ClientID, ops ...protocol.Op) protocol.Result {
	s.t.Helper()
	s.last[till]++
	text, err := json.Marshal(protocol.Mutation{ID: s.last[till], Ops: ops})
	require.NoError(s.t, err)
	m, err := merge.Decode(text, merge.DefaultLimits)
	require.NoError(s.t, err)
	reply := s.session.Ask(context.Background(), &multisession.Push{
		Client: till, POS: protocol.POS{ID: protocol.POSID(till), Name: string(till)}, Mutations: []*merge.Mutation{m},
	})
	require.Nil(s.t, reply.Err)
	var result protocol.Result
	require.NoError(s.t, json.Unmarshal(reply.Results[0].JSON, &result))
	return result
}

// shown is what every till sees of a field of an order or its first line.
func (s *shop) shown(id protocol.OrderID, e exporting) protocol.Value {
	reply := s.session.Ask(context.Background(), &multisession.Pin{})
	require.Nil(s.t, reply.Err)
	for _, raw := range reply.Snapshot.Orders {
		var o protocol.Order
		require.NoError(s.t, json.Unmarshal(raw, &o))
		if o.ID != id {
			continue
		}
		if e.model == protocol.ModelOrder {
			return o.Fields[e.field]
		}
		return o.Lines[0].Fields[e.field]
	}
	s.t.Fatalf("no order %s", id)
	return ""
}

// claimed says what is wrong with how the field is claimed.
func (s *shop) claimed(e exporting) string {
	info, has := s.host.Describe().Fields[e.model][e.field]
	switch {
	case has == e.unclaimed:
		return fmt.Sprintf("claimed: %t; notes: %s", has, s.host.Describe().Notes)
	case has && info.OneWay != e.oneWay:
		return fmt.Sprintf("claimed as one-way: %t", info.OneWay)
	}
	return ""
}

func (s *shop) unexpected(all []exporting) (names []string) {
	expected := map[string]bool{}
	for _, e := range all {
		expected[string(e.model)+"."+string(e.field)] = true
	}
	for model, fields := range s.host.Describe().Fields {
		for f := range fields {
			if name := string(model) + "." + string(f); !expected[name] {
				names = append(names, name)
			}
		}
	}
	return names
}

// errors are the hooks' failures, and files that were left out.
func (s *shop) errors() (all []string) {
	all = failedFiles(s.host)
	for _, n := range notes.Words(s.host.Describe().Notes) {
		if strings.Contains(n, "could not be tried") {
			all = append(all, n)
		}
	}
	for _, e := range s.set.Status()[0].Errors {
		all = append(all, e.Hook+": "+e.Message)
	}
	return all
}

// play lets the tills work on two orders: one that comes with every field, one
// that gets them one by one.
func (s *shop) play(all []exporting, faults map[protocol.Field][]string) {
	check := func(id protocol.OrderID, e exporting, want protocol.Value, when string) {
		if got := s.shown(id, e); got != want {
			faults[e.field] = append(faults[e.field], fmt.Sprintf("%s, %s: %s instead of %s", id, when, got, want))
		}
	}
	var claimed []exporting
	orderSet, lineSet := protocol.Fields{}, protocol.Fields{"product_id": "50", "qty": "2", "price_unit": "4.8"}
	for _, e := range all {
		if e.unclaimed {
			continue
		}
		claimed = append(claimed, e)
		if e.model == protocol.ModelOrder {
			orderSet[e.field] = e.first
		} else {
			lineSet[e.field] = e.first
		}
	}
	s.accept(faults, s.do("a", protocol.OrderCreate{Order: "full", Set: orderSet}, protocol.LineAdd{Order: "full", Line: "l", Set: lineSet}))
	s.accept(faults, s.do("b", protocol.OrderCreate{Order: "bare", Set: protocol.Fields{}}, protocol.LineAdd{Order: "bare", Line: "l", Set: protocol.Fields{"product_id": "50", "qty": "1"}}))
	edit := func(till protocol.ClientID, id protocol.OrderID, qty int) {
		s.accept(faults, s.do(till, protocol.OrderSet{Order: id, Set: protocol.Fields{"partner_id": protocol.Int(qty)}},
			protocol.LineSet{Order: id, Line: "l", Set: protocol.Fields{"qty": protocol.Int(qty)}}))
	}
	each := func(id protocol.OrderID, when string, want func(exporting) protocol.Value) {
		for _, e := range claimed {
			check(id, e, want(e), when)
		}
	}
	first, second := func(e exporting) protocol.Value { return e.first }, func(e exporting) protocol.Value { return e.second }

	each("full", "as it was created", first)
	edit("b", "full", 3)
	each("full", "after another till's edit", first)
	for _, e := range claimed {
		s.accept(faults, s.do("a", setting("bare", e, e.first)))
	}
	each("bare", "set one by one", first)
	edit("a", "bare", 4)
	each("bare", "after an edit", first)
	for _, id := range []protocol.OrderID{"full", "bare"} {
		for _, e := range claimed {
			s.accept(faults, s.do("b", setting(id, e, e.second)))
		}
		each(id, "a second value", second)
		edit("a", id, 5)
		each(id, "the second after an edit", second)
	}
	s.accept(faults, s.do("a", protocol.OrderPay{Order: "full", Payment: protocol.NewPayment{ID: "p", Method: "cash", Amount: "5"}}))
	each("full", "after a payment", second)
	for _, e := range claimed {
		s.accept(faults, s.do("a", setting("bare", e, protocol.Null)))
		if got := s.shown("bare", e); got == e.second {
			faults[e.field] = append(faults[e.field], fmt.Sprintf("cleared, it still is %s", got))
		}
	}
	edit("b", "bare", 6)
}

func setting(id protocol.OrderID, e exporting, value protocol.Value) protocol.Op {
	if e.model == protocol.ModelOrder {
		return protocol.OrderSet{Order: id, Set: protocol.Fields{e.field: value}}
	}
	return protocol.LineSet{Order: id, Line: "l", Set: protocol.Fields{e.field: value}}
}

// accept notes a refusal and what was ignored.
func (s *shop) accept(faults map[protocol.Field][]string, r protocol.Result) {
	s.t.Helper()
	require.Equal(s.t, protocol.Applied, r.Status, "%+v", r.Rejection)
	for _, name := range r.Ignored {
		field := protocol.Field(name[strings.LastIndex(name, ".")+1:])
		faults[field] = append(faults[field], "ignored")
	}
}
