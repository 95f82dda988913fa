package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/oldwire"
)

// oldWireConfig serves tills of the older multi-session module; without a path it is
// off.
type oldWireConfig struct {
	Path       string `yaml:"path" also:"url prefix address"`
	SecretFile string `yaml:"secret_file" also:"secret token key password"`
}

var (
	oldWirePath   = regexp.MustCompile(`^(/[A-Za-z0-9._-]+)+$`)
	oldWireSecret = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)
)

// shortestOldSecret is how many characters it has at least.
const shortestOldSecret = 16

// ownPaths are first parts of paths that the server needs itself; pages are checked
// when they are loaded.
var ownPaths = []string{"/v1", "/healthz", "/readyz", "/metrics", "/openapi.json"}

func (o oldWireConfig) checks() []check {
	return []check{
		{"old_wire", (o.Path == "") != (o.SecretFile == ""), "old_wire needs both path and secret_file"},
		{"old_wire.path", o.Path != "" && !oldWirePath.MatchString(o.Path), "old_wire.path must be a path like /old, without a slash at its end"},
		{"old_wire.path", covers(o.Path, ownPaths), "old_wire.path must not be one that the server needs itself; take another, like /old"},
	}
}

// covers reports whether one of the paths is at or below a path, or it below one of
// them.
func covers(path string, paths []string) bool {
	for _, other := range paths {
		if path != "" && (strings.HasPrefix(path+"/", other+"/") || strings.HasPrefix(other+"/", path+"/")) {
			return true
		}
	}
	return false
}

// oldWireSecret reads the secret that stands in the tills' sync_server; "" where old_wire is
// off.
func (c *config) oldWireSecret() (string, error) {
	if c.OldWire.Path == "" {
		return "", nil
	}
	text, err := os.ReadFile(c.path(c.OldWire.SecretFile))
	if err != nil {
		return "", fmt.Errorf("old_wire.secret_file: %w; write a secret into it: openssl rand -hex 20", err)
	}
	secret := strings.TrimSpace(string(text))
	if len(secret) < shortestOldSecret || !oldWireSecret.MatchString(secret) {
		return "", fmt.Errorf("old_wire.secret_file: the secret in %s must have at least %d of A-Z a-z 0-9 . _ ~ -, since it stands in an address", c.OldWire.SecretFile, shortestOldSecret)
	}
	return secret, nil
}

// oldWire puts a bridge for old tills before the API, where the config asks for it.
func (s *server) oldWire(life context.Context, hub *multisession.Hub) (http.Handler, error) {
	secret, err := s.config.oldWireSecret()
	if err != nil || secret == "" {
		return s.api, err
	}
	if covers(s.config.OldWire.Path, s.pages.Paths()) {
		return nil, fmt.Errorf("old_wire.path: %s is the address of a page; take another, like /old", s.config.OldWire.Path)
	}
	limits := s.config.limits()
	bridge := oldwire.New(oldwire.Config{
		Path: s.config.OldWire.Path, Secret: secret, Directory: s.api.Directory(), Hub: hub, Store: s.store, Schema: s.chain.Schema,
		Gate: s.api, Limits: limits.Order, BodyBytes: limits.BodyBytes, Now: time.Now, Log: s.log,
	})
	go bridge.Run(life)
	s.drains = append(s.drains, bridge.Drain)
	s.log.Info("old tills are served", "path", s.config.OldWire.Path)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, s.config.OldWire.Path+"/") {
			bridge.ServeHTTP(w, r)
			return
		}
		s.api.ServeHTTP(w, r)
	}), nil
}
