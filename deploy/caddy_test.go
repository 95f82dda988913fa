//go:build linux

package deploy_test

import (
	"crypto/tls"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
)

// startCaddy starts it with caddy/Caddyfile before two servers. Its certificate is of an
// authority of its own, as it is for an address. more are further texts to replace.
func startCaddy(t testing.TB, nodes [2]*node, more ...string) *front {
	t.Helper()
	path, err := exec.LookPath("caddy")
	require.NoError(t, err, "make tools installs it")
	dir, secure := t.TempDir(), freeport.Address()
	site := replaced(t, "caddy/Caddyfile", append([]string{"till.example", secure, "127.0.0.1:8080", nodes[0].address + " " + nodes[1].address}, more...)...)
	// skip_install_trust: it would make its authority one of this machine's.
	file := write(t, filepath.Join(dir, "Caddyfile"), "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n"+site)
	c := exec.Command(path, "run", "--config", file, "--adapter", "caddyfile")
	c.Env = append(os.Environ(), "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir, "HOME="+dir)
	p := start(t, c)
	p.until("has its certificate", func() bool {
		c, err := tls.Dial("tcp", secure, &tls.Config{InsecureSkipVerify: true}) // whatever it is
		return err == nil && c.Close() == nil
	})
	return &front{url: "https://" + secure, http: trusting(t, filepath.Join(dir, "caddy/pki/authorities/local/root.crt"))}
}
