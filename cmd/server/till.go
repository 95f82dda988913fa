package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/manytill/manytill/cmd/server/admin"
	"github.com/manytill/manytill/cmd/server/terminal"
)

type tillCommand struct {
	Server string `required:"" env:"MANYTILL_SERVER" help:"Address of the server." placeholder:"URL"`
	Token  string `required:"" env:"MANYTILL_TOKEN" help:"The token of this POS." placeholder:"TOKEN"`
	User   string `help:"Who stands here: a cashier of the catalogue, or any name." placeholder:"NAME"`
	Data   string `help:"The folder of this till's queue; by default one of its own for this server and token." placeholder:"DIR"`
	CA     string `name:"ca" help:"Trust this certificate authority (PEM), such as the server's ca.pem." placeholder:"FILE"`
}

// Run is a point of sale in this terminal.
func (t *tillCommand) Run(ctx context.Context, s streams) error {
	calls, err := admin.HTTP(t.CA)
	if err != nil {
		return err
	}
	calls.Timeout = 0
	dir := t.Data
	if dir == "" {
		if dir, err = t.ownFolder(); err != nil {
			return err
		}
	}
	return terminal.Run(ctx, terminal.Config{
		Server: t.Server, Token: t.Token, User: t.User, Dir: dir, HTTP: calls, In: s.in, Out: s.out,
	})
}

// ownFolder is one for each server and token.
func (t *tillCommand) ownFolder() (string, error) {
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("say with --data where the queue is to be kept: %w", err)
		}
		base = filepath.Join(home, ".local", "share")
	}
	sum := sha256.Sum256([]byte(t.Server + " " + t.Token))
	return filepath.Join(base, "manytill", "till-"+hex.EncodeToString(sum[:6])), nil
}
