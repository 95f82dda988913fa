//go:build linux

package deploy_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/sdk/protocol"
)

// nginx is one that runs, with what is before it for clients.
type nginx struct {
	*program
	*front
	dir string
}

// startNginx starts it with nginx/manytill.conf before two servers. more are further
// texts of that file to replace.
func startNginx(t testing.TB, nodes [2]*node, more ...string) *nginx {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx" // which isn't in everybody's PATH
	}
	n := &nginx{dir: t.TempDir()}
	secure, plain := freeport.Address(), freeport.Address()
	n.front = newTLSFront(t, n.dir, secure)
	site := replaced(t, "nginx/manytill.conf", append([]string{
		"listen 443", "listen " + secure, "listen 80", "listen " + plain, "/etc/nginx/tls/", n.dir + "/",
		"/var/log/nginx/manytill.log", n.dir + "/access.log", "node-1:8080", nodes[0].address, "node-2:8080", nodes[1].address,
	}, more...)...)
	write(t, filepath.Join(n.dir, "manytill.conf"), site)
	user, temp := "", ""
	if os.Getuid() == 0 {
		user = "user root;\n"
	}
	for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp += fmt.Sprintf("\t%s_temp_path %s/%s;\n", what, n.dir, what)
	}
	// What Debian's nginx.conf says, as far as it matters, with paths of the test.
	main := write(t, filepath.Join(n.dir, "nginx.conf"), user+"daemon off;\nworker_processes 2;\nerror_log stderr warn;\npid "+n.dir+"/pid;\n"+
		"events { worker_connections 768; }\nhttp {\n\tsendfile on;\n\ttcp_nopush on;\n\tgzip on;\n"+temp+"\tinclude "+n.dir+"/manytill.conf;\n}\n")
	require.NoError(t, os.Chmod(n.dir, 0o755))
	n.program = start(t, exec.Command(path, "-e", "stderr", "-c", main))
	n.listening(secure, plain)
	redirects := *http.DefaultClient
	redirects.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer := (&front{url: "http://" + plain, http: &redirects}).ask(t, "GET", "/pos?x", nil, nil)
	require.Equal(t, http.StatusPermanentRedirect, answer.StatusCode)
	require.Equal(t, "https://127.0.0.1/pos?x", answer.Header.Get("Location"))
	return n
}

// newTLSFront writes fullchain.pem and key.pem into a folder, and is a client of who
// listens at an address with them.
func newTLSFront(t testing.TB, dir, address string) *front {
	borrowed := httptest.NewTLSServer(http.NotFoundHandler()) // its certificate is for 127.0.0.1
	defer borrowed.Close()
	key, err := x509.MarshalPKCS8PrivateKey(borrowed.TLS.Certificates[0].PrivateKey)
	require.NoError(t, err)
	for name, block := range map[string]*pem.Block{
		"fullchain.pem": {Type: "CERTIFICATE", Bytes: borrowed.Certificate().Raw},
		"key.pem":       {Type: "PRIVATE KEY", Bytes: key},
	} {
		write(t, filepath.Join(dir, name), string(pem.EncodeToMemory(block)))
	}
	transport := borrowed.Client().Transport.(*http.Transport).Clone()
	transport.ForceAttemptHTTP2 = true
	transport.TLSClientConfig.NextProtos = []string{"h2", "http/1.1"}
	t.Cleanup(transport.CloseIdleConnections)
	return &front{url: "https://" + address, http: &http.Client{Transport: transport}}
}

// log is its access log.
func (n *nginx) log() string {
	text, err := os.ReadFile(filepath.Join(n.dir, "access.log"))
	require.NoError(n.program.t, err)
	return string(text)
}

// TestProxies drives two servers through nginx and Caddy at once; then those behind nginx
// are killed.
func TestProxies(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	n := startNginx(t, s.nodes)
	behindNginx, behindCaddy := s.behind("nginx", n.front), s.behind("caddy", startCaddy(t, s.nodes))
	pollsEnd := []func(*testing.T){poll(t, behindNginx), poll(t, behindCaddy)}
	t.Run("nginx", func(t *testing.T) { drive(t, behindNginx) })
	t.Run("Caddy", func(t *testing.T) { drive(t, behindCaddy) })
	t.Run("HTTP/2", func(t *testing.T) {
		for _, s := range []*shop{behindNginx, behindCaddy} {
			require.Equal(t, 2, s.front.ask(t, "GET", "/healthz", nil, nil).ProtoMajor)
		}
	})
	t.Run("sockets are spread over the servers", func(t *testing.T) { n.spreads(t, behindNginx) })
	t.Run("long polls wait to their end", func(t *testing.T) {
		for _, ends := range pollsEnd {
			ends(t)
		}
	})
	t.Run("a killed server is passed over", func(t *testing.T) { n.passesOver(t, behindNginx) })
	t.Run("the log has no tickets, and whom each call came from", func(t *testing.T) {
		n.until("notes the stream in its log", func() bool { return strings.Contains(n.log(), `"GET /v1/stream" 200`) })
		require.NotContains(t, n.log(), "ticket=")
		require.Contains(t, s.nodes[0].process.words()+s.nodes[1].process.words(), " for 127.0.0.1")
	})
}

// spreads: sockets have no token in a header, and must not all go to one server.
func (n *nginx) spreads(t *testing.T, s *shop) {
	till := s.newTills(t, "one")[0]
	const sockets = 24 // all at one of two: once in 2^23
	for range sockets {
		till.hello(t)
	}
	for i := range s.nodes {
		var list struct{ Connections []struct{ POS protocol.POS } }
		s.of(i).must(t, "GET", "/v1/admin/connections", nil, &list)
		here := 0
		for _, c := range list.Connections {
			if c.POS.ID == "nginx-one" {
				here++
			}
		}
		require.NotZero(t, here)
		require.Less(t, here, sockets)
	}
}

// passesOver: a server that is killed is passed over at once, so that each push is
// answered at the first try, and sockets come back to the other one. When it is back it
// serves again.
func (n *nginx) passesOver(t *testing.T, s *shop) {
	tills := s.newTills(t, "a", "b", "c", "d")
	for round, killed := range s.nodes {
		killed.process.end(syscall.SIGKILL)
		for i, till := range tills {
			for j := range 3 {
				require.NoError(t, till.create(t, fmt.Sprintf("o-%d-%d-%d", round, i, j)))
			}
			till.hello(t)
		}
		s.start(killed)
		was := len(n.log())
		n.until("has it serve again", func() bool {
			n.ask(t, "GET", "/healthz", nil, nil)
			return strings.Contains(n.log()[was:], " "+killed.address+"\n")
		})
	}
}

// What is for the operator alone is refused to others.
func TestStrangersAreKeptFromAdmin(t *testing.T) {
	t.Parallel()
	nodes := [2]*node{{address: freeport.Address()}, {address: freeport.Address()}} // nobody is there
	n, caddy := startNginx(t, nodes, "allow 127.0.0.0/8;", ""), startCaddy(t, nodes, "private_ranges", "10.0.0.0/8", "lb_try_duration 5s", "")
	for name, front := range map[string]*front{"nginx": n.front, "Caddy": caddy} {
		for _, path := range []string{"/admin", "/admin.html", "/metrics", "/v1/admin/pos", "/v1/admin/backups/x.db", "//v1//admin/pos", "/v1/%61dmin/pos", "/v1/./admin/pos", "/v1/x/../admin/pos", "/v1/admin/extensions/a%0ab/trace", "/v1/admin/pos/%0a"} {
			require.Equal(t, http.StatusForbidden, front.ask(t, "GET", path, nil, nil).StatusCode, "%s: %s", name, path)
		}
		for _, path := range []string{"/", "/pos", "/v1/info", "/admin.js", "/v1/push"} {
			require.GreaterOrEqual(t, front.ask(t, "GET", path, nil, nil).StatusCode, http.StatusBadGateway, "%s: %s", name, path)
		}
	}
}
