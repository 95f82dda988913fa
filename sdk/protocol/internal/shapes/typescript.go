package shapes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// TypeScript writes every shape as a type of the same name.
func (p *Package) TypeScript() []byte {
	var b strings.Builder
	b.WriteString("// Code generated from sdk/protocol by `make generate`. DO NOT EDIT.\n")
	b.WriteString("// The shapes of the protocol; docs/protocol.md says what they mean.\n")
	for _, s := range p.Shapes {
		b.WriteByte('\n')
		writeDoc(&b, "", s.Doc)
		switch s.Kind {
		case Object:
			p.writeInterface(&b, s)
		case Union:
			p.writeUnion(&b, s)
		case Named:
			fmt.Fprintf(&b, "export type %s =%s;\n", s.Name, p.named(s))
		}
	}
	return []byte(b.String())
}

// textWidth is that of the repository's TypeScript.
const textWidth = 120

func writeDoc(b *strings.Builder, indent, text string) {
	if text == "" {
		return
	}
	if line := strings.Join(strings.Fields(text), " "); len(indent)+len(line)+len("/**  */") <= textWidth {
		fmt.Fprintf(b, "%s/** %s */\n", indent, line)
		return
	}
	fmt.Fprintf(b, "%s/**\n", indent)
	for _, paragraph := range strings.Split(text, "\n") {
		line := indent + " *"
		for _, word := range strings.Fields(paragraph) {
			if len(line)+1+len(word) > textWidth {
				fmt.Fprintln(b, line)
				line = indent + " *"
			}
			line += " " + word
		}
		fmt.Fprintln(b, line)
	}
	fmt.Fprintf(b, "%s */\n", indent)
}

func (p *Package) writeInterface(b *strings.Builder, s *Shape) {
	fmt.Fprintf(b, "export interface %s", s.Name)
	fields, extends := s.Fields, slices.Clone(s.Parts)
	var others map[string][]Type
	if len(s.Perhaps) == 1 {
		extends = append(extends, "Partial<"+s.Perhaps[0]+">")
	} else if len(s.Perhaps) > 1 {
		fields, others = p.Members(s)
	}
	if len(extends) > 0 {
		fmt.Fprintf(b, " extends %s", strings.Join(extends, ", "))
	}
	b.WriteString(" {")
	if union, value := p.union(s.Name); union != nil {
		fmt.Fprintf(b, "\n  %s: %q;", union.Key, value)
	}
	for _, f := range fields {
		b.WriteByte('\n')
		writeDoc(b, "  ", f.Doc)
		optional := ""
		if f.Optional || f.Lenient {
			optional = "?"
		}
		types := typescript(f.Type)
		for _, other := range others[f.Name] {
			types += " | " + typescript(other)
		}
		fmt.Fprintf(b, "  %s%s: %s;", f.Name, optional, types)
	}
	if strings.HasSuffix(b.String(), "{") {
		b.WriteString("}\n")
		return
	}
	b.WriteString("\n}\n")
}

func (p *Package) writeUnion(b *strings.Builder, s *Shape) {
	members := make([]string, len(s.Members))
	for i, m := range s.Members {
		switch {
		case s.Inside:
			members[i] = m.Shape
		case p.Shape(m.Shape).empty():
			members[i] = fmt.Sprintf("{ %s: %q }", s.Key, m.Value)
		default:
			members[i] = fmt.Sprintf("({ %s: %q } & %s)", s.Key, m.Value, m.Shape)
		}
	}
	fmt.Fprintf(b, "export type %s =\n  | %s;\n", s.Name, strings.Join(members, "\n  | "))
}

func (p *Package) named(s *Shape) string {
	if s.Type.Basic == "any" {
		return " null | boolean | number | string | Value[] | { [key: string]: Value }"
	}
	if len(s.Values) == 0 {
		return " " + typescript(s.Type)
	}
	quoted := make([]string, len(s.Values))
	for i, value := range s.Values {
		quoted[i] = strconv.Quote(value)
	}
	if s.Open {
		quoted = append(quoted, "(string & {})")
	}
	if line := strings.Join(quoted, " | "); len(line) < textWidth-len("export type  = ;")-len(s.Name) {
		return " " + line
	}
	return "\n  | " + strings.Join(quoted, "\n  | ")
}

func typescript(t Type) (text string) {
	switch {
	case t.List != nil:
		if text = typescript(*t.List); t.List.Nullable {
			text = "(" + text + ")"
		}
		text += "[]"
	case t.Map != nil:
		text = "Record<string, " + typescript(*t.Map) + ">"
	case t.Ref != "":
		text = t.Ref
	case t.Basic == "integer":
		text = "number"
	default:
		text = t.Basic
	}
	if t.Nullable {
		text += " | null"
	}
	return text
}
