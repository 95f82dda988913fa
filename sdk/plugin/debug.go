package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	goplugin "github.com/hashicorp/go-plugin"
	"github.com/manytill/manytill/internal/pluginpb"
)

// serveDebugged serves without being started by the server, until an
// interrupt.
func serveDebugged(e Extension, config *goplugin.ServeConfig) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	attach, done := make(chan *goplugin.ReattachConfig, 1), make(chan struct{})
	config.Test = &goplugin.ServeTestConfig{Context: ctx, ReattachConfigCh: attach, CloseCh: done}
	go goplugin.Serve(config)
	name := e.Name
	if name == "" {
		name = filepath.Base(os.Args[0])
	}
	select {
	case <-done:
	case at := <-attach:
		env, err := json.Marshal(map[string]pluginpb.Reattach{
			name: {Network: at.Addr.Network(), Address: at.Addr.String(), PID: at.Pid, Version: at.ProtocolVersion},
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		fmt.Printf("Waiting. Start the server, with a long timeout of this extension in its config, with this in its environment:\n\n%s='%s'\n\n",
			pluginpb.EnvReattach, env)
		<-done
	}
}
