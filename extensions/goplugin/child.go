package goplugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"time"
)

// child is the plugin's process. It is go-plugin's runner.Runner, so that we
// decide how it is started and killed, and what its standard streams are:
// go-plugin sees nothing of its output but the handshake.
type child struct {
	cmd *exec.Cmd
	dir string // of its sockets
	out *output
	// memory is what it may take, in bytes.
	memory uint64

	stdin          io.Closer // its end tells the plugin to end
	stream         *os.File  // our end of its stream
	handshake      *io.PipeReader
	handshakeWrite *io.PipeWriter
	exited         chan struct{} // closed when it is gone, with its group, and its output is read
	readers        sync.WaitGroup

	mu     sync.Mutex
	pid    int    // 0 before its start and after its end
	doomed bool   // killed, perhaps before its start
	how    string // it ended
}

func newChild(cmd *exec.Cmd, dir string, memory uint64, out *output) *child {
	c := &child{cmd: cmd, dir: dir, memory: memory, out: out, exited: make(chan struct{})}
	c.handshake, c.handshakeWrite = io.Pipe()
	return c
}

// Start starts the process, on an OS thread that lives as long as it.
func (c *child) Start(context.Context) error {
	files, err := c.pipes()
	if err != nil {
		return err
	}
	groupOf(c.cmd)
	c.readers.Add(2)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		files.closeTheirs()
		if err != nil {
			files.closeOurs()
			started <- err
			return
		}
		c.born(c.cmd.Process.Pid)
		started <- nil
		c.wait(files)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("it can't be started: %w", err)
	}
	go c.readLines(files.stdout, c.stdoutLine())
	go c.readLines(files.stderr, func(line string) { c.out.line("stderr", line) })
	return nil
}

func (c *child) readLines(from *os.File, f func(string)) {
	defer c.readers.Done()
	eachLine(from, f)
	_ = from.Close()
}

// wait returns when the process and all of its group are gone.
func (c *child) wait(files *pipes) {
	pid := c.cmd.Process.Pid
	awaitEnd(c.cmd)
	c.mu.Lock()
	c.pid = 0
	c.mu.Unlock()
	killGroup(pid)
	_ = c.cmd.Wait()
	killMarked(c.dir)
	files.drain()
	c.readers.Wait() // its last words may say why it ended
	c.mu.Lock()
	c.how = c.cmd.ProcessState.String()
	c.mu.Unlock()
	_ = c.handshakeWrite.CloseWithError(io.EOF)
	close(c.exited)
}

func (c *child) born(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pid = pid
	limitMemory(pid, c.memory+goReserves)
	if c.doomed {
		killGroup(pid)
	}
}

// number is the process's; 0 before its start and after its end.
func (c *child) number() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pid
}

var handshakeLine = regexp.MustCompile(`^\d+\|\d+\|[a-z]+\|[^|]+`)

// stdoutLine hands go-plugin the handshake and logs everything else: so what a
// vendor's init prints does no harm.
func (c *child) stdoutLine() func(string) {
	seen := false
	return func(line string) {
		if !seen && handshakeLine.MatchString(line) {
			seen = true
			go func() { // nobody may be listening any more
				_, _ = io.WriteString(c.handshakeWrite, line+"\n")
				_ = c.handshakeWrite.Close()
			}()
			return
		}
		c.out.line("stdout", line)
	}
}

// end closes the plugin's standard input, which it takes as a goodbye.
func (c *child) end() { _ = c.stdin.Close() }

// kill ends it and its group, frozen or not. It doesn't wait.
func (c *child) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doomed = true
	if c.pid != 0 {
		killGroup(c.pid)
	}
}

// running reports whether it was started and hasn't ended; how is "" until it
// has.
func (c *child) running() (yes bool, how string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pid != 0, c.how
}

// Wait is for go-plugin.
func (c *child) Wait(context.Context) error {
	<-c.exited
	return nil
}

// Kill is for go-plugin.
func (c *child) Kill(context.Context) error {
	c.kill()
	return nil
}

// Stdout is for go-plugin: the handshake.
func (c *child) Stdout() io.ReadCloser { return c.handshake }

// Stderr is for go-plugin: nothing, it is read here.
func (c *child) Stderr() io.ReadCloser {
	r, w := io.Pipe()
	_ = w.Close()
	return r
}

// Name is for go-plugin.
func (c *child) Name() string { return c.cmd.Path }

// ID is for go-plugin.
func (c *child) ID() string { return c.cmd.Path }

// Diagnose is for go-plugin.
func (c *child) Diagnose(context.Context) string { return "" }

// PluginToHost is for go-plugin: it allows a socket in the plugin's folder and
// nothing else.
func (c *child) PluginToHost(network, address string) (string, string, error) {
	if network != "unix" || filepath.Dir(address) != c.dir {
		return "", "", fmt.Errorf("it listens at %s %s, not in its own folder; build it with sdk/plugin", network, address)
	}
	return network, address, nil
}

// HostToPlugin is for go-plugin.
func (c *child) HostToPlugin(string, string) (string, string, error) {
	return "", "", errors.New("a plugin has no way to call the server")
}

// pipes are the process's standard streams, and the one by which it is called.
type pipes struct {
	stdout, stderr *os.File
	theirs         []*os.File
	stdin          *os.File
	stream         *os.File
}

func (c *child) pipes() (*pipes, error) {
	inRead, inWrite, err1 := os.Pipe()
	outRead, outWrite, err2 := os.Pipe()
	errRead, errWrite, err3 := os.Pipe()
	ours, theirs, err4 := socketPair()
	p := &pipes{stdout: outRead, stderr: errRead, stdin: inWrite, stream: ours, theirs: []*os.File{inRead, outWrite, errWrite, theirs}}
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		p.closeTheirs()
		p.closeOurs()
		return nil, err
	}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = inRead, outWrite, errWrite
	c.cmd.ExtraFiles = []*os.File{theirs}
	c.stdin, c.stream = inWrite, ours
	return p, nil
}

func (p *pipes) closeTheirs() {
	for _, f := range p.theirs {
		_ = f.Close() // of nil: an error, and nothing else
	}
}

func (p *pipes) closeOurs() {
	for _, f := range []*os.File{p.stdin, p.stdout, p.stderr, p.stream} {
		_ = f.Close()
	}
}

// drain gives the readers a moment for what is there, and no more: a child that left the
// group could hold the pipes for ever.
func (p *pipes) drain() {
	_ = p.stdin.Close()
	_ = p.stream.Close() // perhaps it is closed already
	const longEnough = 200 * time.Millisecond
	for _, f := range []*os.File{p.stdout, p.stderr} {
		if f.SetReadDeadline(time.Now().Add(longEnough)) != nil {
			_ = f.Close()
		}
	}
}
