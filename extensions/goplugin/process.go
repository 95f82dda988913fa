package goplugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"github.com/manytill/manytill/internal/pluginpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// process is one start of a plugin, from its handshake to its end.
type process struct {
	o      *Options
	child  *child // nil where it was attached to
	client *plugin.Client
	conn   *grpc.ClientConn
	rpc    pluginpb.ExtensionClient
	stream *caller // nil for one that has none, and is called by rpc
	hello  *pluginpb.OpenResponse
	words  *writer
	gather gatherer
	gone   chan struct{} // closed when it ended; never, where it was attached to

	mu     sync.Mutex
	reason error // why we ended it
}

// start starts a process and opens it. It takes at most StartTimeout, or ends
// with ctx. Nothing is left of what didn't start.
func start(ctx context.Context, o *Options, f *folder) (*process, error) {
	late := fmt.Errorf("it wasn't ready %s after its start", o.StartTimeout)
	outer := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, o.StartTimeout, late)
	defer cancel()
	p := &process{o: o, words: newWriter(o), gone: make(chan struct{})}
	if err := p.prepare(f); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- p.connect(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		p.end(err)
		go p.client.Kill() // closes what it opened; it may block for a while
		if outer.Err() != nil {
			err = &unfitError{"its start was given up: " + context.Cause(outer).Error()}
		}
		return nil, p.explain(err)
	}
	return p, nil
}

// prepare makes the client of go-plugin: one for each start.
func (p *process) prepare(f *folder) error {
	out := &output{log: p.o.Log, records: p.o.Own != nil}
	config := &plugin.ClientConfig{
		HandshakeConfig:  pluginpb.Handshake,
		VersionedPlugins: pluginpb.Plugins(nil),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		StartTimeout:     p.o.StartTimeout,
		SkipHostEnv:      true,
		Logger:           hclog.NewNullLogger(),
		SyncStdout:       &stream{to: out, name: "stdout"},
		SyncStderr:       &stream{to: out, name: "stderr"},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(p.o.MaxAnswer)), grpc.WithDisableRetry(), grpc.WithDisableServiceConfig(),
		},
	}
	if p.o.Reattach != nil {
		return p.prepareAttached(config)
	}
	var args []string
	if p.o.Own != nil {
		args = p.o.Own.Args
	} else if err := checkSum(p.o.Exec, p.o.SHA256); err != nil {
		return err
	} else if err := checkProgram(p.o.Exec); err != nil {
		return err
	}
	dir, err := f.start()
	if err != nil {
		return err
	}
	config.UnixSocketConfig = &plugin.UnixSocketConfig{TempDir: dir}
	cmd := exec.Command(p.o.Exec, args...)
	if p.o.Own != nil {
		cmd.Args[0] = "manytill" // what it is called where processes are listed
	}
	const firstExtra = 3 // of cmd.ExtraFiles
	cmd.Dir, cmd.Env = p.o.Dir, append([]string{memoryEnv(p.o.Memory), fmt.Sprintf("%s=%d", pluginpb.EnvStream, firstExtra)}, p.o.Env...)
	p.child = newChild(cmd, dir, p.o.Memory, out)
	config.RunnerFunc = func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
		cmd.Env = append(cmd.Env, socketsIn(dir, spec.Env)...)
		return p.child, nil
	}
	p.client = plugin.NewClient(config)
	return nil
}

// socketsIn is the environment that go-plugin wants for its handshake, with a
// folder of ours: its own would make the path longer than a socket's may be.
func socketsIn(dir string, env []string) (changed []string) {
	for _, e := range env {
		if !strings.HasPrefix(e, plugin.EnvUnixSocketDir+"=") {
			changed = append(changed, e)
		}
	}
	return append(changed, plugin.EnvUnixSocketDir+"="+dir)
}

func (p *process) prepareAttached(config *plugin.ClientConfig) error {
	at := p.o.Reattach
	set, known := config.VersionedPlugins[at.Version]
	if !known {
		return fmt.Errorf("the plugin that runs already speaks version %d, this server %d: build it with this server's sdk", at.Version, pluginpb.Version)
	}
	address, err := net.ResolveUnixAddr(at.Network, at.Address)
	if err != nil {
		return fmt.Errorf("the plugin that runs already: %w", err)
	}
	config.VersionedPlugins, config.Plugins = nil, set
	config.Reattach = &plugin.ReattachConfig{
		Protocol: plugin.ProtocolGRPC, ProtocolVersion: at.Version, Addr: address, Pid: at.PID, Test: true,
	}
	p.client = plugin.NewClient(config)
	return nil
}

// connect starts the process and asks what it is. It may block for as long as
// the process lives: nothing in go-plugin has a deadline.
func (p *process) connect(ctx context.Context) error {
	protocol, err := p.client.Client()
	if err != nil {
		return err
	}
	if p.child != nil {
		go p.watchMemory()
	}
	raw, err := protocol.Dispense(pluginpb.Service)
	if err != nil {
		return err
	}
	p.rpc = raw.(pluginpb.ExtensionClient)
	p.conn = protocol.(*plugin.GRPCClient).Conn
	config, err := p.o.config()
	if err != nil {
		return err
	}
	request := &pluginpb.OpenRequest{
		Config: config, Readable: p.o.readable(), Fields: p.o.fields(), Lines: p.o.Description.Lines, Stores: p.o.Description.StorageKeys > 0,
		Effects: p.o.effects(), Schema: int32(p.o.Description.SchemaVersion),
	}
	if p.o.Own != nil {
		request.Load = p.o.Own.Load
	}
	p.hello, err = p.rpc.Open(ctx, request)
	gone := false
	if err != nil && p.child != nil && (p.o.Own != nil || status.Code(err) == codes.Unavailable) {
		if gone = p.ended(time.Second); gone {
			err = p.why()
		}
	}
	switch {
	case err != nil && p.o.Own != nil:
		return &unfitError{"its files can't be loaded: " + err.Error()}
	case gone:
		return err
	case err != nil:
		return fmt.Errorf("it doesn't answer as an extension does, build it with this server's sdk: %w", err)
	}
	if problem := p.hello.GetError(); problem != "" && p.o.Own != nil {
		return &unfitError{problem}
	}
	if _, err := described(p.o.Description, p); err != nil {
		return err
	}
	if problem := p.hello.GetError(); problem != "" {
		return errors.New(problem)
	}
	if p.hello.GetKeepsStorage() {
		p.words.storage = newStorageMemory()
	}
	if p.hello.GetKeepsLines() && p.words.lines {
		p.words.memory = newMemory()
	}
	if p.child != nil {
		if err := p.beginStream(); err != nil {
			return err
		}
		go p.watch()
	}
	return nil
}

// beginStream is for one that says it reads its stream.
func (p *process) beginStream() error {
	file := p.child.stream
	defer file.Close() // conn is a copy
	if !p.hello.GetStreams() {
		return nil
	}
	conn, err := net.FileConn(file)
	if err != nil {
		return fmt.Errorf("its stream: %w", err)
	}
	p.stream = newCaller(conn, p.o.MaxAnswer)
	return nil
}

// watch waits for the end and clears up.
func (p *process) watch() {
	<-p.child.exited
	_ = os.RemoveAll(p.child.dir)
	if p.stream != nil {
		_ = p.stream.stream.Close()
	}
	close(p.gone)
	p.client.Kill() // with its process gone this closes the connection, and doesn't block
}

// kill ends the process and its group, and doesn't wait.
func (p *process) kill(reason error) {
	p.mu.Lock()
	if p.reason == nil {
		p.reason = reason
	}
	p.mu.Unlock()
	if p.child != nil {
		p.child.kill()
	}
}

// end kills and waits until it is done; no longer than a moment, it may hang
// in the kernel, on a broken disk perhaps.
func (p *process) end(reason error) {
	p.kill(reason)
	if p.child == nil {
		return
	}
	if running, _ := p.child.running(); running {
		p.ended(2 * time.Second)
	}
}

// ending reports that it ended or was killed: what is called now would fail.
func (p *process) ending() bool {
	if p.child == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	running, _ := p.child.running()
	return p.reason != nil || !running
}

// why it ended, once it is gone.
func (p *process) why() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reason != nil {
		return p.reason
	}
	return p.how()
}

// killedByOthers is how a process ended that nobody here killed.
const killedByOthers = "signal: killed"

func (p *process) how() error {
	_, how := p.child.running()
	words := "it ended: " + how
	if how == killedByOthers {
		words += " (not by this server: the system does that when the machine runs out of memory, and its log says so; memory: at this extension in the server's config bounds what it takes)"
	}
	if last := p.child.out.lastWords(); last != "" {
		words += ", " + last
		if ranOut(last) {
			words += fmt.Sprintf(" (it may take %s; %s)", size(p.o.Memory), memoryAdvice)
		}
	}
	return errors.New(words)
}

// unfitError is what needs no words of the process around it: what it says is
// wrong with its extension.
type unfitError struct{ words string }

func (e *unfitError) Error() string { return e.words }

// explain says why a start failed, for operators.
func (p *process) explain(err error) error {
	if p.child == nil {
		return fmt.Errorf("no plugin answers at %s: %w", p.o.Reattach.Address, err)
	}
	_ = os.RemoveAll(p.child.dir)
	text := err.Error()
	if unfit := (*unfitError)(nil); errors.As(err, &unfit) {
		return unfit
	}
	switch {
	case strings.Contains(text, "Unrecognized remote plugin message"), strings.Contains(text, "before we could connect"):
		if wrong := p.child.out.wrong(); wrong != "" {
			err = errors.New(wrong)
			break
		}
		err = fmt.Errorf("%w before it was ready; what it printed is in the log", p.how())
	case strings.Contains(text, "incompatible API version"):
		err = fmt.Errorf("it was built for another version of this server; build it with this one's sdk (%s)", text)
	}
	if p.o.Own != nil {
		return fmt.Errorf("its process doesn't start: %w", err)
	}
	return fmt.Errorf("the plugin %s doesn't work: %w", p.o.Exec, err)
}
