package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/manytill/manytill/internal/pluginpb"
)

// serveDebugged serves without being started by the server, until an
// interrupt.
func serveDebugged(e Extension, config *goplugin.ServeConfig) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	attach, done := serveHere(ctx, config)
	name := e.Name
	if name == "" {
		name = filepath.Base(os.Args[0])
	}
	select {
	case <-done:
	case at := <-attach:
		env, err := json.Marshal(map[string]pluginpb.Reattach{name: reattach(at)})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		fmt.Printf("Waiting. Start the server, with a long timeout of this extension in its config, with this in its environment:\n\n%s='%s'\n\n",
			pluginpb.EnvReattach, env)
		<-done
	}
}

// ServeHere serves an extension in this process until ctx ends, and says where. It is
// for sdk/sdktest: so a test's extension is called as any other, and can be debugged
// and raced.
func ServeHere(ctx context.Context, e Extension) (pluginpb.Reattach, error) {
	if err := e.check(); err != nil {
		return pluginpb.Reattach{}, err
	}
	config := pluginpb.Serving(newServer(e))
	config.Logger = hclog.NewNullLogger() // its end isn't worth a word
	attach, done := serveHere(ctx, config)
	select {
	case at := <-attach:
		return reattach(at), nil
	case <-done:
		return pluginpb.Reattach{}, errors.New("it could not listen on a socket; the log says why")
	}
}

func serveHere(ctx context.Context, config *goplugin.ServeConfig) (attach chan *goplugin.ReattachConfig, done chan struct{}) {
	attach, done = make(chan *goplugin.ReattachConfig, 1), make(chan struct{})
	config.Test = &goplugin.ServeTestConfig{Context: ctx, ReattachConfigCh: attach, CloseCh: done}
	go goplugin.Serve(config)
	return attach, done
}

func reattach(at *goplugin.ReattachConfig) pluginpb.Reattach {
	return pluginpb.Reattach{Network: at.Addr.Network(), Address: at.Addr.String(), PID: at.Pid, Version: at.ProtocolVersion}
}
