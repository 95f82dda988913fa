package pluginpb

import (
	"context"
	"errors"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// Version is the newest version of plugin.proto. A change that an older side
// would misunderstand is a new one; both sides offer all that they speak.
const Version = 1

// Service is the name under which the extension is dispensed.
const Service = "extension"

// Handshake tells a plugin that it was started by a server, and not by hand.
var Handshake = plugin.HandshakeConfig{
	MagicCookieKey:   "MANYTILL_EXTENSION",
	MagicCookieValue: "the hooks of orders and orderlines",
}

// Unfit begins the line by which a plugin says at its start what is wrong with
// its code.
const Unfit = "this extension can't be served: "

// WholeLine is the one name of lines that are written as JSON.
const WholeLine = "*"

// Kinds of a failure, where it matters to the chain which it is.
const (
	KindTime = "time"
	KindBusy = "busy"
)

// Plugins are the versions that a side speaks: a plugin gives its server, the
// host gives nil.
func Plugins(server ExtensionServer) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{Version: {Service: &adapter{server: server}}}
}

type adapter struct {
	plugin.NetRPCUnsupportedPlugin
	server ExtensionServer
}

func (a *adapter) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	if a.server == nil {
		return errors.New("no server was given")
	}
	RegisterExtensionServer(s, a.server)
	return nil
}

func (a *adapter) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return NewExtensionClient(conn), nil
}

// EnvReattach names plugins that run already, under a debugger perhaps: a JSON
// object of names and [Reattach].
const EnvReattach = "MANYTILL_PLUGIN_REATTACH"

// Reattach is where a plugin that runs already listens.
type Reattach struct {
	Network string `json:"network"`
	Address string `json:"address"`
	PID     int    `json:"pid"`
	Version int    `json:"version"`
}
