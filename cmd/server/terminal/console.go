package terminal

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// console is what the cashier types into and reads from. A Write while they
// type doesn't break the line that they are typing.
type console interface {
	io.Writer
	readLine() (string, error)
	// prompt is for the next line; while one is typed, only a Write may follow.
	prompt(text string)
	complete(candidates func(typed string) []string)
}

// newConsole edits lines if input and output are a terminal. restore puts the
// terminal back into the mode it had.
func newConsole(in io.Reader, out io.Writer) (c console, restore func()) {
	from, isFile := in.(*os.File)
	to, alsoFile := out.(*os.File)
	if isFile && alsoFile && term.IsTerminal(int(from.Fd())) && term.IsTerminal(int(to.Fd())) {
		if state, err := term.MakeRaw(int(from.Fd())); err == nil {
			t := &tty{Terminal: term.NewTerminal(struct {
				io.Reader
				io.Writer
			}{from, to}, "> "), out: to}
			return t, func() { _ = term.Restore(int(from.Fd()), state) }
		}
	}
	return &pipe{in: bufio.NewScanner(in), out: out}, func() {}
}

type tty struct {
	*term.Terminal
	out *os.File
}

func (t *tty) readLine() (string, error) {
	if width, height, err := term.GetSize(int(t.out.Fd())); err == nil {
		_ = t.SetSize(width, height)
	}
	return t.ReadLine()
}

func (t *tty) prompt(text string) { t.SetPrompt(text) }

// complete fills in, at Tab, what all candidates have in common.
func (t *tty) complete(candidates func(typed string) []string) {
	t.AutoCompleteCallback = func(text string, pos int, key rune) (string, int, bool) {
		if key != '\t' || pos != len(text) {
			return "", 0, false
		}
		all := candidates(text)
		if len(all) == 0 {
			return text, pos, true
		}
		common := all[0]
		for _, c := range all[1:] {
			common = commonStart(common, c)
		}
		if len(all) == 1 {
			common += " "
		}
		if len(common) < len(text) {
			return text, pos, true
		}
		return common, len(common), true
	}
}

func commonStart(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.ToValidUTF8(a[:n], "")
}

// pipe is for scripts: no prompt, nothing to edit.
type pipe struct {
	in  *bufio.Scanner
	mu  sync.Mutex
	out io.Writer
}

func (p *pipe) readLine() (string, error) {
	if p.in.Scan() {
		return p.in.Text(), nil
	}
	if err := p.in.Err(); err != nil {
		return "", err
	}
	return "", io.EOF
}

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *pipe) prompt(string)                  {}
func (p *pipe) complete(func(string) []string) {}

// line is one that was typed. The next is read when taken is closed.
type line struct {
	text  string
	err   error
	taken chan struct{}
}

func readLines(ctx context.Context, con console) <-chan line {
	lines := make(chan line)
	go func() {
		for {
			l := line{taken: make(chan struct{})}
			l.text, l.err = con.readLine()
			select {
			case lines <- l:
			case <-ctx.Done():
				return
			}
			select {
			case <-l.taken:
			case <-ctx.Done():
				return
			}
			if l.err != nil {
				return
			}
		}
	}()
	return lines
}
