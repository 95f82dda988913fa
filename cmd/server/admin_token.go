package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/internal/files"
)

const adminTokenEnv = "MANYTILL_ADMIN_TOKEN"

type adminCommand struct {
	Token adminTokenCommand `cmd:"" help:"Make a new admin token. The server must be stopped."`
}

type adminTokenCommand struct {
	storeFlags
	New  bool   `required:"" help:"Make a new token; the old one stops working. (Only a hash of a token is stored, so an old one can't be shown again.)"`
	File string `name:"admin-token-file" type:"path" help:"Write the token into this file (mode 0600) and don't print it." placeholder:"FILE"`
}

// Run replaces the admin token of the database.
func (a *adminTokenCommand) Run(ctx context.Context, s streams) (err error) {
	st, _, err := a.open(ctx, "a new admin token")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	token := directory.NewAdminToken()
	if a.File != "" {
		if err := writeToken(a.File, token); err != nil {
			return fmt.Errorf("the new admin token can't be written, and the old one is still good: %w", err)
		}
	}
	if err := directory.PutAdmin(ctx, st, token); err != nil {
		if a.File != "" {
			err = fmt.Errorf("the new admin token is in %s, but could not be stored; run this again: %w", a.File, err)
		}
		return err
	}
	if a.File == "" {
		_, err = fmt.Fprintf(s.out, "The new admin token, shown this once: %s\nThe old one has stopped working. Start the server now.\n", token)
		return err
	}
	_, err = fmt.Fprintf(s.out, "The new admin token is in %s. The old one has stopped working. Start the server now.\n", a.File)
	return err
}

// writeToken has a token on disk before a database knows it: a power cut must not leave
// a token in force that nobody can read.
func writeToken(path, token string) error {
	if err := os.Chmod(path, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return files.Write(path, []byte(token+"\n"), 0o600)
}

// givenAdminToken is the token in the file or, without a file, in the
// environment; "" if there is none.
func givenAdminToken(file string) (token, from string, err error) {
	text, from := os.Getenv(adminTokenEnv), adminTokenEnv
	if file != "" {
		raw, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return "", file, nil
		}
		if err != nil {
			return "", file, err
		}
		if text, from = string(raw), file; len(text) == 0 {
			return "", file, fmt.Errorf("%s is empty; write an admin token into it, or remove it, so that the first start makes one", file)
		}
	}
	token, err = directory.AdminToken(text)
	if err != nil {
		return "", from, fmt.Errorf("%s can't be the admin token: %w", from, err)
	}
	return token, from, nil
}

// announceAdmin gives an empty database its admin token. A token that it makes
// is written into the file or, without a file, to out. It is never logged.
func (s *server) announceAdmin(ctx context.Context, file string, out io.Writer) error {
	token, from, err := givenAdminToken(file)
	if err != nil {
		return err
	}
	if token != "" {
		return s.takeAdmin(ctx, token, from)
	}
	if has, err := s.store.HasAdmin(ctx); err != nil || has {
		return err
	}
	if file != "" {
		token = directory.NewAdminToken()
		if err := writeToken(file, token); err != nil {
			return err
		}
		s.log.Info("an admin token was made", "file", file)
		return s.takeAdmin(ctx, token, file)
	}
	made, err := s.api.Directory().EnsureAdmin(ctx, "")
	if err != nil {
		return err
	}
	s.log.Info("an admin token was made; it was printed to standard output, this once")
	_, err = fmt.Fprintf(out, "The admin token, shown this once: %s\n", made)
	return err
}

// takeAdmin stores a given token in a database that has none. A database that
// has another one keeps it.
func (s *server) takeAdmin(ctx context.Context, token, from string) error {
	made, err := s.api.Directory().EnsureAdmin(ctx, token)
	if err != nil || made != "" {
		return err
	}
	if caller, bad := s.api.Directory().Authenticate(ctx, token); bad != nil || !caller.Admin {
		s.log.Warn("the given admin token is ignored: the database has another one. To make a new one: manytill admin token --new", "given", from)
	}
	return nil
}
