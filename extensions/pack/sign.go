package pack

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Signer is a public key as people write it: "ed25519:" and base64.
type Signer string

const (
	signerPrefix = "ed25519:"
	// signed stands before the sum that is signed, so that a signature is of nothing else.
	signed = "manytill extension pack v1\n"
	// trailer begins the line behind a pack that has its signature.
	trailer    = "\nmtx-signature "
	mostSigned = 300
)

// NewKey makes a key pair: the private one as PEM.
func NewKey() (private []byte, public Signer, err error) {
	open, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		return nil, "", err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), signerOf(open), nil
}

func signerOf(key ed25519.PublicKey) Signer {
	return Signer(signerPrefix + base64.StdEncoding.EncodeToString(key))
}

// ReadKey reads a private key's file, which nobody else may read.
func ReadKey(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the key can't be read: %w", err)
	}
	if others := info.Mode().Perm() & 0o077; others != 0 {
		return nil, fmt.Errorf("the key %s can be read by others (%s): chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file: manytill extension keygen makes a key", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if secret, is := key.(ed25519.PrivateKey); is && err == nil {
		return secret, nil
	}
	return nil, fmt.Errorf("%s has no ed25519 key: manytill extension keygen makes one", path)
}

// key is the signer's public key.
func (s Signer) key() (ed25519.PublicKey, error) {
	text, is := strings.CutPrefix(string(s), signerPrefix)
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if !is || err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%q is no public key: it is written like %s…, as keygen prints it", string(s), signerPrefix)
	}
	return raw, nil
}

// Check says why the text can't be a signer's.
func (s Signer) Check() error {
	_, err := s.key()
	return err
}

// Sign puts a signature behind a pack, in place of one that is there.
func Sign(file []byte, key ed25519.PrivateKey) []byte {
	body, _ := split(file)
	signature := ed25519.Sign(key, toSign(body))
	open := key.Public().(ed25519.PublicKey)
	line := trailer + string(signerOf(open)) + " " + base64.StdEncoding.EncodeToString(signature) + "\n"
	return append(bytes.Clone(body), line...)
}

func toSign(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append([]byte(signed), sum[:]...)
}

// split is the pack, and the words of its signature; "" is none.
func split(file []byte) (body []byte, words string) {
	from := max(0, len(file)-mostSigned)
	at := bytes.LastIndex(file[from:], []byte(trailer))
	if at < 0 || !bytes.HasSuffix(file, []byte("\n")) {
		return file, ""
	}
	return file[:from+at], string(file[from+at+len(trailer) : len(file)-1])
}

var errBadSignature = errors.New("the signature isn't of this pack: it was changed after it was signed, or not signed with that key. Get it anew from its vendor")

// signerOfFile holds the signature against the pack; "": it has none.
func signerOfFile(body []byte, words string) (Signer, error) {
	if words == "" {
		return "", nil
	}
	name, text, found := strings.Cut(words, " ")
	key, err := Signer(name).key()
	if err != nil || !found {
		return "", errBadSignature
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || !ed25519.Verify(key, toSign(body), signature) {
		return "", errBadSignature
	}
	return Signer(name), nil
}
