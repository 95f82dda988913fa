package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/manytill/manytill/internal/plainyaml"
)

// errByHand is of a config whose extensions can't be added to safely.
var errByHand = errors.New("extensions: is written in a way that can't be changed safely")

// addEntry writes an entry behind the last one of extensions: in the text of a
// config. Nothing else of the text changes. sha256 is a Go plugin's, or "".
func addEntry(raw []byte, path, sha256 string) ([]byte, error) {
	text := plainyaml.Text(raw)
	mark := string(raw[:len(raw)-len(text)])
	changed, err := withEntry(string(text), path, sha256)
	if err != nil {
		return nil, err
	}
	was, err := parseConfig(text)
	if err != nil {
		return nil, err
	}
	is, err := parseConfig([]byte(changed))
	if err != nil {
		return nil, errors.Join(errByHand, err)
	}
	was.Extensions = append(was.Extensions, extensionConfig{Path: paths{path}, SHA256: sha256})
	if !reflect.DeepEqual(was, is) {
		return nil, errByHand
	}
	return []byte(mark + changed), nil
}

func withEntry(text, path, sha256 string) (string, error) {
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return "", err
	}
	entry := func(indent int) string {
		before := strings.Repeat(" ", indent)
		lines := before + "- path: " + path + "\n"
		if sha256 != "" {
			lines += before + "  sha256: \"" + sha256 + "\"\n" // it may look like a number
		}
		return lines
	}
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] != "" {
		lines[last] += "\n"
	} else {
		lines = lines[:last]
	}
	var keys []*ast.MappingValueNode
	if len(file.Docs) > 0 {
		switch body := file.Docs[0].Body.(type) {
		case *ast.MappingNode:
			keys = body.Values
		case *ast.MappingValueNode:
			keys = []*ast.MappingValueNode{body}
		}
	}
	for i, key := range keys {
		if key.Key.GetToken().Value != "extensions" {
			continue
		}
		end := len(lines) // the line behind what stands under the key, from 0
		if i+1 < len(keys) {
			end = keys[i+1].Key.GetToken().Position.Line - 1
		}
		begin := key.Key.GetToken().Position.Line
		list, is := key.Value.(*ast.SequenceNode)
		switch {
		case key.Value.Type() == ast.NullType:
			return strings.Join(lines[:begin], "") + entry(2) + strings.Join(lines[begin:], ""), nil
		case is && list.IsFlowStyle && len(list.Values) == 0:
			line := lines[begin-1]
			at := strings.Index(line, "[")
			if at < 0 || !strings.Contains(line, "]") {
				return "", errByHand
			}
			lines[begin-1] = strings.TrimRight(line[:at], " ") + line[strings.Index(line, "]")+1:]
			return strings.Join(lines[:begin], "") + entry(2) + strings.Join(lines[begin:], ""), nil
		case !is || list.IsFlowStyle:
			return "", errByHand
		}
		for end > begin && isBlank(lines[end-1]) {
			end--
		}
		return strings.Join(lines[:end], "") + entry(list.Start.Position.Column-1) + strings.Join(lines[end:], ""), nil
	}
	return strings.Join(lines, "") + "extensions:\n" + entry(2), nil
}

// isBlank: a line that belongs to what follows it, a comment at its beginning too.
func isBlank(line string) bool {
	return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#")
}

// setSHA256 changes the sha256 of entry i, where it stands as it was.
func setSHA256(raw []byte, i int, was, is string) ([]byte, error) {
	text := plainyaml.Text(raw)
	entry, err := entryOf(text, i)
	if err != nil {
		return nil, err
	}
	for _, v := range entry.Values {
		if v.Key.GetToken().Value != "sha256" {
			continue
		}
		at := v.Value.GetToken().Position
		lines := strings.Split(string(text), "\n")
		if at.Line < 1 || at.Line > len(lines) || strings.Count(lines[at.Line-1], was) != 1 {
			break
		}
		lines[at.Line-1] = strings.Replace(lines[at.Line-1], was, is, 1)
		changed := []byte(strings.Join(lines, "\n"))
		c, err := parseConfig(changed)
		if err != nil || c.Extensions[i].SHA256 != is {
			break
		}
		return append(raw[:len(raw)-len(text):len(raw)-len(text)], changed...), nil
	}
	return nil, fmt.Errorf("sha256 of the entry is written in a way that can't be changed safely: write %s there by hand", is)
}
