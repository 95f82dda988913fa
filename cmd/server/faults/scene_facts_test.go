package faults_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// fact is something that a script says of an order.
type fact struct {
	says  *regexp.Regexp
	holds func(s *scene, o *protocol.Order, said []string) error
}

// facts are tried in this order; what none of them takes is "2 coffee". Lines of
// one script's sentence are all that the order has.
var facts = []fact{
	{regexp.MustCompile(`^(open|paid|cancelled|abandoned)$`), func(_ *scene, o *protocol.Order, said []string) error {
		return expect(string(o.State) == said[1], "it is %s", o.State)
	}},
	{regexp.MustCompile(`^New$`), func(_ *scene, o *protocol.Order, _ []string) error {
		return expect(o.Number == 0, "it has number %d", o.Number)
	}},
	{regexp.MustCompile(`^(number|run) (\d+)$`), func(_ *scene, o *protocol.Order, said []string) error {
		is := fmt.Sprint(o.Number)
		if said[1] == "run" {
			is = fmt.Sprint(o.Run)
		}
		return expect(is == said[2], "its %s is %s", said[1], is)
	}},
	{regexp.MustCompile(`^(\d+) payments?$`), func(_ *scene, o *protocol.Order, said []string) error {
		return expect(fmt.Sprint(len(o.Payments)) == said[1], "it has %d payments", len(o.Payments))
	}},
	{regexp.MustCompile(`^to be (review|refund)ed$`), func(_ *scene, o *protocol.Order, said []string) error {
		needs := []string{string(o.Needs)}
		for _, p := range o.Payments {
			needs = append(needs, string(p.Needs))
		}
		return expect(slices.Contains(needs, said[1]), "it needs %q", needs)
	}},
	{regexp.MustCompile(`^follows (\S+)$`), func(s *scene, o *protocol.Order, said []string) error {
		is := o.Fields["follows"].String()
		return expect(is != "" && is == string(s.order(said[1])), "it follows %q", is)
	}},
	{regexp.MustCompile(`^for customer (\S+)$`), func(_ *scene, o *protocol.Order, said []string) error {
		is := o.Fields["partner_id"].String()
		return expect(is == said[1], "it is for customer %q", is)
	}},
	{regexp.MustCompile(`^(\S+) at (\S+) % off$`), lineFact("discount")},
	{regexp.MustCompile(`^(\S+) noted (.+)$`), lineFact("note")},
	{regexp.MustCompile(`^(\S+) (added|changed) by (\S+)$`), func(_ *scene, o *protocol.Order, said []string) error {
		line := lineOf(o, said[1])
		if line == nil {
			return fmt.Errorf("there is no line of %s", said[1])
		}
		info := line.Fields.MSInfo()
		by := info.Created
		if said[2] == "changed" {
			by = info.Changed
		}
		return expect(by.User != nil && by.User.Name == said[3], "it was %s by %+v", said[2], by)
	}},
	{regexp.MustCompile(`^no lines$`), func(_ *scene, o *protocol.Order, _ []string) error {
		return expect(len(o.Lines) == 0, "it has %v", contents(o))
	}},
}

func lineFact(field protocol.Field) func(*scene, *protocol.Order, []string) error {
	return func(_ *scene, o *protocol.Order, said []string) error {
		line := lineOf(o, said[1])
		if line == nil {
			return fmt.Errorf("there is no line of %s", said[1])
		}
		is := line.Fields[field].String()
		return expect(is == said[2], "%s of %s is %q", field, said[1], is)
	}
}

func lineOf(o *protocol.Order, product string) *protocol.Line {
	for i := range o.Lines {
		if o.Lines[i].Fields["description"].String() == product {
			return &o.Lines[i]
		}
	}
	return nil
}

var isLine = regexp.MustCompile(`^-?[\d.]+ [a-z]+$`)

// check holds an order against "paid, 1 payment, 2 coffee".
func (s *scene) check(o *protocol.Order, text string) error {
	var lines []string
said:
	for _, one := range strings.Split(text, ", ") {
		for _, f := range facts {
			if said := f.says.FindStringSubmatch(one); said != nil {
				if err := f.holds(s, o, said); err != nil {
					return fmt.Errorf("%q isn't so: %w", one, err)
				}
				continue said
			}
		}
		if !isLine.MatchString(one) {
			return fmt.Errorf("%q is nothing that can be said of an order", one)
		}
		lines = append(lines, one)
	}
	slices.Sort(lines)
	if has := contents(o); lines != nil && !slices.Equal(lines, has) {
		return fmt.Errorf("its lines are %q", has)
	}
	return nil
}
