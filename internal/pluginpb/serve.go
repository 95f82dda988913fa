package pluginpb

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"runtime/debug"
	"strconv"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// MaxRequest is the largest wave that is taken, in bytes.
const MaxRequest = 64 << 20

// Serving is how an extension's process serves the server that started it.
func Serving(server ExtensionServer) *plugin.ServeConfig {
	return &plugin.ServeConfig{
		HandshakeConfig:  Handshake,
		VersionedPlugins: Plugins(server),
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(o, grpc.MaxRecvMsgSize(MaxRequest))...)
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
func Serve(server ExtensionServer) {
	if os.Getenv("GOGC") == "" {
		// Hooks leave much behind and keep little: collecting less often
		// costs some megabytes.
		debug.SetGCPercent(500)
	}
	if conn := streamOfServer(); conn != nil {
		stream := NewStream(conn, MaxRequest, math.MaxInt32)
		go stream.serve(server)
		server = streaming{server}
	}
	go EndWithServer()
	plugin.Serve(Serving(server))
}

// streamOfServer is this process's end of its stream; nil where a server that
// was built before gave it none.
func streamOfServer() net.Conn {
	number, err := strconv.ParseUint(os.Getenv(EnvStream), 10, 31)
	_ = os.Unsetenv(EnvStream) // what this process starts has no such file
	if err != nil {
		return nil
	}
	file := os.NewFile(uintptr(number), "stream")
	if file == nil {
		return nil
	}
	defer file.Close()
	conn, err := net.FileConn(file)
	if err != nil {
		return nil
	}
	return conn
}

// streaming says that calls may come by the stream.
type streaming struct{ ExtensionServer }

func (s streaming) Open(ctx context.Context, r *OpenRequest) (*OpenResponse, error) {
	response, err := s.ExtensionServer.Open(ctx, r)
	if response != nil {
		response.Streams = true
	}
	return response, err
}

// serve answers what comes by the stream, several calls at once, until the
// server closes it.
func (s *Stream) serve(server ExtensionServer) {
	for {
		request := new(RunRequest)
		call, failure, err := s.Receive(request)
		if err != nil || failure != nil {
			_ = s.Close()
			return
		}
		go s.answer(server, call, request)
	}
}

func (s *Stream) answer(server ExtensionServer, call uint64, request *RunRequest) {
	response, err := server.Run(context.Background(), request)
	if err == nil {
		if err = s.Send(call, response); err == nil {
			return
		}
	}
	_ = s.Fail(call, fmt.Sprint(err))
}
