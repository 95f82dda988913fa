//go:build linux

package goplugin_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

func TestDoesNotStart(t *testing.T) {
	goCommand, err := exec.LookPath("go")
	require.NoError(t, err)
	script := filepath.Join(t.TempDir(), "plugin.sh")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nexit 4\n"), 0o700))
	for name, c := range map[string]struct {
		change func(*goplugin.Options)
		says   string
	}{
		"exits":           {env("exit"), "it ended: exit status 3 before it was ready"},
		"panics":          {env("panic"), "panic: at the start before it was ready"},
		"a near miss":     {env("near miss"), "doesn't work: main.nearMiss.ApplyMsData is never called: did you mean ApplyMSData?"},
		"silent":          {env("silent"), "it wasn't ready 500ms after its start"},
		"prints for ever": {env("print for ever"), "it wasn't ready 500ms after its start"},
		"another version": {env("another version"), "build it with this one's sdk"},
		"junk":            {env("junk"), "doesn't work"},
		"elsewhere":       {env("elsewhere"), "not in its own folder"},
		"another file":    {func(o *goplugin.Options) { o.SHA256 = sum(t, host) }, "isn't the file that was pinned"},
		"no checksum":     {func(o *goplugin.Options) { o.SHA256 = "" }, `write sha256: "` + sum(t, misbehave)},
		"half a checksum": {func(o *goplugin.Options) { o.SHA256 = "abc" }, "no SHA-256 in hex"},
		"no such file":    {func(o *goplugin.Options) { o.Exec = "./nothing" }, "can't be read"},
		"no program":      {func(o *goplugin.Options) { o.Exec, o.SHA256 = "/etc/hostname", sum(t, "/etc/hostname") }, "is not a plugin: it is no program that was built with Go"},
		"another name":    {func(o *goplugin.Options) { o.Description.Name = "other" }, `its extension.yaml names it "other", its program "misbehave"`},
		"another release": {func(o *goplugin.Options) { o.Description.Version = "2.0.0" }, "was the program built anew?"},
		"wrong settings":  {func(o *goplugin.Options) { o.Config = map[string]any{"wrong": 1} }, "it can't work with its config: wrong is no setting"},
		"another field":   {field("notes", protocol.TypeString), `main.order.Note has the tag sync:"note", and extension.yaml names no such field of the order; did you mean "notes"?`},
		"another type":    {field("note", protocol.TypeNumber), "main.order.Note is a string and can't hold the field note, which extension.yaml says is of the type number"},
		"not a plugin":    {func(o *goplugin.Options) { o.Exec, o.SHA256 = "/bin/cat", sum(t, "/bin/cat") }, "is not a plugin: it is no program that was built with Go"},
		"another program": {func(o *goplugin.Options) { o.Exec, o.SHA256 = goCommand, sum(t, goCommand) }, "is not a plugin: it was built without github.com/manytill/manytill/sdk/plugin"},
		"a script":        {func(o *goplugin.Options) { o.Exec, o.SHA256 = script, sum(t, script) }, "exit status 4 before it was ready"},
		"a shared folder": {func(o *goplugin.Options) { o.SocketDir = "/tmp" }, "is open to others"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, misbehave)
			o.StartTimeout = time.Minute
			if strings.Contains(c.says, "wasn't ready 500ms") {
				o.StartTimeout = 500 * time.Millisecond
			}
			c.change(&o)
			_, err := goplugin.Start(context.Background(), o)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "extension "+o.Description.Name+": ")
			left, _ := filepath.Glob(filepath.Join(o.SocketDir, "h-*"))
			require.Empty(t, left)
		})
	}
}

// field is what extension.yaml says instead of the field note.
func field(name protocol.Field, kind protocol.Type) func(*goplugin.Options) {
	return func(o *goplugin.Options) {
		o.Description.Fields = map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: {
			name: {FieldSpec: protocol.FieldSpec{Type: kind}}, "pids": {FieldSpec: protocol.FieldSpec{Type: protocol.TypeArray}},
		}}
	}
}

func env(mode string) func(*goplugin.Options) {
	return func(o *goplugin.Options) { o.Env = []string{"MISBEHAVE=" + mode} }
}

// The binary is held against its checksum at each start.
func TestSwappedWhileRunning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "misbehave")
	raw, err := os.ReadFile(misbehave)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, raw, 0o700))
	k := start(t, options(t, path))
	k.works()
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.WriteFile(path, append(raw, 0), 0o700))
	_, err = k.run(5*time.Second, "exit")
	require.Error(t, err)
	require.Contains(t, k.await(goplugin.Down).Reason, "isn't the file that was pinned")
}

// A start that nobody waits for any more leaves nothing behind.
func TestStartIsCancelled(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=silent"}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("the server stops"))
	_, err := goplugin.Start(ctx, o)
	require.ErrorContains(t, err, "the server stops")
	left, _ := filepath.Glob(filepath.Join(o.SocketDir, "*"))
	require.Empty(t, left)
}

// A plugin ends when its standard input does: that is how it notices the end
// of its server where the system doesn't tell.
func TestEndsWithItsInput(t *testing.T) {
	cmd := exec.Command(misbehave)
	cmd.Env = []string{pluginpb.Handshake.MagicCookieKey + "=" + pluginpb.Handshake.MagicCookieValue, "TMPDIR=" + t.TempDir()}
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "|grpc|")
	require.NoError(t, in.Close())
	require.NoError(t, cmd.Wait())
}

// By hand it says what to do instead.
func TestStartedByHand(t *testing.T) {
	cmd := exec.Command(misbehave)
	cmd.Env = []string{}
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "name its folder under extensions in the server's config")
}
