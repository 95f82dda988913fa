package conformance

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// names translates between what a golden file says (the same in every run)
// and what this run's server says.
type names struct {
	said map[string]string // real → in the file
	real map[string]string // in the file → real
	next map[string]int    // for numbered names
}

func newNames() *names {
	return &names{said: map[string]string{}, real: map[string]string{}, next: map[string]int{}}
}

func (n *names) know(said, real string) {
	n.said[real], n.real[said] = said, real
}

// learn gives a real value a numbered name, unless it has one.
func (n *names) learn(kind string, real any) {
	text := fmt.Sprint(real)
	if _, known := n.said[text]; real == nil || text == "" || known {
		return
	}
	n.next[kind]++
	n.know(fmt.Sprintf("%s-%d", kind, n.next[kind]), text)
}

// Words and times that only inform; TypeScript tests read them as they stand.
const (
	someWords = "words"
	someTime  = "2026-11-21T10:00:00Z"
)

// say is a value of the server's as a golden file has it.
func (n *names) say(v any) any {
	n.discover(v, "")
	return walk(v, n.sayString, n.settle)
}

// discover names what the server chose: cursors by their position, ids by
// the order in which they turn up.
func (n *names) discover(v any, parent string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if parent == "rejections" {
				n.learn("rejection", dig(item, "id"))
			}
			n.discover(item, "")
		}
	case object:
		if cursor, isText := v["cursor"].(string); isText && n.said[cursor] == "" {
			n.know(fmt.Sprintf("cursor-%v", v["seq"]), cursor)
		}
		for _, kind := range []string{"page", "ticket", "conn", "server_id", "token"} {
			n.learn(kind, v[kind])
		}
		if v["active"] != nil && v["run"] != nil {
			n.learn("floor", v["id"])
		}
		for key, value := range v {
			if parent == "orders" && !goldenOrder.MatchString(key) {
				n.learn("order-of-server", key)
			}
			n.discover(value, key)
		}
	}
}

// goldenOrder are the ids of orders that golden files use; any other is the
// server's.
var goldenOrder = regexp.MustCompile(`^o\d+$`)

// walk rebuilds a value, with its strings and keys changed and every object
// settled.
func walk(v any, change func(string) string, settle func(object) object) any {
	switch v := v.(type) {
	case string:
		return change(v)
	case []any:
		out := make([]any, 0, len(v))
		for _, item := range v {
			out = append(out, walk(item, change, settle))
		}
		return out
	case object:
		out := object{}
		for key, value := range v {
			out[change(key)] = walk(value, change, settle)
		}
		return settle(out)
	}
	return v
}

// settle puts what an implementer may choose into one form.
func (n *names) settle(o object) object {
	for _, member := range []string{"message", "title", "detail"} {
		if _, isText := o[member].(string); isText {
			o[member] = someWords
		}
	}
	if o["code"] != nil && o["status"] != nil && o["type"] != nil {
		o["type"] = "about:blank"
	}
	if o["code"] == any("unauthorized") && o["reason"] != nil {
		o["reason"] = someWords
	}
	for member, value := range map[string]any{"version": "1.0.0", "extensions_etag": "etag", "catalogue_etag": "etag", "limits": object{"body_bytes": 1048576, "mutations": 100, "ops": 100}} {
		if o[member] != nil {
			o[member] = value
		}
	}
	if _, isNumber := o["limit"].(json.Number); isNumber {
		o["limit"] = 1
	}
	n.settleNumber(o, "conn", "conn-")
	if o["mutation"] != nil {
		n.settleNumber(o, "id", "rejection-")
	}
	return o
}

// settleNumber names a number of the server's choice like a string.
func (n *names) settleNumber(o object, member, prefix string) {
	number, isNumber := o[member].(json.Number)
	if said := n.said[number.String()]; isNumber && strings.HasPrefix(said, prefix) {
		o[member] = said
	}
}

func (n *names) sayString(s string) string {
	if said, known := n.said[s]; known {
		return said
	}
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil && time.Since(at).Abs() < 24*time.Hour {
		return someTime
	}
	return s
}

func (n *names) realString(s string) string {
	if real, known := n.real[s]; known {
		return real
	}
	return s
}

// mean is a value of a golden file as this run's server takes it.
func (n *names) mean(v any) any {
	return walk(v, n.realString, func(o object) object { return o })
}

var word = regexp.MustCompile(`[A-Za-z0-9._:-]+`)

// path translates the words of a path and its query.
func (n *names) path(said string) string {
	return word.ReplaceAllStringFunc(said, n.realString)
}
