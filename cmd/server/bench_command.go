package main

import (
	"context"
	"os"
	"time"

	"github.com/manytill/manytill/cmd/server/bench"
)

type benchCommand struct {
	During  time.Duration `default:"10s" help:"How long each load runs."`
	Store   string        `default:"sqlite:bench.db" help:"The store to measure; its file lies in a temporary folder."`
	Sockets int           `default:"1000" help:"Idle WebSockets to open for measuring their memory."`
	Only    string        `enum:",load,one-writer,lines,frames,idle,extensions,start" default:"" help:"Measure one part: load, one-writer, lines, frames, idle, extensions or start."`
}

// Run measures this binary as a server in processes of their own.
func (b *benchCommand) Run(ctx context.Context) error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	return bench.Run(ctx, bench.Options{
		Binary: binary, During: b.During, Store: b.Store, Sockets: b.Sockets, Only: b.Only, Out: os.Stdout,
	})
}
