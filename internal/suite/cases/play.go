package cases

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

const firstOrder = "o1"

// Play plays a case with an extension and those that it needs, and gives what isn't
// as it says; an error is of the case itself.
func (c *Case) Play(host extensions.Host, others []extensions.Host, timeout time.Duration) ([]Mismatch, error) {
	s, err := c.played(host, others, timeout)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	found, err := c.compare(s, host)
	return found, cmp.Or(err, s.Err())
}

func (c *Case) played(host extensions.Host, others []extensions.Host, timeout time.Duration) (*shop.Shop, error) {
	loose := []extensions.Host{Loose(host.Describe())}
	for _, other := range others {
		loose = append(loose, Loose(other.Describe()))
	}
	s := shop.Open(shop.Options{Tills: c.tills(), Hosts: loose, Timeout: timeout})
	if err := c.give(s); err != nil {
		s.Close()
		return nil, err
	}
	chain := append([]extensions.Host{host}, others...)
	s.Restart(chain...)
	p := player{s: s, chain: chain, known: map[protocol.OrderID]bool{firstOrder: len(s.Orders()) > 0}}
	given := len(s.Taps)
	for i := range c.When {
		if err := p.step(i, &c.When[i]); err != nil {
			s.Close()
			return nil, c.wrong([]any{"when", i}, "%v", err)
		}
	}
	for _, name := range c.tills() {
		s.Till(name).Online()
	}
	s.Taps = s.Taps[given:]
	if err := s.Err(); err != nil {
		s.Close()
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	return s, nil
}

// tills are all that the case names, A and B at least.
func (c *Case) tills() []string {
	tills := []string{"A", "B"}
	for _, step := range c.When {
		if step.Till != "" && !slices.Contains(tills, step.Till) {
			tills = append(tills, step.Till)
		}
	}
	return tills
}

// Loose is an extension's fields alone, whatever they may hold: what stored an order
// may have been another version of it.
func Loose(d extensions.Description) extensions.Host {
	loose := extensions.Description{Name: d.Name, Version: d.Version, Manifest: true, Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{}}
	for model, fields := range d.Fields {
		loose.Fields[model] = map[protocol.Field]extensions.FieldInfo{}
		for f := range fields {
			loose.Fields[model][f] = extensions.FieldInfo{FieldSpec: protocol.FieldSpec{Type: protocol.TypeAny, Merge: protocol.Last}}
		}
	}
	return extensions.FieldsAlone(loose)
}

// GivenOps make the order that is given; nil where none is.
func (c *Case) GivenOps() ([]protocol.Op, error) {
	if c.Given.Order == nil && c.Given.Lines == nil {
		return nil, nil
	}
	set, err := fieldsOf(c.Given.Order)
	if err != nil {
		return nil, c.wrong([]any{"given", "order"}, "%v", err)
	}
	ops := []protocol.Op{protocol.OrderCreate{Order: firstOrder, Set: set}}
	for i, line := range c.Given.Lines {
		id, err := lineID(line)
		if err != nil {
			return nil, c.wrong([]any{"given", "lines", i}, "%v", err)
		}
		set, err := fieldsOf(line, "id")
		if err != nil {
			return nil, c.wrong([]any{"given", "lines", i}, "%v", err)
		}
		ops = append(ops, protocol.LineAdd{Order: firstOrder, Line: id, Set: set})
	}
	return ops, nil
}

// give stores the order that is given, without any hook.
func (c *Case) give(s *shop.Shop) error {
	ops, err := c.GivenOps()
	if ops == nil || err != nil {
		return err
	}
	s.Till("A").Tap(ops...)
	if err := s.Err(); err != nil {
		return c.wrong([]any{"given"}, "%v", err)
	}
	result := s.Taps[len(s.Taps)-1].Result
	if result.Rejection != nil {
		return c.wrong([]any{"given"}, "no server would have stored this: %s", result.Message)
	}
	if len(result.Ignored) > 0 {
		return c.wrong([]any{"given"}, "neither the core nor this extension has the field %s", result.Ignored[0])
	}
	return nil
}

type player struct {
	s     *shop.Shop
	chain []extensions.Host
	known map[protocol.OrderID]bool // orders that were created
	paid  int
}

func (p *player) step(i int, step *step) error {
	if !step.At.IsZero() {
		p.s.Clock = step.At.Time
	}
	switch {
	case step.Restart:
		p.s.Restart(p.chain...)
		return p.s.Err()
	case step.Effect != nil:
		return p.answer(step)
	}
	till := p.s.Till(step.Till)
	switch {
	case step.Offline:
		till.Offline()
		return nil
	case step.Online:
		till.Online()
		return p.s.Err()
	}
	till.Note = i
	till.User = nil
	if step.User != "" {
		till.User = &protocol.User{ID: step.User, Name: step.User}
	}
	op, err := p.op(step, till)
	if err != nil {
		return err
	}
	ops := []protocol.Op{op}
	if id := op.On(); !p.known[id] {
		p.known[id] = true
		if create := (protocol.OrderCreate{Order: id}); op.Kind() == protocol.KindOrderPay || op.Kind() == protocol.KindOrderClose {
			till.Tap(create)
		} else if op.Kind() != protocol.KindOrderCreate {
			ops = []protocol.Op{create, op}
		}
	}
	if step.Move != "" {
		p.known[protocol.OrderID(step.Move)] = true
	}
	till.Tap(ops...)
	return p.s.Err()
}

func (p *player) answer(step *step) error {
	result, err := valueOf(step.Effect.Result)
	if err != nil {
		return err
	}
	return p.s.Answer(protocol.OrderID(cmp.Or(step.Effect.In, step.In, firstOrder)), step.Effect.Name, step.Effect.Key, result)
}

// op is what a till sends for a step.
func (p *player) op(step *step, till *shop.Till) (protocol.Op, error) {
	o, line := protocol.OrderID(cmp.Or(step.In, firstOrder)), protocol.LineID(step.Line)
	switch {
	case step.Pay != nil:
		amount, err := valueOf(step.Pay.Amount)
		p.paid++
		return protocol.OrderPay{Order: o, Payment: protocol.NewPayment{
			ID:     protocol.PaymentID(cmp.Or(step.Pay.ID, fmt.Sprint("p", p.paid))),
			Method: cmp.Or(step.Pay.Method, "cash"), Amount: amount, Offline: step.Pay.Offline,
		}}, err
	case step.Close != "":
		return protocol.OrderClose{Order: o, State: protocol.State(step.Close), Base: till.Seen()}, nil
	case step.Remove:
		return protocol.LineRemove{Order: o, Line: line}, nil
	case step.Move != "":
		return protocol.LineMove{Order: o, Lines: []protocol.LineID{line}, To: protocol.OrderID(step.Move)}, nil
	case step.Create != nil:
		set, err := fieldsOf(step.Create)
		return protocol.OrderCreate{Order: o, Set: set}, err
	case step.Add != nil:
		id, err := lineID(step.Add)
		if err != nil {
			return nil, err
		}
		set, err := fieldsOf(step.Add, "id")
		return protocol.LineAdd{Order: o, Line: id, Set: set}, err
	case step.Inc != nil:
		set, err := fieldsOf(step.Inc)
		if len(set) != 1 {
			return nil, fmt.Errorf("inc adds to one field, like  inc: {qty: 1}")
		}
		for f, by := range set {
			return protocol.LineInc{Order: o, Line: line, Field: f, By: by}, err
		}
	}
	set, err := fieldsOf(step.Set)
	if step.Line != "" {
		return protocol.LineSet{Order: o, Line: line, Set: set, Base: till.Seen()}, err
	}
	return protocol.OrderSet{Order: o, Set: set, Base: till.Seen()}, err
}
