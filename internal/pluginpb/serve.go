package pluginpb

import (
	"os"
	"runtime/debug"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// maxRequest is the largest wave that is taken, in bytes.
const maxRequest = 64 << 20

// Serving is how an extension's process serves the server that started it.
func Serving(server ExtensionServer) *plugin.ServeConfig {
	return &plugin.ServeConfig{
		HandshakeConfig:  Handshake,
		VersionedPlugins: Plugins(server),
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(o, grpc.MaxRecvMsgSize(maxRequest))...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Name: "plugin", Level: hclog.Warn, Output: os.Stderr}),
	}
}

// Started reports whether a server started this process.
func Started() bool {
	return os.Getenv(Handshake.MagicCookieKey) == Handshake.MagicCookieValue
}

// Serve answers the server that started this process, and returns when it is
// done with it.
func Serve(config *plugin.ServeConfig) {
	if os.Getenv("GOGC") == "" {
		// Hooks leave much behind and keep little: collecting less often
		// costs some megabytes.
		debug.SetGCPercent(500)
	}
	go EndWithServer()
	plugin.Serve(config)
}
