package terminal

import "strings"

// completions are the ways to go on with what is typed: commands first, then
// what the catalogue has.
func (d *desk) completions(typed string) (all []string) {
	first, rest, more := strings.Cut(typed, " ")
	if !more {
		for _, v := range verbs() {
			if strings.HasPrefix(v.name, first) {
				all = append(all, v.name)
			}
		}
		return all
	}
	items := d.shop.Products
	if first == "user" {
		items = d.shop.Cashiers
	} else if !strings.HasPrefix("add", first) {
		return nil
	}
	for _, i := range items {
		if strings.HasPrefix(strings.ToLower(i.name()), strings.ToLower(rest)) {
			all = append(all, first+" "+i.name())
		}
	}
	return all
}

func commonStart(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.ToValidUTF8(a[:n], "")
}
