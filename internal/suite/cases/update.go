package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/manytill/manytill/internal/plainyaml"
)

// Updated is the file with what came in its then, of what can be expected. All above
// it stays as it is, byte for byte; within it so do comments and the order of keys.
func (c *Case) Updated(found []Mismatch) ([]byte, error) {
	found = slices.DeleteFunc(slices.Clone(found), func(m Mismatch) bool { return m.mend == nothing })
	if len(found) == 0 {
		return c.Text, nil
	}
	file, err := parser.ParseBytes(c.Text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	root, is := file.Docs[0].Body.(*ast.MappingNode)
	if !is {
		return nil, fmt.Errorf("%s: it can't be written anew: write then by hand", c.File)
	}
	if c.silent() {
		return c.append(root, found)
	}
	slices.SortStableFunc(found, func(a, b Mismatch) int { return lastPlace(b) - lastPlace(a) }) // what is dropped of a list, from its end
	for i := range found {
		if err := mend(root, &found[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", found[i].At, err)
		}
	}
	text := c.spliced(root)
	if _, err := Parse(c.File, text); err != nil {
		return nil, fmt.Errorf("%s: it is written in a way that can't be written anew safely; write then by hand: %w", c.File, err)
	}
	return text, nil
}

func lastPlace(m Mismatch) int {
	if place, is := m.path[len(m.path)-1].(int); is && m.mend == drop {
		return place
	}
	return -1
}

// append writes a then behind a file that has none, or an empty one.
func (c *Case) append(root *ast.MappingNode, found []Mismatch) ([]byte, error) {
	i := slices.IndexFunc(found, func(m Mismatch) bool { return len(m.path) == 1 && m.path[0] == "then" })
	if i < 0 {
		return c.Text, nil
	}
	text, err := yaml.MarshalWithOptions(map[string]any{"then": found[i].came}, yaml.IndentSequence(true))
	if err != nil {
		return nil, err
	}
	above, _, behind := c.around(root)
	return []byte(strings.TrimRight(above, "\n") + "\n" + string(text) + behind), nil
}

// around is the text above then, then in the tree, and the text behind it.
func (c *Case) around(root *ast.MappingNode) (above string, then *ast.MappingValueNode, behind string) {
	i := slices.IndexFunc(root.Values, func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == "then" })
	if i < 0 {
		return string(c.Text), nil, ""
	}
	lines := strings.SplitAfter(string(c.Text), "\n")
	from, to := root.Values[i].Key.GetToken().Position.Line-1, len(lines)
	if i+1 < len(root.Values) {
		to = root.Values[i+1].Key.GetToken().Position.Line - 1
	}
	for to > from+1 && (strings.HasPrefix(lines[to-1], "#") || strings.TrimSpace(lines[to-1]) == "") {
		to-- // a comment before the next key, or at the end
	}
	return strings.Join(lines[:from], ""), root.Values[i], strings.Join(lines[to:], "")
}

func mend(root ast.Node, m *Mismatch) error {
	parent, last := ast.Node(root), m.path[len(m.path)-1]
	for _, step := range m.path[:len(m.path)-1] {
		below, _ := plainyaml.Below(parent, step)
		if below == nil {
			return fmt.Errorf("there is no %v to write into", step)
		}
		parent = below
	}
	if m.mend == drop {
		list, is := parent.(*ast.SequenceNode)
		if place, number := last.(int); is && number {
			list.Values = slices.Delete(list.Values, place, place+1)
			if len(list.Entries) > place {
				list.Entries = slices.Delete(list.Entries, place, place+1)
			}
			if len(list.ValueHeadComments) > place {
				list.ValueHeadComments = slices.Delete(list.ValueHeadComments, place, place+1)
			}
			return nil
		}
		return fmt.Errorf("%v isn't in a list", last)
	}
	return put(parent, fmt.Sprint(last), m.came)
}

// put sets the value of a key. A list that is empty goes with its key's value: [].
func put(parent ast.Node, key string, came any) error {
	node, err := yaml.ValueToNode(came, yaml.Flow(true))
	if err != nil {
		return err
	}
	var all []*ast.MappingValueNode
	mapping, is := parent.(*ast.MappingNode)
	switch v := parent.(type) {
	case *ast.MappingNode:
		all = v.Values
	case *ast.MappingValueNode:
		all = []*ast.MappingValueNode{v}
	}
	for _, v := range all {
		if v.Key.GetToken().Value == key {
			if comment := v.Value.GetComment(); comment != nil {
				_ = node.SetComment(comment)
			}
			v.Value = node
			return nil
		}
	}
	if !is {
		return fmt.Errorf("%s can't be added here; write it by hand", key)
	}
	column := mapping.GetToken().Position.Column
	if len(mapping.Values) > 0 {
		column = mapping.Values[0].Key.GetToken().Position.Column
	}
	added, err := yaml.ValueToNode(map[string]any{key: came}, yaml.Flow(true))
	if err != nil {
		return err
	}
	pair := added.(*ast.MappingNode).Values[0]
	pair.Key.GetToken().Position.Column = column
	mapping.Values = append(mapping.Values, pair)
	return nil
}

// spliced is the text with then as the tree has it.
func (c *Case) spliced(root *ast.MappingNode) []byte {
	above, then, behind := c.around(root)
	_ = then.SetComment(nil) // it stands above, in what stays
	text := strings.TrimRight(then.String(), "\n") + "\n"
	text = strings.TrimSuffix(text, behind) // a comment at the end may have become a part of then
	return []byte(above + text + behind)
}
