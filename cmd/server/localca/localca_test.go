package localca_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/cmd/server/localca"
	"github.com/stretchr/testify/require"
)

// clock is a time that tests turn.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func newClock() *clock { return &clock{at: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)} }

// serve answers over TLS with certificates from get.
func serve(t *testing.T, get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) (address string) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	l := tls.NewListener(s.Listener, &tls.Config{GetCertificate: get})
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return l.Addr().String()
}

// dial is a device that trusts only the file; it returns what it was shown.
func dial(t *testing.T, address, name, caFile string, at time.Time) (*x509.Certificate, error) {
	t.Helper()
	text, err := os.ReadFile(caFile)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(text))
	c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: pool, ServerName: name, Time: func() time.Time { return at }})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0], nil
}

func hosts(names ...string) func() []string { return func() []string { return names } }

func TestDevicesThatTrustTheFileConnect(t *testing.T) {
	dir, clock := t.TempDir(), newClock()
	a, err := localca.Open(dir, hosts("localhost", "tills.example", "127.0.0.1", "::1"), clock.now)
	require.NoError(t, err)
	address := serve(t, a.Certificate)
	for _, name := range []string{"localhost", "tills.example", "127.0.0.1", "::1"} {
		_, err := dial(t, address, name, a.File, clock.now())
		require.NoError(t, err, name)
	}
	_, err = dial(t, address, "other.example", a.File, clock.now())
	require.ErrorContains(t, err, "other.example")
}

func TestTheKeyIsForTheServerAlone(t *testing.T) {
	dir := t.TempDir()
	_, err := localca.Open(dir, hosts("localhost"), time.Now)
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(dir, "ca-key.pem"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestARestartKeepsTheAuthority(t *testing.T) {
	dir, clock := t.TempDir(), newClock()
	first, err := localca.Open(dir, hosts("localhost"), clock.now)
	require.NoError(t, err)
	again, err := localca.Open(dir, hosts("localhost"), clock.now)
	require.NoError(t, err)
	require.Equal(t, first.Fingerprint(), again.Fingerprint())
	_, err = dial(t, serve(t, again.Certificate), "localhost", first.File, clock.now())
	require.NoError(t, err)
}

func TestTheCertificateIsRenewedBeforeItEnds(t *testing.T) {
	clock := newClock()
	a, err := localca.Open(t.TempDir(), hosts("localhost"), clock.now)
	require.NoError(t, err)
	address := serve(t, a.Certificate)
	first, err := dial(t, address, "localhost", a.File, clock.now())
	require.NoError(t, err)
	clock.pass(time.Minute)
	same, err := dial(t, address, "localhost", a.File, clock.now())
	require.NoError(t, err)
	require.Equal(t, first.SerialNumber, same.SerialNumber)
	for range 10 {
		clock.pass(30 * 24 * time.Hour)
		shown, err := dial(t, address, "localhost", a.File, clock.now())
		require.NoError(t, err)
		require.Greater(t, shown.NotAfter.Sub(clock.now()), 25*24*time.Hour)
	}
}

func TestANewAddressOfTheMachineIsTaken(t *testing.T) {
	clock, now := newClock(), []string{"localhost"}
	a, err := localca.Open(t.TempDir(), func() []string { return append([]string{}, now...) }, clock.now)
	require.NoError(t, err)
	address := serve(t, a.Certificate)
	_, err = dial(t, address, "10.0.0.9", a.File, clock.now())
	require.Error(t, err)
	now = append(now, "10.0.0.9")
	clock.pass(10 * time.Minute)
	_, err = dial(t, address, "10.0.0.9", a.File, clock.now())
	require.NoError(t, err)
}

func TestOpenSaysWhatToDo(t *testing.T) {
	cases := map[string]struct {
		spoil func(t *testing.T, dir string)
		later time.Duration
		says  string
	}{
		"the key is gone":    {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "ca-key.pem"))) }, 0, "put the key back"},
		"the file is spoilt": {func(t *testing.T, dir string) { overwrite(t, filepath.Join(dir, "ca.pem"), "x") }, 0, "isn't a PEM file"},
		"it has expired":     {func(*testing.T, string) {}, 11 * 365 * 24 * time.Hour, "has expired"},
		"another's key": {func(t *testing.T, dir string) {
			other := t.TempDir()
			_, err := localca.Open(other, hosts("x"), time.Now)
			require.NoError(t, err)
			key, err := os.ReadFile(filepath.Join(other, "ca-key.pem"))
			require.NoError(t, err)
			overwrite(t, filepath.Join(dir, "ca-key.pem"), string(key))
		}, 0, "isn't the key of"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir, clock := t.TempDir(), newClock()
			_, err := localca.Open(dir, hosts("localhost"), clock.now)
			require.NoError(t, err)
			c.spoil(t, dir)
			clock.pass(c.later)
			_, err = localca.Open(dir, hosts("localhost"), clock.now)
			require.ErrorContains(t, err, c.says)
		})
	}
}

func overwrite(t *testing.T, path, text string) {
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestHostsHaveTheListenHost(t *testing.T) {
	require.Contains(t, localca.Hosts("tills.example:8443"), "tills.example")
	require.NotContains(t, localca.Hosts("0.0.0.0:8443"), "0.0.0.0")
	for _, host := range localca.Hosts(":8443") {
		require.NotEmpty(t, host)
		require.False(t, net.ParseIP(host) != nil && net.ParseIP(host).IsUnspecified())
	}
}

// TestNamesThatAreNotASCII: browsers ask for them in punycode; what can't stand
// in a certificate must not keep it from being made.
func TestNamesThatAreNotASCII(t *testing.T) {
	hosts := localca.Hosts("büro:8443", "店", "Till.Example", "under_score", "a b", "10.0.0.5", "*.example")
	require.Contains(t, hosts, "büro")
	a, err := localca.Open(t.TempDir(), func() []string { return hosts }, time.Now)
	require.NoError(t, err)
	cert, err := a.Certificate(nil)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	require.NoError(t, err)
	for _, name := range []string{"xn--bro-hoa", "xn--hxt", "till.example", "10.0.0.5", "under_score"} {
		require.NoError(t, leaf.VerifyHostname(name), name)
	}
	require.NotContains(t, leaf.DNSNames, "a b")
	for _, name := range []string{"a b", "a..b", "-x.example", strings.Repeat("a", 70), "店-"} {
		_, ok := localca.Name(name)
		require.False(t, ok, name)
	}
}
