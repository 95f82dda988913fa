//go:build linux

package deploy_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
)

// startCaddy starts it with caddy/Caddyfile before two servers, and with a certificate of
// the test: while Caddy gets one of its own, its cleaning of the same folder may take the
// half of it away, and it tries again a minute later. more are further texts to replace.
func startCaddy(t testing.TB, nodes [2]*node, more ...string) *front {
	t.Helper()
	path, err := exec.LookPath("caddy")
	require.NoError(t, err, "make tools installs it")
	dir, secure := t.TempDir(), freeport.Address()
	front := newTLSFront(t, dir, secure)
	certificate := fmt.Sprintf("%s {\n\ttls %s/fullchain.pem %s/key.pem", secure, dir, dir)
	site := replaced(t, "caddy/Caddyfile", append([]string{"till.example {", certificate, "127.0.0.1:8080", nodes[0].address + " " + nodes[1].address}, more...)...)
	file := write(t, filepath.Join(dir, "Caddyfile"), "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"+site)
	c := exec.Command(path, "run", "--config", file, "--adapter", "caddyfile")
	c.Env = append(os.Environ(), "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir, "HOME="+dir)
	start(t, c).listening(secure)
	return front
}
