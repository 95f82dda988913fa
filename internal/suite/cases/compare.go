package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

// Mismatch is one thing that isn't as a case says.
type Mismatch struct {
	// At is file:line:column of what was expected.
	At string
	// Expected and Came are in words; Model, Field and Till say of what, where it is
	// of one.
	Expected, Came           string
	Model, Line, Field, Till string

	path []any
	came any
	mend mending
}

// mending is what is done about a mismatch when the file is written anew.
type mending int

const (
	replace mending = iota // what stands at its path
	drop                   // that, with its key
	nothing                // it can't be mended
)

// comparison is under way.
type comparison struct {
	c     *Case
	s     *shop.Shop
	found []Mismatch
}

func (c *Case) compare(s *shop.Shop, host extensions.Host) ([]Mismatch, error) {
	x := &comparison{c: c, s: s}
	x.failures()
	if words := s.Apart(); words != "" {
		x.add(Mismatch{Expected: "every till to show what is stored", Came: words, mend: nothing}, "then")
	}
	if c.silent() {
		x.add(Mismatch{
			Expected: "then, which says what every till shows in the end", Came: "nothing is expected: write it, or run with --update, and read what that wrote",
			came: x.all(host.Describe()),
		}, "then")
		return x.found, nil
	}
	t := c.Then
	if err := x.order(firstOrder, order{t.Order, t.State, t.Lines, t.LineCount, t.Gone, t.Review}, "then"); err != nil {
		return nil, err
	}
	for _, id := range protocol.SortedKeys(t.Orders) {
		if err := x.order(id, t.Orders[id], "then", "orders", id); err != nil {
			return nil, err
		}
	}
	x.rejected()
	x.ignored()
	return x.found, x.effects()
}

func (x *comparison) add(m Mismatch, path ...any) {
	m.path = slices.Clone(path)
	m.At = x.c.place(path...)
	x.found = append(x.found, m)
}

// failures are what hooks failed with: no case expects that.
func (x *comparison) failures() {
	for _, e := range x.s.Errors() {
		words := e.Message
		if e.Hook != "" && !strings.HasPrefix(words, e.Hook+": ") {
			words = e.Hook + ": " + words
		}
		on := "order " + string(e.Order)
		if e.Line != "" {
			on += ", line " + string(e.Line)
		}
		x.add(Mismatch{Expected: "no hook to fail", Came: fmt.Sprintf("%s (on %s)", words, on), mend: nothing}, "when")
	}
}

// order compares one order, whose keys stand at a path.
func (x *comparison) order(id string, want order, path ...any) error {
	at := func(more ...any) []any { return append(slices.Clone(path), more...) }
	expects := len(want.Order)+len(want.Lines)+len(want.Gone) > 0 || want.State != "" || want.LineCount != nil
	o := x.s.Order(protocol.OrderID(id))
	if o == nil {
		if expects {
			x.add(Mismatch{Expected: "an order " + id, Came: "there is none", mend: nothing}, path...)
		}
		return nil
	}
	if err := x.fields("", o.Fields, want.Order, at("order")); err != nil {
		return err
	}
	if want.State != "" && want.State != string(o.State) {
		x.add(Mismatch{Expected: "the state " + want.State, Came: string(o.State), Field: "state", came: string(o.State)}, at("state")...)
	}
	if want.LineCount != nil && *want.LineCount != len(o.Lines) {
		x.add(Mismatch{Expected: fmt.Sprintf("%d lines", *want.LineCount), Came: fmt.Sprint(len(o.Lines)), came: len(o.Lines)}, at("line_count")...)
	}
	find := func(id protocol.LineID) *protocol.Line {
		if i := slices.IndexFunc(o.Lines, func(l protocol.Line) bool { return l.ID == id }); i >= 0 {
			return &o.Lines[i]
		}
		return nil
	}
	for i, line := range want.Lines {
		id, err := lineID(line)
		if err != nil {
			return x.c.wrong(at("lines", i), "%v", err)
		}
		if l := find(id); l == nil {
			x.add(Mismatch{Expected: "a line " + string(id), Came: "there is none", mend: drop}, at("lines", i)...)
		} else if err := x.fields(id, l.Fields, line, at("lines", i)); err != nil {
			return err
		}
	}
	for i, gone := range want.Gone {
		if find(protocol.LineID(gone)) != nil {
			x.add(Mismatch{Expected: "no line " + gone, Came: "it is there", mend: drop}, at("gone", i)...)
		}
	}
	var said []string
	for _, r := range o.Review {
		said = append(said, r.Message)
	}
	if !slices.Equal(said, want.Review) {
		x.add(Mismatch{Expected: listed(want.Review, "no review of the order"), Came: listed(said, "none"), Field: "review", came: said}, at("review")...)
	}
	return nil
}

func (x *comparison) fields(of protocol.LineID, came protocol.Fields, want map[string]any, path []any) error {
	fields, err := fieldsOf(want, "id")
	if err != nil {
		return x.c.wrong(path, "%v", err)
	}
	for _, f := range protocol.SortedKeys(fields) {
		if came[f] == fields[f] || came[f].IsNull() && fields[f].IsNull() {
			continue
		}
		m := Mismatch{Model: string(protocol.ModelOrder), Line: string(of), Field: string(f), Till: "every till", Expected: text(fields[f]), Came: text(came[f]), came: plain(came[f])}
		if of != "" {
			m.Model = string(protocol.ModelOrderline)
		}
		x.add(m, append(slices.Clone(path), string(f))...)
	}
	return nil
}

func text(v protocol.Value) string {
	if v.IsNull() {
		return "nothing"
	}
	return shop.Text(v)
}

// plain is a value as YAML is written of it.
func plain(v protocol.Value) (any any) {
	if v == "" || v.Decode(&any) != nil {
		return nil
	}
	return whole(any)
}

// whole writes whole numbers without a fraction.
func whole(v any) any {
	switch v := v.(type) {
	case float64:
		if n := int64(v); float64(n) == v {
			return n
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = whole(v[key])
		}
	}
	return v
}

func listed(all []string, none string) string {
	if len(all) == 0 {
		return none
	}
	return strings.Join(all, "; ")
}

func (x *comparison) rejected() {
	var came []any
	var words []string
	same := true
	want := x.c.Then.Rejected
	for i := range x.s.Taps {
		tap := &x.s.Taps[i]
		if !tap.Rejected() {
			continue
		}
		r := tap.Result.Rejection
		n := len(came)
		same = same && n < len(want) && want[n].is(tap)
		came = append(came, map[string]any{"till": tap.Till, "code": string(r.Code), "message": r.Message})
		words = append(words, fmt.Sprintf("till %s's %s was refused (%s): %s", tap.Till, x.step(tap), r.Code, r.Message))
	}
	if same && len(came) == len(want) {
		return
	}
	expected := "no tap to be refused"
	if len(want) > 0 {
		var all []string
		for i := range want {
			all = append(all, want[i].String())
		}
		expected = "refused: " + strings.Join(all, "; ")
	}
	x.add(Mismatch{Expected: expected, Came: listed(words, "none was refused"), came: came}, "then", "rejected")
}

// step is which one a tap is of, in words.
func (x *comparison) step(tap *shop.Tap) string {
	i, is := tap.Note.(int)
	if !is {
		return "tap"
	}
	return fmt.Sprintf("step %d (%s)", i+1, strings.TrimPrefix(x.c.place("when", i), x.c.File+":"))
}

// String is what is said of a refusal.
func (r *rejected) String() string {
	var all []string
	for _, said := range []string{r.Till, r.Code, r.Message, r.Extension, r.Field} {
		if said != "" {
			all = append(all, said)
		}
	}
	return strings.Join(all, " ")
}

func (r *rejected) is(tap *shop.Tap) bool {
	was := tap.Result.Rejection
	fits := func(want, came string) bool { return want == "" || want == came }
	return fits(r.Till, tap.Till) && fits(r.Code, string(was.Code)) && fits(r.Message, was.Message) &&
		fits(r.Extension, was.Extension) && fits(r.Field, string(was.Field))
}

func (x *comparison) ignored() {
	var came, words []string
	for i := range x.s.Taps {
		tap := &x.s.Taps[i]
		for _, f := range tap.Result.Ignored {
			came = append(came, f)
			why := ""
			if reason := tap.Result.Why[f]; reason != "" {
				why = ", which " + reason
			}
			words = append(words, fmt.Sprintf("%s of till %s's %s%s", f, tap.Till, x.step(tap), why))
		}
	}
	if slices.Equal(came, x.c.Then.Ignored) {
		return
	}
	x.add(Mismatch{
		Expected: listed(x.c.Then.Ignored, "every value of a till to be taken"), Came: "ignored: " + listed(words, "none"), came: came,
	}, "then", "ignored")
}

func (x *comparison) effects() error {
	want, rows := x.c.Then.Effects, x.s.Effects()
	if want == nil {
		return nil
	}
	var came []any
	var words []string
	same := len(rows) == len(want)
	for i := range rows {
		e := &rows[i]
		one := map[string]any{"name": e.Name, "key": e.Key, "data": plain(protocol.Value(e.Data))}
		if e.Order != firstOrder {
			one["in"] = string(e.Order)
		}
		came = append(came, one)
		words = append(words, fmt.Sprintf("%s with the key %q and the data %s", e.Name, e.Key, shop.Text(protocol.Value(e.Data))))
		if same {
			data, err := valueOf(want[i].Data)
			if err != nil {
				return x.c.wrong([]any{"then", "effects", i}, "%v", err)
			}
			is, err := protocol.ParseValue(e.Data)
			if err != nil {
				return err
			}
			same = want[i].Name == e.Name && (want[i].Key == "" || want[i].Key == e.Key) && (want[i].Data == nil || data == is)
		}
	}
	if !same {
		x.add(Mismatch{Expected: fmt.Sprintf("%d effects, as then.effects says", len(want)), Came: listed(words, "none is wanted"), came: came}, "then", "effects")
	}
	return nil
}

// all is a then of what came: the extension's own fields, and what it writes.
func (x *comparison) all(d extensions.Description) map[string]any {
	of := func(model protocol.Model, came protocol.Fields) map[string]any {
		all := map[string]any{}
		for f := range d.Fields[model] {
			all[string(f)] = plain(came[f])
		}
		for _, f := range d.Writes[model] {
			all[string(f)] = plain(came[f])
		}
		return all
	}
	shows := map[string]any{}
	if o := x.s.Order(firstOrder); o != nil {
		if fields := of(protocol.ModelOrder, o.Fields); len(fields) > 0 {
			shows["order"] = fields
		}
		if o.State != protocol.Open {
			shows["state"] = string(o.State)
		}
		var lines []any
		for _, l := range o.Lines {
			line := of(protocol.ModelOrderline, l.Fields)
			line["id"] = string(l.ID)
			lines = append(lines, line)
		}
		if d.Lines {
			shows["line_count"] = len(lines)
		}
		if lines != nil {
			shows["lines"] = lines
		}
	}
	y := &comparison{c: &Case{File: x.c.File, Text: x.c.Text, file: file{Then: &then{Effects: []effect{}}}}, s: x.s}
	y.rejected()
	y.ignored()
	_ = y.effects()
	for i := range y.found {
		shows[y.found[i].path[1].(string)] = y.found[i].came
	}
	return shows
}

// String is the mismatch in a line.
func (m Mismatch) String() string {
	of := ""
	switch {
	case m.Line != "":
		of = "line " + m.Line + " " + m.Field + ": "
	case m.Field != "":
		of = strings.TrimSpace(m.Model+" "+m.Field) + ": "
	}
	return fmt.Sprintf("%s: %sexpected %s, came %s", m.At, of, m.Expected, m.Came)
}
