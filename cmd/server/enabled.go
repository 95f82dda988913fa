package main

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/manytill/manytill/internal/plainyaml"
)

// setEnabled writes enabled: true or false into entry i of extensions:, in the
// text of a config. Nothing else of the text changes, no comment and no
// blank. It is an error where the text is written in a way that this can't.
func setEnabled(raw []byte, i int, on bool) ([]byte, error) {
	text := plainyaml.Text(raw)
	mark := raw[:len(raw)-len(text)]
	entry, err := entryOf(text, i)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(text), "\n")
	changed, err := insertEnabled(lines, entry, on)
	if err != nil {
		return nil, err
	}
	return append(bytes.Clone(mark), changed...), sameBut(text, changed, i, on)
}

func entryOf(text []byte, i int) (*ast.MappingNode, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, err
	}
	path, err := yaml.PathString(fmt.Sprintf("$.extensions[%d]", i))
	if err != nil {
		return nil, err
	}
	node, err := path.FilterFile(file)
	if err != nil {
		return nil, err
	}
	switch node := node.(type) {
	case *ast.MappingNode:
		if len(node.Values) > 0 {
			return node, nil
		}
	case *ast.MappingValueNode:
		return &ast.MappingNode{Values: []*ast.MappingValueNode{node}}, nil
	}
	return nil, errors.New("the entry isn't written out where it stands")
}

// insertEnabled changes the value of enabled, or puts it before the first key.
func insertEnabled(lines []string, entry *ast.MappingNode, on bool) ([]byte, error) {
	word := strconv.FormatBool(on)
	for _, v := range entry.Values {
		if v.Key.GetToken().Value == "enabled" {
			at := v.Value.GetToken()
			return splice(lines, at.Position.Line, at.Position.Column, len(at.Value), word)
		}
	}
	first := entry.Values[0].Key.GetToken().Position
	if entry.IsFlowStyle {
		return splice(lines, first.Line, first.Column, 0, "enabled: "+word+", ")
	}
	return splice(lines, first.Line, first.Column, 0, "enabled: "+word+"\n"+strings.Repeat(" ", first.Column-1))
}

// splice puts a text in the place of n bytes; line and column count from 1, the
// column in characters.
func splice(lines []string, line, column, n int, text string) ([]byte, error) {
	if line < 1 || line > len(lines) {
		return nil, errors.New("its place can't be found")
	}
	old := []rune(lines[line-1])
	if column < 1 || column-1+n > len(old) {
		return nil, errors.New("its place can't be found")
	}
	lines[line-1] = string(old[:column-1]) + text + string(old[column-1+n:])
	return []byte(strings.Join(lines, "\n")), nil
}

// sameBut makes sure that two configs differ in that one key alone.
func sameBut(before, after []byte, i int, on bool) error {
	was, err := parseConfig(before)
	if err != nil {
		return err
	}
	is, err := parseConfig(after)
	if err != nil || len(is.Extensions) <= i || is.Extensions[i].on() != on {
		return errors.Join(errors.New("the entry is written in a way that can't be changed safely"), err)
	}
	was.Extensions[i].Enabled, is.Extensions[i].Enabled = nil, nil
	if !reflect.DeepEqual(was, is) {
		return errors.New("the entry is written in a way that can't be changed safely")
	}
	return nil
}
