package main

import (
	"fmt"
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// shapes of the wire that are looked for, by members that tell them from
// others.
var shapes = map[string][]string{
	"order":             {"id", "number", "state", "run", "rev", "fields", "payments", "lines"},
	"order's change":    {"rev", "number", "run", "state", "set", "lines", "payments"},
	"line's change":     {"n", "set", "removed", "moved_to"},
	"change":            {"seq", "at", "client_id", "id", "tapped_at", "by", "orders"},
	"payment":           {"id", "method", "amount", "offline", "ref"},
	"mutation":          {"id", "user", "at", "ops"},
	"result":            {"id", "status", "seq", "orders", "ignored", "why", "kept", "review"},
	"welcome":           {"protocol", "server_id", "heartbeat_s", "run", "till_open", "pos", "multi_session", "extensions_etag"},
	"changes":           {"changes", "cursor", "seq", "more", "last_id"},
	"snapshot":          {"orders", "more", "cursor", "seq", "last_id"},
	"pushed":            {"ref", "last_id", "results"},
	"push":              {"client_id", "cursor", "mutations"},
	"push's answer":     {"last_id", "results", "changes", "cursor", "seq", "head", "more"},
	"field":             {"type", "merge", "owner", "derived", "label"},
	"rejection kept":    {"id", "at", "multi_session", "client_id", "by", "mutation", "code", "message", "kept"},
	"extension's way":   {"name", "version", "state", "fields", "calls", "errors", "time_ms", "notes"},
	"operator's POS":    {"id", "name", "multi_session", "till_open", "user", "last_seen"},
	"operator's bucket": {"at", "seconds", "mutations", "rejected", "p50_ms", "p99_ms"},
}

// declared is how often each is declared, in Go and TypeScript that people
// write.
func (s *source) declared() (string, error) {
	found := map[string][]string{}
	note := func(file string, names []string) {
		for shape, want := range shapes {
			if alike(names, want) {
				found[shape] = append(found[shape], file)
			}
		}
	}
	err := s.goFiles(func(name string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if t, ok := n.(*ast.StructType); ok {
				note(name, members(t))
			}
			return true
		})
	})
	if err != nil {
		return "", err
	}
	for _, name := range s.code(".ts", ".tsx") {
		text, err := s.read(name)
		if err != nil {
			return "", err
		}
		for _, names := range typeLiterals(text) {
			note(name, names)
		}
	}
	total, often := 0, map[string]int{}
	for _, shape := range slices.Sorted(maps.Keys(shapes)) {
		total += len(found[shape])
		often[shape] = len(found[shape])
	}
	return fmt.Sprintf("declarations of a shape of the wire: %.1f on average of %d; most: %s", float64(total)/float64(len(shapes)), len(shapes), top(often, 6)), nil
}

// alike: nearly all of the members, and few others.
func alike(names, want []string) bool {
	common := 0
	for _, name := range want {
		if slices.Contains(names, name) {
			common++
		}
	}
	return common >= 3 && 4*common >= 3*len(want) && 3*common >= 2*len(names)
}

var (
	literal = regexp.MustCompile(`\{[^{}]*\}`)
	comment = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	member  = regexp.MustCompile(`(?:^|[;,{\n])\s*(?:readonly )?([a-z_]\w*)\??:`)
)

// typeLiterals are the members of TypeScript's object types, the innermost
// first; what is within one counts as its type.
func typeLiterals(text string) (all [][]string) {
	text = comment.ReplaceAllString(text, "")
	if !strings.Contains(text, "interface ") && !strings.Contains(text, "type ") {
		return nil
	}
	for {
		inner := literal.FindAllString(text, -1)
		if len(inner) == 0 {
			return all
		}
		for _, body := range inner {
			var names []string
			for _, m := range member.FindAllStringSubmatch(body, -1) {
				names = append(names, m[1])
			}
			all = append(all, names)
		}
		text = literal.ReplaceAllString(text, "object")
	}
}
