package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

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
			if groups > MaxGroups {
				s.tooDeep(fmt.Sprintf("a regular expression with more than %d groups", MaxGroups))
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
