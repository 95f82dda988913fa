package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

var starts = map[string]func(){
	"exit":  func() { os.Exit(3) },
	"panic": func() { panic("at the start") },
	"near miss": func() {
		plugin.Serve(plugin.Extension{Name: "misbehave", Order: func() sdk.OrderHooks { return new(nearMiss) }})
	},
	"effects": func() {
		plugin.Serve(plugin.Extension{Name: "misbehave", Order: func() sdk.OrderHooks { return new(doing) }, Effect: do})
	},
	"effects, badly": func() { serve(pluginpb.Plugins(badEffects{})) },
	"silent":         func() { time.Sleep(time.Hour) },
	"print":          func() { fmt.Print("hello\n|||\n\x00\xff\n1|1\n") },
	"print for ever": func() {
		for {
			fmt.Println("y")
		}
	},
	"exit the second time": secondTime,
	"another version":      func() { serve(map[int]goplugin.PluginSet{99: pluginpb.Plugins(short{})[pluginpb.Version]}) },
	"short answer":         func() { serve(pluginpb.Plugins(short{})) },
	"bad answers":          func() { serve(pluginpb.Plugins(bad{})) },
	"built before":         func() { serve(pluginpb.Plugins(builtBefore{})) },
	"forgets storage":      func() { serve(pluginpb.Plugins(&forgetful{})) },
	"misses lines":         func() { serve(pluginpb.Plugins(missing{})) },
	"counts lines":         func() { serve(pluginpb.Plugins(counting{})) },
	"junk":                 junk,
	"junk by stream":       func() { serve(pluginpb.Plugins(streams{junk: []byte("junk, junk, junk, junk, junk, junk")})) },
	"garbage by stream": func() {
		serve(pluginpb.Plugins(streams{junk: []byte{0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 255, 255}}))
	},
	"closes its stream": func() { serve(pluginpb.Plugins(streams{})) },
	"elsewhere":         func() { fmt.Println("1|1|tcp|127.0.0.1:1|grpc|"); time.Sleep(time.Hour) },
	"environment":       environment,
}

// nearMiss has a method that almost is a hook.
type nearMiss struct{ sdk.OrderBase }

func (*nearMiss) ApplyMsData(sdk.Record) error { return nil }

func serve(versions map[int]goplugin.PluginSet) {
	goplugin.Serve(&goplugin.ServeConfig{HandshakeConfig: pluginpb.Handshake, VersionedPlugins: versions, GRPCServer: goplugin.DefaultGRPCServer})
	os.Exit(0)
}

// short answers for no record.
type short struct {
	pluginpb.UnimplementedExtensionServer
}

func (short) Open(context.Context, *pluginpb.OpenRequest) (*pluginpb.OpenResponse, error) {
	return &pluginpb.OpenResponse{Models: []string{"order"}}, nil
}

func (short) Run(context.Context, *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	return &pluginpb.RunResponse{}, nil
}

// bad answers what no hook of ours would.
type bad struct{ short }

func (bad) Run(_ context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	export, known := map[string][]string{
		"odd":  {"note"},
		"text": {"note", "{"},
		"size": {"note", "1e99"},
		"deep": {"note", strings.Repeat("[", 1_000_000)},
	}[r.Orders[0].Id]
	if !known {
		return nil, errors.New("not today")
	}
	return &pluginpb.RunResponse{Results: []*pluginpb.Result{{Export: export}}}, nil
}

// builtBefore doesn't know that lines can be kept.
type builtBefore struct{ short }

func (builtBefore) Run(_ context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	o := r.Orders[0]
	if o.Kept != 0 || o.Since != 0 || o.Gone != nil {
		return nil, errors.New("what is that?")
	}
	return &pluginpb.RunResponse{Results: []*pluginpb.Result{{Export: []string{"seen", fmt.Sprint(len(o.Lines.Ids))}}}}, nil
}

// missing never has the lines that it was sent.
type missing struct{ short }

func (missing) Open(context.Context, *pluginpb.OpenRequest) (*pluginpb.OpenResponse, error) {
	return &pluginpb.OpenResponse{Models: []string{"order"}, KeepsLines: true}, nil
}

func (missing) Run(context.Context, *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	return &pluginpb.RunResponse{Missing: []int32{0}}, nil
}

// forgetful forgets what it was sent of an order "forgotten", and never has that of
// "never". It says how many
// entries it was sent, and how many there are.
type forgetful struct {
	short
	kept pluginpb.Storages
}

func (*forgetful) Open(context.Context, *pluginpb.OpenRequest) (*pluginpb.OpenResponse, error) {
	return &pluginpb.OpenResponse{Models: []string{"order"}, KeepsStorage: true}, nil
}

func (f *forgetful) Run(_ context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	if r.Orders[0].Id == "forgotten" {
		f.kept = pluginpb.Storages{}
	}
	found, ok := f.kept.Of(r.Storages)
	if !ok || r.Orders[0].Id == "never" {
		return &pluginpb.RunResponse{StorageMissing: true}, nil
	}
	seen := fmt.Sprintf("[%d,%d]", len(r.Storages[0].Entries), found[0].Keys())
	return &pluginpb.RunResponse{Results: []*pluginpb.Result{{Export: []string{"seen", seen}}}}, nil
}

// streams says that it reads its stream, and writes junk on it, or closes it.
type streams struct {
	short
	junk []byte
}

func (s streams) Open(context.Context, *pluginpb.OpenRequest) (*pluginpb.OpenResponse, error) {
	stream := os.NewFile(3, "stream")
	if s.junk == nil {
		_ = stream.Close()
	} else if _, err := stream.Write(s.junk); err != nil {
		return nil, err
	}
	return &pluginpb.OpenResponse{Models: []string{"order"}, Streams: true}, nil
}

// counting says how many lines it was sent. It keeps none of the order
// "forgotten".
type counting struct{ missing }

func (counting) Run(_ context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	o := r.Orders[0]
	if o.Id == "forgotten" && o.Since != 0 {
		return &pluginpb.RunResponse{Missing: []int32{0}}, nil
	}
	seen := fmt.Sprintf("[%d,%d]", len(o.GetLines().GetIds()), len(o.Gone))
	return &pluginpb.RunResponse{Results: []*pluginpb.Result{{Export: []string{"seen", seen}}}}, nil
}

// junk shakes hands, and then speaks no gRPC.
func junk() {
	path := filepath.Join(os.Getenv(goplugin.EnvUnixSocketDir), "plugin")
	l, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	fmt.Printf("1|1|unix|%s|grpc|\n", path)
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			for {
				if _, err := conn.Write([]byte("junk junk junk junk\n")); err != nil {
					return
				}
			}
		}()
	}
}

// secondTime leaves a file behind, to know.
func secondTime() {
	if _, err := os.Stat(os.Getenv("MARK")); err == nil {
		os.Exit(4)
	}
	if err := os.WriteFile(os.Getenv("MARK"), nil, 0o600); err != nil {
		panic(err)
	}
}

func environment() {
	for _, e := range os.Environ() {
		fmt.Fprintln(os.Stderr, "env:", e)
	}
}
