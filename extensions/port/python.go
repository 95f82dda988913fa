package port

import (
	"regexp"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// Declared is a field that Python declares on pos.order or pos.order.line. It is
// found by its line; the code isn't run.
type Declared struct {
	Model protocol.Model   `json:"model"`
	Field protocol.Field   `json:"field"`
	Type  protocol.Type    `json:"type"`
	Label string           `json:"label"`
	Enum  []protocol.Value `json:"enum,omitempty"`
	File  string           `json:"file"`
	Line  int              `json:"line"`
	// Why it isn't synced; "": it may be.
	Why string `json:"why"`
}

var (
	pythonClass  = regexp.MustCompile(`^\s*class\s+\w+`)
	pythonModel  = regexp.MustCompile(`^\s+_(?:inherit|name)\s*=\s*(.+)$`)
	pythonField  = regexp.MustCompile(`^\s+['"]?([A-Za-z_]\w*)['"]?\s*[=:]\s*fields\.(\w+)\s*\((.*)$`)
	quoted       = regexp.MustCompile(`['"]([^'"]*)['"]`)
	labelled     = regexp.MustCompile(`\bstring\s*=\s*(?:_\()?['"]([^'"]*)['"]`)
	computed     = regexp.MustCompile(`\b(compute|related|function)\s*=`)
	withInverse  = regexp.MustCompile(`\binverse\s*=|\bstore\s*=\s*True`)
	firstText    = regexp.MustCompile(`^\s*(?:_\()?['"]([^'"]*)['"]`)
	choicesOf    = regexp.MustCompile(`(?s)\[(\s*\(.*?\)\s*,?\s*)\]`)
	choice       = regexp.MustCompile(`\(\s*['"]([^'"]*)['"]\s*,`)
	tripleQuotes = regexp.MustCompile(`"""|'''`)
)

// pythonTypes are those of fields; what isn't here can't be synced.
var pythonTypes = map[string]protocol.Type{
	"char": protocol.TypeString, "text": protocol.TypeString, "html": protocol.TypeString, "selection": protocol.TypeString,
	"reference": protocol.TypeString, "date": protocol.TypeString, "datetime": protocol.TypeString,
	"float": protocol.TypeNumber, "monetary": protocol.TypeNumber, "integer": protocol.TypeInteger, "boolean": protocol.TypeBool,
	"many2one": protocol.TypeID, "many2many": protocol.TypeIDs, "one2many": protocol.TypeIDs, "json": protocol.TypeAny, "properties": protocol.TypeAny,
}

// pythonModels are the classes of Odoo that have our models.
var pythonModels = map[string]protocol.Model{"pos.order": protocol.ModelOrder, "pos.order.line": protocol.ModelOrderline}

// declaredIn reads a Python file line by line.
func declaredIn(f file) (all []Declared) {
	var inClass []Declared
	models := map[protocol.Model]bool{}
	finish := func() {
		for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
			for _, d := range inClass {
				if d.Model = model; models[model] {
					all = append(all, d)
				}
			}
		}
		inClass, models = nil, map[protocol.Model]bool{}
	}
	lines, text := strings.Split(f.text, "\n"), false
	for i, line := range lines {
		quotes := len(tripleQuotes.FindAllString(line, -1))
		if text || quotes > 0 {
			text = text != (quotes%2 == 1)
			continue
		}
		switch {
		case pythonClass.MatchString(line):
			finish()
		case pythonModel.MatchString(line):
			for _, name := range quoted.FindAllStringSubmatch(pythonModel.FindStringSubmatch(line)[1], -1) {
				if model, is := pythonModels[name[1]]; is {
					models[model] = true
				}
			}
		default:
			if found := pythonField.FindStringSubmatch(line); found != nil {
				d := declaredAs(found[1], strings.ToLower(found[2]), arguments(found[3], lines[i+1:]))
				d.File, d.Line = f.path, i+1
				inClass = append(inClass, d)
			}
		}
	}
	finish()
	return all
}

// longestCall is how many lines the arguments of a field may have.
const longestCall = 60

// arguments are the text up to the parenthesis that closes a call.
func arguments(first string, rest []string) string {
	var b strings.Builder
	deep := 1
	for n := 0; ; n++ {
		line := first
		if n > 0 {
			if n > len(rest) || n > longestCall {
				return b.String()
			}
			line = rest[n-1]
		}
		for i, r := range line {
			switch r {
			case '(':
				deep++
			case ')':
				deep--
			}
			if deep == 0 {
				b.WriteString(line[:i])
				return b.String()
			}
		}
		b.WriteString(line + "\n")
	}
}

func declaredAs(name, kind, args string) Declared {
	d := Declared{Field: protocol.Field(name), Type: pythonTypes[kind], Label: name}
	if found := labelled.FindStringSubmatch(args); found != nil {
		d.Label = found[1]
	} else if found := firstText.FindStringSubmatch(args); found != nil && kind != "many2one" && kind != "many2many" && kind != "one2many" {
		d.Label = found[1]
	}
	switch {
	case d.Type == "":
		d.Why = "a value of fields." + kind + " can't be synced"
	case computed.MatchString(args) && !withInverse.MatchString(args):
		d.Why = "Odoo's server computes it"
	}
	if listed := choicesOf.FindStringSubmatch(args); kind == "selection" && listed != nil {
		for _, c := range choice.FindAllStringSubmatch(listed[1], -1) {
			if v := protocol.Text(c[1]); !slices.Contains(d.Enum, v) {
				d.Enum = append(d.Enum, v)
			}
		}
	}
	return d
}
