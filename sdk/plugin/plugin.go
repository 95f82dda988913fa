package plugin

import (
	"context"
	"fmt"
	"os"

	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
)

// Extension is what a vendor's program serves. All of it is optional but one
// of Order and Orderline.
type Extension struct {
	// Name and Version are checked against extension.yaml's.
	Name, Version string
	// Order and Orderline make a fresh instance of the vendor's struct for
	// each run of the hooks.
	Order     func() sdk.OrderHooks
	Orderline func() sdk.OrderlineHooks
	// Configure is called once, before any hook, with the settings of the
	// server's config. An error stops the extension from being enabled and is
	// shown to the operator.
	Configure func(settings sdk.Record) error
	// Effect does what an order's hook wanted done, which extension.yaml describes
	// under effects. It is called after the commit, and again after an error, a
	// crash or a timeout, until it gives a result; so it may be called twice for
	// one effect: hand on [sdk.Effect].ID, or look whether it was done. The result
	// comes back to the order's EffectResult. A panic is an error. ctx ends with the
	// effect's timeout: return then. Several effects may be under way at once, and
	// hooks run meanwhile: guard what they share. An effect that can't be done, and
	// never will be, is a result too: return it as one.
	Effect func(ctx context.Context, effect sdk.Effect) (sdk.Result, error)
}

// EnvDebug makes a plugin that is started by hand wait for a server to come to
// it (it prints how); so it can run under a debugger.
const EnvDebug = "MANYTILL_PLUGIN_DEBUG"

// Serve is the whole of a plugin's main: it answers the server's calls and
// returns when the server is done with it. Started by hand it says what to do
// instead, and ends the process with status 1.
func Serve(e Extension) {
	if err := e.check(); err != nil {
		fmt.Fprintln(os.Stderr, pluginpb.Unfit+err.Error())
		os.Exit(1)
	}
	switch {
	case pluginpb.Started():
		pluginpb.Serve(newServer(e))
	case os.Getenv(EnvDebug) != "":
		serveDebugged(e, pluginpb.Serving(newServer(e)))
	default:
		fmt.Fprintf(os.Stderr, "This is an extension of Manytill: name its folder under extensions in the server's config, and the server starts it.\n"+
			"To debug it, start it with %s=1 and follow what it prints.\n", EnvDebug)
		os.Exit(1)
	}
}

func (e *Extension) hooks() *runner.Set {
	return &runner.Set{Order: e.Order, Orderline: e.Orderline}
}

func (e *Extension) check() error {
	if e.Order == nil && e.Orderline == nil {
		return fmt.Errorf("it has no hooks: set Order or Orderline of plugin.Extension")
	}
	return e.hooks().Check()
}
