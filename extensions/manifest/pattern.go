package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxPattern is the longest pattern, in bytes: results repeat it.
const maxPattern = 200

// checkPattern says why RE2 and JavaScript (flags su) wouldn't read a pattern
// alike, or why a page could take for ever to match it.
func checkPattern(text string) error {
	if len(text) > maxPattern {
		return fmt.Errorf("has at most %d bytes, had %d", maxPattern, len(text))
	}
	p := &pattern{text: text, groups: make([]bool, 1)}
	for p.at < len(text) {
		began := p.at
		if err := p.next(); err != nil {
			return fmt.Errorf("%w (character %d of %s)", err, utf8.RuneCountInString(text[:began])+1, text)
		}
	}
	if len(p.groups) > 1 {
		return fmt.Errorf("lacks a ) at its end: %s", text)
	}
	if _, err := regexp.Compile(text); err != nil {
		return fmt.Errorf("can't be read: %w", err)
	}
	return nil
}

// pattern is a regular expression that is being read.
type pattern struct {
	text string
	at   int
	// groups are those that are open, the whole pattern first: whether there is
	// an endless repetition in each. endless is of what was read last.
	groups  []bool
	endless bool
	// repeatable: what was read last may be repeated.
	repeatable bool
}

func (p *pattern) rest() string { return p.text[p.at:] }

// take goes on after a text, if that comes next.
func (p *pattern) take(text string) bool {
	is := strings.HasPrefix(p.rest(), text)
	if is {
		p.at += len(text)
	}
	return is
}

var repetition = regexp.MustCompile(`^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??`)

// next reads one thing.
func (p *pattern) next() error {
	if found := repetition.FindStringSubmatch(p.rest()); found != nil {
		return p.repeat(found)
	}
	endless := false
	p.repeatable = true
	switch c := p.text[p.at]; c {
	case '(':
		return p.open()
	case ')':
		last := len(p.groups) - 1
		if last == 0 {
			return errors.New(`has a ) without its (: write \) for the character`)
		}
		endless = p.groups[last]
		p.groups = p.groups[:last]
		p.at++
	case '^', '$', '|':
		p.repeatable = false
		p.at++
	case '[':
		if err := p.class(); err != nil {
			return err
		}
	case '\\':
		if _, err := p.escape(false); err != nil {
			return err
		}
	case '{', '}', ']':
		return fmt.Errorf(`has a single %c: write \%c for the character`, c, c)
	default:
		_, size := utf8.DecodeRuneInString(p.rest())
		p.at += size
	}
	p.endless = endless
	p.groups[len(p.groups)-1] = p.groups[len(p.groups)-1] || endless
	return nil
}

func (p *pattern) repeat(found []string) error {
	if !p.repeatable {
		return fmt.Errorf(`repeats nothing with %s: write \%s for the character`, found[0], found[0][:1])
	}
	p.at += len(found[0])
	p.repeatable = false
	isEndless := found[0][0] == '*' || found[0][0] == '+' || (found[2] == "," && found[3] == "")
	if !isEndless {
		return nil
	}
	if p.endless {
		return errors.New("repeats without end what has such a repetition in it, which a page could take for ever to match: write one of the two with a bound, like {0,9}")
	}
	p.groups[len(p.groups)-1] = true
	return nil
}

// open begins a group.
func (p *pattern) open() error {
	p.repeatable = false
	for _, refused := range []struct{ begin, why string }{
		{"(?=", "has a lookahead, which RE2 hasn't"},
		{"(?!", "has a lookahead, which RE2 hasn't"},
		{"(?<=", "has a lookbehind, which RE2 hasn't"},
		{"(?<!", "has a lookbehind, which RE2 hasn't"},
		{"(?<", "has a named group: names are of no use here, write (?: )"},
		{"(?P", "has a named group as only RE2 writes it: write (?: )"},
	} {
		if strings.HasPrefix(p.rest(), refused.begin) {
			return errors.New(refused.why)
		}
	}
	if !p.take("(?:") && !p.take("(") || p.take("?") {
		return errors.New("has flags, which RE2 and JavaScript write differently: leave (? ) out, and write [Aa] for both cases")
	}
	p.groups = append(p.groups, false)
	return nil
}

var (
	// Escapes of one character that both read alike, in a class and outside.
	sameEscape = "^$\\.*+?()[]{}|/tnrfv"
	hexPair    = regexp.MustCompile(`^x[0-9A-Fa-f]{2}`)
	// General categories that both name alike, and that have the same members.
	category = regexp.MustCompile(`^[pP]\{(?:L[ulmot]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfo])\}`)
)

// escape reads what begins with a backslash; isSet: it stands for several
// characters.
func (p *pattern) escape(inClass bool) (isSet bool, err error) {
	p.at++
	rest := p.rest()
	if rest == "" {
		return false, errors.New(`ends with \: write \\ for the character`)
	}
	for _, form := range []*regexp.Regexp{hexPair, category} {
		if found := form.FindString(rest); found != "" {
			p.at += len(found)
			return form == category, nil
		}
	}
	c, size := utf8.DecodeRuneInString(rest)
	p.at += size
	switch {
	case strings.ContainsRune(`dDwW`, c):
		return true, nil
	case strings.ContainsRune(sameEscape, c) || (inClass && c == '-'):
		return false, nil
	case (c == 'b' || c == 'B') && !inClass:
		p.repeatable = false
		return false, nil
	case c == 's' || c == 'S':
		return false, fmt.Errorf(`has \%c, which means other characters in RE2 than in JavaScript: write [ \t\r\n]`, c)
	case c == 'p' || c == 'P':
		return false, fmt.Errorf(`has a \%c that RE2 and JavaScript read differently: only general categories are the same, like \p{L} or \p{Lu}`, c)
	case c == 'k' || ('0' <= c && c <= '9'):
		return false, errors.New("has a backreference or an octal number, which they don't share: write the character itself, or \\x41")
	case c == 'A' || c == 'z' || c == 'Z':
		return false, errors.New("has an anchor that only RE2 has: write ^ or $, or nothing, as a pattern is of the whole value")
	}
	return false, fmt.Errorf(`has \%c, which RE2 and JavaScript don't both know: write %c`, c, c)
}

// class reads [a-z].
func (p *pattern) class() error {
	p.at++
	p.take("^")
	if strings.HasPrefix(p.rest(), "]") {
		return errors.New(`has an empty class, which they read differently: write \] for the character`)
	}
	ranged := true // a - here stands for itself
	for first := true; ; first = false {
		switch {
		case p.rest() == "":
			return errors.New(`has a [ without its ]: write \[ for the character`)
		case p.take("]"):
			return nil
		case strings.HasPrefix(p.rest(), "["):
			return errors.New(`has a [ in a class, which they read differently: write \[ for the character`)
		case p.take("-"):
			if !first && !strings.HasPrefix(p.rest(), "]") {
				if ranged {
					return errors.New(`has a - that is neither first nor last in its class: write \-`)
				}
				ranged = true
				if err := p.end(); err != nil {
					return err
				}
			}
		default:
			isSet, err := p.member()
			if err != nil {
				return err
			}
			ranged = isSet
		}
	}
}

// end is what a range ends with.
func (p *pattern) end() error {
	if strings.HasPrefix(p.rest(), "[") {
		return errors.New(`has a [ in a class, which they read differently: write \[ for the character`)
	}
	if isSet, err := p.member(); err != nil || isSet {
		return errors.Join(err, errIf(isSet, `has a range that ends with several characters: write \- before it`))
	}
	return nil
}

func errIf(is bool, words string) error {
	if is {
		return errors.New(words)
	}
	return nil
}

// member is one character of a class, or an escape.
func (p *pattern) member() (isSet bool, err error) {
	if p.text[p.at] == '\\' {
		return p.escape(true)
	}
	_, size := utf8.DecodeRuneInString(p.rest())
	p.at += size
	return false, nil
}
