package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// scanner goes through a text once.
type scanner struct {
	text string
	at   int
	line int
	// chosen are the readings of ambiguous places, in their order; those after
	// are read the usual way.
	chosen []bool
	forks  int
	scopes []scope
	now    scope // the innermost
	deep   *Deep

	// Of the token before.
	last     string // "" at the start
	before   string // the one before it
	ends     bool   // an expression may end with it
	keyword  bool
	newline  bool // there was a line's end since
	member   bool // the one before it was a dot
	divides  bool // a slash after it is a division
	unclear  bool // a slash after it may be either
	finished bool // a statement ended with it, unless "else" follows
}

// scope is what an open bracket has in it.
type scope struct {
	open string
	base int  // chain of the scopes around
	head bool // (…) of if, for, while, with
	// statements and operators that hang on each other.
	statements, operators int
	commas                int
	keyed                 bool // a colon since the last comma
}

func (s *scope) chain() int { return s.base + s.statements + s.operators }

// scan reports whether the text could be read to its end, and at how many
// places it could be read in two ways.
func (s *scanner) scan() (clean bool, forks int) {
	if strings.HasPrefix(s.text, "#!") {
		s.skipLine()
	}
	for s.deep == nil {
		s.space()
		if s.at >= len(s.text) {
			return len(s.scopes) == 0, s.forks
		}
		if !s.token() {
			return false, s.forks
		}
		if s.deep == nil && s.now.chain() > maxChain {
			s.tooDeep(fmt.Sprintf("too many operators, members or statements hang on each other (more than %d); split the expression up", maxChain))
		}
	}
	return true, s.forks
}

func (s *scanner) tooDeep(what string) { s.deep = &Deep{s.line, what} }

// choose is the other reading of an ambiguous place, where it was asked for.
func (s *scanner) choose() bool {
	i := s.forks
	s.forks++
	return i < len(s.chosen) && s.chosen[i]
}

// space skips what is between tokens.
func (s *scanner) space() {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		c, width := utf8.DecodeRuneInString(rest)
		switch {
		case isLineEnd(c):
			s.endLine(c)
			s.at += width
		case isSpace(c):
			s.at += width
		case strings.HasPrefix(rest, "//"):
			s.skipLine()
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return // token says that it can't be read
			}
			for _, c := range rest[:end+2] {
				if isLineEnd(c) {
					s.endLine(c)
				}
			}
			s.at += end + 4
		case strings.HasPrefix(rest, "<!--") || (strings.HasPrefix(rest, "-->") && (s.newline || s.last == "")):
			// A comment of old scripts for some parsers, operators for others.
			if s.choose() {
				return
			}
			s.skipLine()
		default:
			return
		}
	}
}

func (s *scanner) endLine(c rune) {
	s.newline = true
	if c == '\n' {
		s.line++
	}
}

func (s *scanner) skipLine() {
	if i := strings.IndexFunc(s.text[s.at:], isLineEnd); i >= 0 {
		s.at += i
		return
	}
	s.at = len(s.text)
}

// token reads one; false where there is none.
func (s *scanner) token() bool {
	rest := s.text[s.at:]
	c, _ := utf8.DecodeRuneInString(rest)
	word := isWord(c) || c == '#' || c == '@'
	if s.finished && !word {
		s.begin()
	}
	switch {
	case strings.HasPrefix(rest, "/*"):
		return false
	case '0' <= c && c <= '9' || c == '.' && len(rest) > 1 && '0' <= rest[1] && rest[1] <= '9':
		s.number()
		return true
	case word:
		s.word()
		return true
	}
	switch c {
	case '"', '\'':
		return s.quoted(byte(c))
	case '`':
		s.now.operators++
		s.at++
		return s.template()
	case '/':
		if regex, unclear := s.slash(); regex || unclear && s.choose() {
			return s.regex()
		}
	}
	return s.punctuation(rest)
}

// begin is for a new statement: nothing before it in its brackets goes on.
func (s *scanner) begin() { s.now.statements, s.now.operators, s.now.commas = 0, 0, 0 }

// slash tells what a slash is here.
func (s *scanner) slash() (regex, unclear bool) {
	if s.unclear {
		return false, true
	}
	return !s.divides, false
}

// after notes a token that was read.
func (s *scanner) after(text string, ends bool) {
	s.before, s.last = s.last, text
	s.ends, s.divides = ends, ends
	s.newline, s.keyword, s.member, s.unclear, s.finished = false, false, false, false, false
}
