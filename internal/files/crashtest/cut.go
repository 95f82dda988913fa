package crashtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Sector is what a disk writes whole or not at all, in bytes.
const Sector = 512

// change is one write to a file, or a new length.
type change struct {
	at       int64 // place or length
	text     []byte
	truncate bool
}

func (c change) apply(text []byte) []byte {
	end := c.at + int64(len(c.text))
	if had := int64(len(text)); end > had {
		text = slices.Grow(text, int(end-had))[:end]
		clear(text[had:])
	} else if c.truncate {
		text = text[:end]
	}
	copy(text[c.at:], c.text)
	return text
}

// pieces are the parts of a change that reach the disk each for itself.
func (c change) pieces() (all []change) {
	if c.truncate {
		return []change{c}
	}
	for at, rest := c.at, c.text; len(rest) > 0; {
		n := min(int64(len(rest)), Sector-at%Sector)
		all = append(all, change{at: at, text: rest[:n]})
		at, rest = at+n, rest[n:]
	}
	return all
}

func (c change) zeroed() change {
	c.text = make([]byte, len(c.text))
	return c
}

// Luck decides what a power cut takes.
type Luck struct {
	pick  func(n int) int // which of n ways it goes
	among func(n int) int // a number up to n, where all aren't tried
	dice  *rand.Rand
	// some reports for each of n things whether it came through.
	some func(n int) []bool
}

// Chance is one way, whose seed repeats it.
func Chance(seed uint64) Luck {
	dice := rand.New(rand.NewPCG(seed, 7))
	l := Luck{pick: dice.IntN, dice: dice, among: func(n int) int { return dice.IntN(n + 1) }}
	l.some = func(n int) []bool {
		through, odds := make([]bool, n), dice.IntN(5) // of 4: none comes through, a few, half, most or all
		for i := range through {
			through[i] = dice.IntN(4) < odds
		}
		return through
	}
	return l
}

// every calls each with every way that its picks can go. Where there are too many,
// as of the sectors of a file, one is chosen.
func every(each func(Luck)) {
	var picked, of []int
	for {
		at := 0
		l := Luck{among: func(n int) int { return n / 2 }, dice: rand.New(rand.NewPCG(1, 7))}
		l.pick = func(n int) int {
			if at == len(picked) {
				picked, of = append(picked, 0), append(of, n)
			}
			at++
			return picked[at-1]
		}
		l.some = func(n int) []bool {
			through := make([]bool, n)
			for i := range through {
				through[i] = l.pick(2) == 1
			}
			return through
		}
		each(l)
		for len(picked) > 0 && picked[len(picked)-1] == of[len(of)-1]-1 {
			picked, of = picked[:len(picked)-1], of[:len(of)-1]
		}
		if len(picked) == 0 {
			return
		}
		picked[len(picked)-1]++
	}
}

// fate is what may become of the changes of a file, in their order.
type fate struct {
	name string
	left func(l Luck, text []byte, changes []change) []byte
}

var fates = []fate{
	{"lost", func(_ Luck, text []byte, _ []change) []byte { return text }},
	{"whole", func(_ Luck, text []byte, changes []change) []byte { return apply(text, changes) }},
	{"cut", func(l Luck, text []byte, changes []change) []byte { // the first of them, and a half
		pieces := allPieces(changes)
		n := l.among(len(pieces))
		text = apply(text, pieces[:n])
		if n < len(pieces) && !pieces[n].truncate && pieces[n].at >= int64(len(text)) {
			next := pieces[n]
			next.text = next.text[:len(next.text)/2]
			text = next.apply(text)
		}
		return text
	}},
	{"zeroed", func(_ Luck, text []byte, changes []change) []byte {
		for _, c := range changes {
			text = c.zeroed().apply(text)
		}
		return text
	}},
	{"torn", func(l Luck, text []byte, changes []change) []byte { // each sector for itself
		for _, c := range allPieces(changes) {
			switch l.dice.IntN(3) {
			case 0:
				text = c.apply(text)
			case 1:
				text = c.zeroed().apply(text)
			}
		}
		return text
	}},
	{"mixed", func(l Luck, text []byte, changes []change) []byte { // later ones without earlier ones
		for _, c := range changes {
			if l.dice.IntN(2) == 0 {
				text = c.apply(text)
			}
		}
		return text
	}},
}

func apply(text []byte, changes []change) []byte {
	for _, c := range changes {
		text = c.apply(text)
	}
	return text
}

func allPieces(changes []change) (all []change) {
	for _, c := range changes {
		all = append(all, c.pieces()...)
	}
	return all
}

// cut is what a power cut leaves.
func (d *Disk) cut(l Luck) (left *Disk, how string) {
	var words strings.Builder
	names := map[*Node]tree{}
	of := func(folder *Node) tree {
		if names[folder] == nil {
			names[folder] = tree{}
			for name, n := range folder.durableNames {
				names[folder][name] = n
			}
		}
		return names[folder]
	}
	if len(d.namings) > 0 {
		words.WriteString("names ")
	}
	for i, through := range l.some(len(d.namings)) {
		if through {
			d.namings[i].apply(of)
		}
		fmt.Fprint(&words, map[bool]string{true: "1", false: "0"}[through])
	}
	left = &Disk{lastID: d.lastID}
	copies := map[*Node]*Node{}
	var copied func(n *Node) *Node
	copied = func(n *Node) *Node {
		if copies[n] != nil {
			return copies[n]
		}
		c := &Node{ID: n.ID, Folder: n.Folder, name: n.name, mode: n.mode, at: n.at}
		copies[n] = c
		if n.Folder {
			c.names, c.durableNames = tree{}, tree{}
			for _, name := range sorted(of(n)) {
				c.names[name] = copied(of(n)[name])
				c.durableNames[name] = c.names[name]
			}
			return c
		}
		c.durableText = slices.Clone(n.durableText)
		if len(n.changes) > 0 {
			f := fates[l.pick(len(fates))]
			c.durableText = f.left(l, c.durableText, n.changes)
			fmt.Fprintf(&words, " %s %s", n.name, f.name)
		}
		c.text = slices.Clone(c.durableText)
		return c
	}
	left.root = copied(d.root)
	return left, strings.TrimSpace(words.String())
}
