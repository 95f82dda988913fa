package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk"
)

// doing is an order whose run lets the effect "waits" go on.
type doing struct{ order }

var (
	begun = make(chan struct{})
	ran   = make(chan struct{})
)

func (o *doing) ApplyMSData(sdk.Record) error {
	o.PIDs = []int{os.Getpid()}
	if o.UID() == "lets go" {
		<-begun
		close(ran)
	}
	return nil
}

func do(ctx context.Context, e sdk.Effect) (sdk.Result, error) {
	switch e.Key {
	case "panic":
		panic("no reason")
	case "error":
		return "", errors.New("the printer is off")
	case "exit":
		os.Exit(3)
	case "long":
		<-ctx.Done()
		return "", ctx.Err()
	case "waits":
		close(begun)
		select {
		case <-ran:
		case <-ctx.Done():
		}
	case "nothing":
		return "", nil
	case "garbage":
		return "{", nil
	case "large":
		return sdk.ResultOf(strings.Repeat("x", 70_000))
	case "larger":
		return sdk.ResultOf(strings.Repeat("x", 20<<20))
	}
	return sdk.ResultOf(e)
}

// badEffects are wanted as no hook of ours would.
type badEffects struct{ short }

func (badEffects) Open(context.Context, *pluginpb.OpenRequest) (*pluginpb.OpenResponse, error) {
	return &pluginpb.OpenResponse{Models: []string{"order"}, DoesEffects: true}, nil
}

func (badEffects) Run(_ context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	effects := map[string][]*pluginpb.Effect{
		"no key":  {{Name: "book", Data: "1"}},
		"no JSON": {{Name: "book", Key: "k", Data: "{"}},
		"large":   {{Name: "book", Key: "k", Data: `"` + strings.Repeat("x", 70_000) + `"`}},
		"many":    make([]*pluginpb.Effect, 1001),
		"good":    {{Name: "book", Key: "k", Data: "1.50"}},
	}
	return &pluginpb.RunResponse{Results: []*pluginpb.Result{{Effects: effects[r.GetOrders()[0].GetId()]}}}, nil
}
