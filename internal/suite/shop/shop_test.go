package shop_test

import (
	"testing"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// notes is fields alone.
func notes() extensions.Host {
	return extensions.FieldsAlone(extensions.Description{Name: "notes", Manifest: true, Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{
		protocol.ModelOrder: {"note": {FieldSpec: protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last}}},
	}})
}

func open(t *testing.T) *shop.Shop {
	s := shop.Open(shop.Options{Tills: []string{"A", "B"}, Hosts: []extensions.Host{notes()}})
	t.Cleanup(func() {
		s.Close()
		require.NoError(t, s.Err())
	})
	s.Till("A").Tap(protocol.OrderCreate{Order: "o1"}, protocol.LineAdd{Order: "o1", Line: "l1", Set: protocol.Fields{"qty": "1"}})
	return s
}

func note(text string) protocol.Op {
	return protocol.OrderSet{Order: "o1", Set: protocol.Fields{"note": protocol.Text(text)}}
}

var more = protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"}

// A till shows what it was told; offline it keeps its taps, and learns nothing.
func TestTills(t *testing.T) {
	s := open(t)
	a, b := s.Till("A"), s.Till("B")
	b.Offline()
	b.Tap(note("of B"))
	a.Tap(more)
	require.Equal(t, protocol.Value("2"), a.Shows("o1").Lines[0].Fields["qty"])
	require.Equal(t, protocol.Value("1"), b.Shows("o1").Lines[0].Fields["qty"])
	require.Empty(t, a.Shows("o1").Fields["note"])
	require.Len(t, s.Taps, 2)
	require.Empty(t, s.Apart(), "of those that are online")
	b.Online()
	require.Equal(t, protocol.Value(`"of B"`), a.Shows("o1").Fields["note"])
	require.Equal(t, protocol.Value("2"), b.Shows("o1").Lines[0].Fields["qty"])
	require.Empty(t, s.Apart())
	require.Equal(t, protocol.Duplicate, b.Again())
	head := s.Head()
	s.Restart(notes())
	require.Equal(t, head, s.Head())
	require.Equal(t, protocol.Duplicate, b.Again())
	a.Tap(protocol.LineRemove{Order: "o1", Line: "l1"}, protocol.OrderClose{Order: "o1", State: protocol.Paid})
	require.Empty(t, b.Shows("o1").Lines)
	require.Equal(t, protocol.Paid, b.Shows("o1").State)
	require.Nil(t, s.Order("o2"))
	require.Nil(t, s.Till("C"))
}

// What is decided together is decided in the order of the taps.
func TestTogether(t *testing.T) {
	one, all := open(t), open(t)
	all.Gathering = true
	for _, s := range []*shop.Shop{one, all} {
		s.Till("A").Tap(note("1"))
		s.Till("B").Tap(note("2"))
		s.Till("A").Tap(note("3"), protocol.LineRemove{Order: "o1", Line: "none"})
		s.Till("B").Tap(more)
	}
	require.Len(t, all.Taps, 1)
	all.Together()
	require.Len(t, all.Taps, 5)
	for i := range one.Taps {
		require.Equal(t, one.Taps[i].Result, all.Taps[i].Result)
		require.Equal(t, one.Taps[i].Till, all.Taps[i].Till)
	}
	require.True(t, all.Taps[3].Rejected())
	require.Empty(t, shop.Differ(all.Order("o1"), one.Order("o1")))
	require.Equal(t, protocol.Value(`"2"`), all.Till("A").Shows("o1").Fields["note"])
}

// Whatever a till shows otherwise is found, and named.
func TestApart(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(o *protocol.Order)
		says  string
	}{
		"a field":        {func(o *protocol.Order) { o.Fields["note"] = `"x"` }, `till B, order o1: note is "x", not nothing`},
		"a line's":       {func(o *protocol.Order) { o.Lines[0].Fields["qty"] = "7" }, "till B, order o1: line l1: qty is 7, not 1"},
		"a line missing": {func(o *protocol.Order) { o.Lines = nil }, "till B, order o1: its lines are [], not [l1]"},
		"its end":        {func(o *protocol.Order) { o.State = protocol.Paid }, "till B, order o1: its state is paid, not open"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			require.Empty(t, s.Apart())
			c.spoil(s.Till("B").Shows("o1"))
			require.Equal(t, c.says, s.Apart())
		})
	}
	require.Equal(t, "it isn't there", shop.Differ(nil, &protocol.Order{}))
	require.Empty(t, shop.Differ(nil, nil))
}
