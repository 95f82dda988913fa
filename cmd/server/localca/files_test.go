package localca_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/cmd/server/localca"
	"github.com/stretchr/testify/require"
)

// writePair writes a certificate and its key, as an operator's tool would, and
// returns the file that devices trust.
func writePair(t *testing.T, cert, key string) (trust string) {
	a, err := localca.Open(t.TempDir(), hosts("localhost"), time.Now)
	require.NoError(t, err)
	pair, err := a.Certificate(nil)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	require.NoError(t, err)
	overwrite(t, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})))
	overwrite(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	return a.File
}

func TestChangedFilesAreServed(t *testing.T) {
	dir, clock := t.TempDir(), newClock()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := writePair(t, cert, key)
	var failed []error
	f, err := localca.OpenFiles(cert, key, clock.now, func(err error) { failed = append(failed, err) })
	require.NoError(t, err)
	address := serve(t, f.Certificate)
	_, err = dial(t, address, "localhost", first, time.Now())
	require.NoError(t, err)

	second := writePair(t, cert, key)
	later := time.Now().Add(time.Hour) // whatever the file system's clock can tell apart
	require.NoError(t, os.Chtimes(cert, later, later))
	clock.pass(2 * time.Second)
	_, err = dial(t, address, "localhost", second, time.Now())
	require.NoError(t, err)
	require.Empty(t, failed)

	overwrite(t, key, "half a ke")
	clock.pass(2 * time.Second)
	_, err = dial(t, address, "localhost", second, time.Now())
	require.NoError(t, err, "the old certificate stays")
	require.Len(t, failed, 1)
	require.ErrorContains(t, failed[0], "can't be used")
}

func TestReloadReadsAtOnce(t *testing.T) {
	dir, clock := t.TempDir(), newClock()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePair(t, cert, key)
	f, err := localca.OpenFiles(cert, key, clock.now, func(error) {})
	require.NoError(t, err)
	second := writePair(t, cert, key)
	require.NoError(t, f.Reload())
	_, err = dial(t, serve(t, f.Certificate), "localhost", second, time.Now())
	require.NoError(t, err)
}

func TestBadFilesAreRefusedAtTheStart(t *testing.T) {
	_, err := localca.OpenFiles("no-cert.pem", "no-key.pem", time.Now, func(error) {})
	require.ErrorContains(t, err, "no-cert.pem")
}
