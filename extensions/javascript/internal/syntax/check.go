package syntax

import (
	"unicode"
	"unicode/utf8"
)

// The parsers go down one call for each level of the syntax, and a stack that
// overflows ends the process past any recover. So this scanner counts before
// a parser sees a text. It doesn't parse: what it counts is never less than
// the depth of the tree.
const (
	// MaxFile is the longest text that is read, in bytes.
	MaxFile = 1 << 20
	// maxNesting of brackets.
	maxNesting = 1000
	// maxChain is how many operators, calls, members and statements may hang on
	// each other without an end, added up over the open brackets.
	maxChain = 5000
	// maxCommas in one expression or list of arguments: not for its depth, but
	// esbuild takes quadratic time. Arrays and objects may have more.
	maxCommas = 10000
	// MaxGroups of one regular expression.
	MaxGroups = 500
	// fewTokens: however such a text is read, no parser's stack overflows.
	fewTokens = 10000
	// maxReadings: where a slash may be a division or begin a regular
	// expression, both are counted.
	maxReadings = 64
)

// heavy tokens cost a parser more than others: functions within each other
// take esbuild cubic time.
var heavy = map[string]int{"=>": 25, "function": 10}

// Deep says where a syntax is too deep to be read safely.
type Deep struct {
	Line int
	What string
}

func (e *Deep) Error() string { return e.What }

// Check refuses a text that could overflow a parser's stack, before one
// sees it. What is only broken is left to the parsers to explain, as long as it
// is so small that no reading of it could do harm.
func Check(text string) *Deep {
	if len(text) > MaxFile {
		return &Deep{1, "too long"}
	}
	unread, deep := read(text)
	switch {
	case deep != nil:
		return deep
	case unread > 0 && !IsSmall(text):
		return &Deep{unread, "a text, comment, bracket or regular expression that doesn't fit"}
	}
	return nil
}

// IsSmall: however such a text is read, no parser's stack overflows.
func IsSmall(text string) bool { return tokens(text) <= fewTokens }

// read goes through a text in every way in which it may be read. unread is the
// line at which the farthest of them stopped, 0 where one came to the end.
func read(text string) (unread int, deep *Deep) {
	ways := [][]bool{nil}
	whole := false
	for done := 0; len(ways) > 0; done++ {
		if done == maxReadings {
			return max(1, unread), nil
		}
		s := &scanner{text: text, line: 1, chosen: ways[0]}
		ways = ways[1:]
		clean, forks := s.scan()
		if s.deep != nil {
			return 0, s.deep
		}
		whole = whole || clean
		unread = max(unread, s.line)
		for i := len(s.chosen); i < forks; i++ {
			other := make([]bool, i+1)
			copy(other, s.chosen)
			other[i] = true
			ways = append(ways, other)
		}
	}
	if whole {
		unread = 0
	}
	return unread, nil
}

// tokens is never less than the number of tokens, however a text is read.
func tokens(text string) (n int) {
	word := false
	for _, c := range text {
		switch {
		case isWord(c):
			if !word {
				n++
			}
			word = true
			continue
		case !isSpace(c):
			n++
		}
		word = false
	}
	return n
}

func isWord(c rune) bool {
	return c == '_' || c == '$' || c == '\\' || c >= utf8.RuneSelf && !isLineEnd(c) && !isSpace(c) ||
		'0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isSpace(c rune) bool { return unicode.IsSpace(c) || c == '\uFEFF' }

func isLineEnd(c rune) bool { return c == '\n' || c == '\r' || c == '\u2028' || c == '\u2029' }
