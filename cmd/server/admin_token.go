package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/manytill/manytill/core/directory"
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
	var file *os.File
	if a.File != "" {
		if file, err = os.OpenFile(a.File, os.O_WRONLY|os.O_CREATE, 0o600); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
	}
	token, err := directory.NewAdmin(ctx, st)
	if err != nil {
		return err
	}
	if file == nil {
		_, err = fmt.Fprintf(s.out, "The new admin token, shown this once: %s\nThe old one has stopped working. Start the server now.\n", token)
		return err
	}
	if err := fill(file, token); err != nil {
		return fmt.Errorf("the new admin token could not be written, and the old one has stopped; run this again: %w", err)
	}
	_, err = fmt.Fprintf(s.out, "The new admin token is in %s. The old one has stopped working. Start the server now.\n", a.File)
	return err
}

// fill writes a token into a file that others can't read any more, if they could.
func fill(file *os.File, token string) error {
	hidden := file.Chmod(0o600)
	_, err := file.WriteAt([]byte(token+"\n"), 0)
	return errors.Join(hidden, err, file.Truncate(int64(len(token)+1)), file.Sync())
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
func (s *server) announceAdmin(ctx context.Context, file string, out io.Writer) (err error) {
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
	var into *os.File
	if file != "" { // opened before the token is stored, so that it isn't lost if the file can't be written
		if into, err = os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, into.Close()) }()
	}
	made, err := s.api.Directory().EnsureAdmin(ctx, "")
	if err != nil {
		return err
	}
	if into != nil {
		s.log.Info("an admin token was made", "file", file)
		return fill(into, made)
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
