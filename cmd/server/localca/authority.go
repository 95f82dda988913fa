package localca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/manytill/manytill/internal/files"
)

const (
	caFile  = "ca.pem"
	keyFile = "ca-key.pem"
	caLife  = 10 * 365 * 24 * time.Hour
	// clockSlack is how far a tablet's clock may be behind the server's.
	clockSlack = 24 * time.Hour
)

// Authority signs the certificates of one server.
type Authority struct {
	// File is the path of the certificate that devices must trust, Key that of the
	// file with its key, which nobody else may read.
	File, Key string

	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  func() time.Time
	host func() []string

	mu   sync.Mutex
	leaf *leaf
}

// Open reads the authority in a folder, or makes one. hosts returns the names
// and addresses for the server's certificate; it is called at most every 5 minutes.
func Open(dir string, hosts func() []string, now func() time.Time) (*Authority, error) {
	key := filepath.Join(dir, keyFile)
	a := &Authority{File: filepath.Join(dir, caFile), Key: key, now: now, host: hosts}
	_, missing := os.Stat(key)
	if errors.Is(missing, os.ErrNotExist) {
		if _, err := os.Stat(a.File); err == nil {
			return nil, fmt.Errorf("%s is there, but its key %s isn't: put the key back; or remove %s, start again, and install the new file on every device", a.File, key, a.File)
		}
		if err := a.create(key); err != nil {
			return nil, fmt.Errorf("make a certificate authority: %w", err)
		}
	}
	if err := a.writeFile(key); err != nil {
		return nil, fmt.Errorf("write %s: %w", a.File, err)
	}
	if err := a.read(key); err != nil {
		return nil, err
	}
	if left := a.cert.NotAfter.Sub(now()); left <= 0 {
		return nil, fmt.Errorf("%s has expired: remove it and %s, start again, and install the new file on every device", a.File, key)
	}
	return a, nil
}

// create writes key and certificate into one file, so that a power cut leaves both
// or none.
func (a *Authority) create(keyPath string) error {
	if err := files.MkdirAll(filepath.Dir(keyPath), 0o700); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	name, _ := os.Hostname()
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Manytill on " + name},
		NotBefore: a.now().Add(-clockSlack), NotAfter: a.now().Add(caLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	both := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), certificatePEM(cert)...)
	return files.Write(keyPath, both, 0o600)
}

// writeFile writes the file for devices, if it is missing, from the certificate
// beside the key.
func (a *Authority) writeFile(keyPath string) error {
	if _, err := os.Stat(a.File); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	text, err := os.ReadFile(keyPath)
	if err != nil {
		return err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return files.Write(a.File, certificatePEM(block.Bytes), 0o644)
		}
	}
	return fmt.Errorf("it is missing, and %s doesn't contain its certificate: put it back; or remove %s too, start again, and install the new file on every device", keyPath, keyPath)
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func (a *Authority) read(keyPath string) error {
	der, err := readPEM(a.File)
	if err == nil {
		a.cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", a.File, err)
	}
	if der, err = readPEM(keyPath); err != nil {
		return err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return fmt.Errorf("%s: %w", keyPath, err)
	}
	own, ok := key.(*ecdsa.PrivateKey)
	if !ok || !own.PublicKey.Equal(a.cert.PublicKey) {
		return fmt.Errorf("%s isn't the key of %s: put the right files back, or remove both, start again, and install the new file on every device", keyPath, a.File)
	}
	a.key = own
	return nil
}

func readPEM(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s isn't a PEM file", path)
	}
	return block.Bytes, nil
}

// Fingerprint is the SHA-256 of the certificate, by which people can check that a
// device got the right file: AB:CD:…
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.cert.Raw)
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(parts, ":")
}

// Expires is when devices stop trusting the authority.
func (a *Authority) Expires() time.Time { return a.cert.NotAfter }

func serial() *big.Int {
	n, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	return n
}
