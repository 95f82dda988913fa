package plainyaml

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Place is the line and column of what stands at a path of keys and of places in
// lists, or of the nearest above it.
func Place(raw []byte, path ...any) (line, column int) {
	file, err := parser.ParseBytes(Text(raw), 0)
	if err != nil || len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return 1, 1
	}
	node := file.Docs[0].Body
	at := node.GetToken()
	for _, step := range path {
		next, begins := Below(node, step)
		if next == nil {
			break
		}
		node, at = next, begins.GetToken()
	}
	return at.Position.Line, at.Position.Column
}

// Below is what stands under a key, or at a place of a list, and the node that it
// begins with: the key itself. nil where there is none.
func Below(node ast.Node, step any) (below, begins ast.Node) {
	switch step := step.(type) {
	case string:
		all, _ := pairs(node)
		for _, v := range all {
			if v.Key.GetToken().Value == step {
				return v.Value, v.Key
			}
		}
	case int:
		list, is := node.(*ast.SequenceNode)
		if is && step >= 0 && step < len(list.Values) {
			return list.Values[step], first(list.Values[step])
		}
	}
	return nil, nil
}

// first is the node that another begins with in the text.
func first(n ast.Node) ast.Node {
	if all, is := pairs(n); is && len(all) > 0 {
		if m, flows := n.(*ast.MappingNode); !flows || !m.IsFlowStyle {
			return all[0].Key
		}
	}
	return n
}
