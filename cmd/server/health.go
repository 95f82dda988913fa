package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/manytill/manytill/cmd/server/admin"
)

type healthCommand struct {
	Server string `default:"http://127.0.0.1:8080" env:"MANYTILL_SERVER" help:"Address of the running server." placeholder:"URL"`
	CA     string `name:"ca" help:"Trust this certificate authority (PEM), such as the server's ca.pem." placeholder:"FILE"`
}

// healthTime is less than what health checks of containers wait.
const healthTime = 5 * time.Second

// Run is an error unless the server can store.
func (h *healthCommand) Run(ctx context.Context, s streams) error {
	calls, err := admin.HTTP(h.CA)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(h.Server, "/")+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("--server must be an address like http://127.0.0.1:8080: %w", err)
	}
	answer, err := calls.Do(r)
	if err != nil {
		return fmt.Errorf("no server answers at %s: %w", h.Server, err)
	}
	defer answer.Body.Close()
	var said struct { // of a protocol.StatusResponse, or a protocol.Problem
		Damaged int
		Stuck   []string
		Message string
	}
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil || answer.Header.Get("Server") != "manytill" {
		return fmt.Errorf("what answers at %s (%s) is no Manytill; give --server its address", h.Server, answer.Status)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server at %s isn't ready: %s", h.Server, said.Message)
	}
	_, err = fmt.Fprintf(s.out, "%s is ready; damaged places: %d; multi-sessions that wait for a decision: %d\n", h.Server, said.Damaged, len(said.Stuck))
	return err
}
