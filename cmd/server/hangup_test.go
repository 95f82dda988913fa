package main_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/manytill/manytill/cmd/server/localca"
	"github.com/stretchr/testify/require"
)

// writeCertificate makes cert.pem and key.pem of a fresh authority, which is
// returned.
func (f *serverWithTwoPOS) writeCertificate() *x509.CertPool {
	a, err := localca.Open(f.t.TempDir(), func() []string { return []string{"127.0.0.1"} }, time.Now)
	require.NoError(f.t, err)
	pair, err := a.Certificate(nil)
	require.NoError(f.t, err)
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	require.NoError(f.t, err)
	f.write("cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})))
	f.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	text, err := os.ReadFile(a.File)
	require.NoError(f.t, err)
	pool := x509.NewCertPool()
	require.True(f.t, pool.AppendCertsFromPEM(text))
	return pool
}

func TestHangupReadsTheCertificateAgain(t *testing.T) {
	f := &serverWithTwoPOS{t: t, dir: t.TempDir()}
	first := f.writeCertificate()
	f.write("manytill.yaml", "listen: 127.0.0.1:0\nstore: sqlite:manytill.db\ntls: {cert: cert.pem, key: key.pem}\n")
	f.server = start(t, "server", exec.Command(manytill, "serve", "--config", f.dir+"/manytill.yaml"))
	address := strings.TrimPrefix(f.server.match(`serving url=(\S+)`)[1], "https://")
	require.NoError(t, handshake(address, first))

	second := f.writeCertificate()
	require.NoError(t, f.server.cmd.Process.Signal(syscall.SIGHUP))
	f.server.expect("the certificate was read again")
	require.NoError(t, handshake(address, second))
	require.Error(t, handshake(address, first))
}

func handshake(address string, trust *x509.CertPool) error {
	c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: trust})
	if err != nil {
		return err
	}
	return c.Close()
}
