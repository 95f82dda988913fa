package conformance

var presenceRules = []rule{
	{"presence goes to the others, with conn, POS and user", presenceGoes},
	{"it is not echoed to its own connection", presenceNotEchoed},
	{"null is leaving", presenceNull},
	{"a cut link is leaving", presenceCut},
	{"welcome tells who is where", presenceWelcome},
	{"it is one entry a connection", presencePerConnection},
	{"it is never stored", presenceNotStored},
}

func presenceGoes(f *floor) {
	one, two := f.a.connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	got := two.await("presence")
	f.has(got, `{"order":"o1","conn":"<any>","pos":{"id":%q},"user":%s}`, f.a.pos, user)
	one.send(`{"t":"presence","order":"o2"}`)
	f.has(two.await("presence"), `{"order":"o2","conn":%s}`, canon(got["conn"]))
}

func presenceNotEchoed(f *floor) {
	one, two := f.a.connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	two.await("presence")
	two.send(`{"t":"presence","order":"o2"}`)
	f.has(one.await("presence"), `{"order":"o2","pos":{"id":%q}}`, f.b.pos) // its own would have come first
}

func presenceNull(f *floor) {
	one, two := f.a.connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	conn := canon(two.await("presence")["conn"])
	one.send(`{"t":"presence","order":null}`)
	f.leaves(two, conn)
}

// leaves wants a presence frame that takes a connection's order away.
func (f *floor) leaves(w *wire, conn string) {
	f.t.Helper()
	got := w.await("presence")
	f.has(got, `{"conn":%s}`, conn)
	f.lacks(got, "order")
}

func presenceCut(f *floor) {
	two := f.b.connect()
	one := f.a.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	conn := canon(two.await("presence")["conn"])
	_ = one.conn.UnderlyingConn().Close()
	f.leaves(two, conn)
	f.present(nil)
}

// present wants the orders at which welcome.present shows POS a.
func (f *floor) present(orders []string) {
	f.t.Helper()
	w := f.dial()
	w.send("%s", f.b.device().hello(""))
	var seen []any
	for _, p := range list(w.next(), "present") {
		if text(p, "pos", "id") == f.a.pos && dig(p, "order") != nil {
			seen = append(seen, dig(p, "order"))
		}
	}
	f.same(append([]string{}, orders...), sorted(seen), "the orders at which a is present")
}

func presenceWelcome(f *floor) {
	one, two := f.a.connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	two.await("presence")
	w := f.dial()
	w.send("%s", f.b.device().hello(""))
	f.find(list(w.next(), "present"), `{"pos":{"id":%q,"name":"Name of %s"},"user":%s,"order":"o1"}`, f.a.pos, f.a.pos, user)
	one.send(`{"t":"presence","order":"o2"}`)
	two.await("presence")
	f.present([]string{"o2"})
	one.send(`{"t":"presence","order":null}`)
	two.await("presence")
	f.present(nil)
}

func presencePerConnection(f *floor) {
	one, second, two := f.a.connect(), f.a.device().connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	conn := canon(two.await("presence")["conn"])
	second.send(`{"t":"presence","order":"o2"}`)
	other := canon(two.await("presence")["conn"])
	f.that(conn != other, "two connections of a POS are both %s", conn)
	f.present([]string{"o1", "o2"})
	f.has(one.await("presence"), `{"order":"o2"}`) // the other device of the same POS is another
	_ = second.conn.Close()
	f.leaves(two, other)
	f.present([]string{"o1"})
}

func presenceNotStored(f *floor) {
	one, two := f.a.connect(), f.b.connect()
	f.unchanged(func() {
		one.send(`{"t":"presence","order":"o1"}`)
		two.await("presence")
	})
	f.same([]any{}, append([]any{}, f.changes()...), "the changes")
}
