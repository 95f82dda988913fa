package javascript

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The parsers go down one call for each level of the syntax, and a stack that
// overflows ends the process past any recover. So this scanner counts before
// a parser sees a text. It doesn't parse: what it counts is never less than
// the depth of the tree.
const (
	// maxNesting of brackets.
	maxNesting = 1000
	// maxChain is how many operators, calls, members and statements may hang on
	// each other without an end, added up over the open brackets.
	maxChain = 5000
	// maxCommas in one expression or list of arguments: not for its depth, but
	// esbuild takes quadratic time. Arrays and objects may have more.
	maxCommas = 10000
	// maxGroups of one regular expression.
	maxGroups = 500
	// fewTokens: however such a text is read, no parser's stack overflows.
	fewTokens = 10000
	// maxReadings: where a slash may be a division or begin a regular
	// expression, both are counted.
	maxReadings = 64
)

// heavy tokens cost a parser more than others: functions within each other
// take esbuild cubic time.
var heavy = map[string]int{"=>": 25, "function": 10}

// deepError says where a syntax is too deep to be read safely.
type deepError struct {
	line int
	what string
}

func (e *deepError) Error() string { return e.what }

// checkSyntax refuses a text that could overflow a parser's stack, before one
// sees it. What is only broken is left to the parsers to explain, as long as it
// is so small that no reading of it could do harm.
func checkSyntax(text string) *deepError {
	if len(text) > maxFile {
		return &deepError{1, "too long"}
	}
	unread, deep := read(text)
	switch {
	case deep != nil:
		return deep
	case unread > 0 && !isSmall(text):
		return &deepError{unread, "a text, comment, bracket or regular expression that doesn't fit"}
	}
	return nil
}

// isSmall: however such a text is read, no parser's stack overflows.
func isSmall(text string) bool { return tokens(text) <= fewTokens }

// read goes through a text in every way in which it may be read. unread is the
// line at which the farthest of them stopped, 0 where one came to the end.
func read(text string) (unread int, deep *deepError) {
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
	deep   *deepError

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

func (s *scanner) tooDeep(what string) { s.deep = &deepError{s.line, what} }

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

// literal begins a token that is a value: a new statement if a value ended on
// the line before.
func (s *scanner) literal() {
	if s.ends {
		s.now.operators++ // "a" `b`
	}
}

func (s *scanner) number() {
	s.literal()
	run := func() {
		for s.at < len(s.text) && s.text[s.at] < utf8.RuneSelf && isWord(rune(s.text[s.at])) && s.text[s.at] != '\\' {
			s.at++
		}
	}
	run()
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		run()
	}
	s.after("0", true)
}

// Words after which there is no value: what follows belongs to them.
var prefixes = map[string]bool{
	"typeof": true, "void": true, "delete": true, "new": true, "return": true, "throw": true, "case": true, "do": true, "else": true, "in": true,
	"instanceof": true, "extends": true, "if": true, "for": true, "while": true, "with": true, "var": true, "const": true, "import": true,
	"export": true, "default": true, "function": true, "class": true, "try": true, "finally": true, "switch": true, "catch": true,
}

// Words that may be names.
var contextual = map[string]bool{"await": true, "yield": true, "of": true, "async": true, "let": true, "as": true, "satisfies": true, "keyof": true, "is": true}

// Words that go on with what stands before them.
var continues = map[string]bool{"else": true, "while": true, "in": true, "instanceof": true, "of": true, "as": true, "satisfies": true, "catch": true, "finally": true, "extends": true, "implements": true, "is": true}

// Words that take the next statement into theirs.
var takesStatement = map[string]bool{"if": true, "else": true, "for": true, "while": true, "do": true, "with": true}

func (s *scanner) word() {
	start := s.at
	for s.at < len(s.text) {
		c, width := utf8.DecodeRuneInString(s.text[s.at:])
		if !isWord(c) && !(s.at == start && (c == '#' || c == '@')) {
			if c == '{' && s.at > start && strings.HasSuffix(s.text[start:s.at], `\u`) { // \u{61}
				if end := strings.IndexByte(s.text[s.at:], '}'); end > 0 && end < 10 {
					s.at += end + 1
					continue
				}
			}
			break
		}
		s.at += width
	}
	word := s.text[start:s.at]
	dotted := s.last == "." || s.last == "?."
	name := dotted || word[0] == '#' || !(prefixes[word] || contextual[word] || continues[word])
	goesOn := !name && continues[word]
	switch {
	case s.finished && word != "else" && word != "while": // do …; while (…)
		s.begin()
	case !s.finished && !goesOn && !dotted && (s.last == "}" || s.ends && s.newline):
		s.begin()
	}
	if s.last != "" && !dotted && (s.keyword || s.ends) {
		s.now.operators++
	}
	if !name && takesStatement[word] {
		s.now.statements++
	}
	if weight := heavy[word]; !dotted && weight > 0 {
		s.now.operators += weight
	}
	s.after(word, name)
	s.keyword, s.member = !name, dotted
	s.unclear = !dotted && contextual[word]
}

func (s *scanner) quoted(quote byte) bool {
	s.literal()
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case quote:
			s.at++
			s.after("0", true)
			return true
		case '\\':
			s.at++
			if strings.HasPrefix(s.text[s.at:], "\r\n") {
				s.at++
			}
			if s.at < len(s.text) && s.text[s.at] == '\n' {
				s.line++
			}
		case '\n', '\r':
			return false
		}
	}
	return false
}

// template goes on to the end of a template or to its next ${.
func (s *scanner) template() bool {
	for ; s.at < len(s.text); s.at++ {
		switch {
		case s.text[s.at] == '\\':
			s.at++
			if s.at < len(s.text) && s.text[s.at] == '\n' {
				s.line++
			}
		case s.text[s.at] == '\n':
			s.line++
		case s.text[s.at] == '`':
			s.at++
			s.after("0", true)
			return true
		case strings.HasPrefix(s.text[s.at:], "${"):
			s.at += 2
			s.open("`")
			return true
		}
	}
	return false
}

func (s *scanner) regex() bool {
	s.literal()
	class, groups := false, 0
	for s.at++; s.at < len(s.text); s.at++ {
		c, width := utf8.DecodeRuneInString(s.text[s.at:])
		switch {
		case isLineEnd(c):
			return false
		case c == '\\':
			s.at++
		case c == '[':
			class = true
			groups++
		case c == ']':
			class = false
		case c == '(':
			groups++
		case c == '/' && !class:
			if groups > maxGroups {
				s.tooDeep(fmt.Sprintf("a regular expression with more than %d groups", maxGroups))
			}
			for s.at++; s.at < len(s.text) && 'a' <= s.text[s.at] && s.text[s.at] <= 'z'; s.at++ {
			}
			s.after("0", true)
			return true
		default:
			s.at += width - 1
		}
	}
	return false
}

// Tokens of several characters whose parts would count twice or mean another.
var operators = []string{
	">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=",
	"=>", "++", "--", "?.", "==", "!=", "<=", ">=", "&&", "||", "??", "**", "<<", ">>", "+=", "-=", "*=", "%=", "&=", "|=", "^=", "/=",
}

func (s *scanner) punctuation(rest string) bool {
	for _, op := range operators {
		if strings.HasPrefix(rest, op) && !(op == "?." && len(rest) > 2 && '0' <= rest[2] && rest[2] <= '9') {
			s.at += len(op)
			s.operator(op)
			return true
		}
	}
	s.at++
	switch op := rest[:1]; op {
	case "(", "[", "{":
		s.open(op)
	case ")", "]", "}":
		return s.close(op)
	case ";":
		s.after(op, false)
		s.finished = true
	case ",":
		s.now.operators = 0
		if s.now.open != "[" && !s.now.keyed {
			if s.now.commas++; s.now.commas > maxCommas {
				s.tooDeep(fmt.Sprintf("more than %d commas in one expression", maxCommas))
			}
		}
		s.now.keyed = false
		s.after(op, false)
	default:
		if !strings.Contains("+-*%&|^!~<>=?:./", op) {
			return false
		}
		s.operator(op)
	}
	return true
}

func (s *scanner) operator(op string) {
	s.now.operators += max(1, heavy[op])
	if op == "<" { // of a type's arguments, which commas don't end
		s.now.statements++
	}
	if op == ":" {
		s.now.keyed = true
	}
	unclear := s.unclear && s.last != "}"
	mayFollow := op == "++" || op == "--" || op == "!"
	s.after(op, mayFollow && s.ends && !s.newline)
	s.unclear = mayFollow && unclear
}

func (s *scanner) open(bracket string) {
	after := s.last
	if after == "await" {
		after = s.before // for await (…)
	}
	inner := scope{open: bracket, head: bracket == "(" && !s.member && takesStatement[after]}
	s.now.operators++
	inner.base = s.now.chain()
	s.scopes = append(s.scopes, s.now)
	if len(s.scopes) > maxNesting {
		s.tooDeep(fmt.Sprintf("nested too deeply (more than %d)", maxNesting))
	}
	s.now = inner
	s.after(bracket, false)
}

var closes = map[string]string{")": "(", "]": "[", "}": "{"}

func (s *scanner) close(bracket string) bool {
	template := bracket == "}" && s.now.open == "`"
	if len(s.scopes) == 0 || (!template && s.now.open != closes[bracket]) {
		return false
	}
	head := s.now.head
	s.now = s.scopes[len(s.scopes)-1]
	s.scopes = s.scopes[:len(s.scopes)-1]
	if template {
		return s.template()
	}
	s.after(bracket, !head)
	s.unclear = bracket == "}"
	return true
}
