package natswake_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/wake/natswake"
	"github.com/manytill/manytill/internal/natstest"
)

// authority signs certificates of a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, key := a.sign(a.cert)
	a.cert, a.key = parsed(t, der), key
	return a
}

// sign makes a key and the certificate for it; the authority's own is signed by itself.
func (a *authority) sign(template *x509.Certificate) (der []byte, key *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	by := a.key
	if by == nil {
		by = key
	}
	der, err = x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, by)
	require.NoError(a.t, err)
	return der, key
}

func parsed(t *testing.T, der []byte) *x509.Certificate {
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert
}

// of is a certificate for an address, good for servers and clients.
func (a *authority) of(ip string, until time.Time) tls.Certificate {
	der, key := a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: until, IPAddresses: []net.IP{net.ParseIP(ip)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// connects opens a carrier. words are of its trouble; "" wants none, and that it is connected.
func connects(t *testing.T, c natswake.Config, words string) {
	t.Helper()
	ready := make(chan struct{}, 9)
	c.Subject, c.Node, c.Log = "manytill.x", "a", slog.New(slog.DiscardHandler)
	c.Ear = wake.Ear{Heard: func([]byte) {}, Missed: func() { ready <- struct{}{} }}
	n, err := natswake.New(c)
	require.NoError(t, err)
	defer n.Close()
	if words == "" {
		<-ready
		require.Empty(t, n.Trouble())
		return
	}
	require.Eventually(t, func() bool { return strings.Contains(n.Trouble(), words) }, 20*time.Second, 5*time.Millisecond, "trouble: %s", n.Trouble())
}

// Over TLS a node connects with the right authority and certificate. Anything else is
// said in words that name the setting.
func TestTLS(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	hour := time.Now().Add(time.Hour)
	client := ours.of("127.0.0.1", hour)
	secure := func(cert tls.Certificate, verify bool) func(*server.Options) {
		return func(o *server.Options) {
			o.TLS, o.TLSVerify, o.TLSTimeout = true, verify, 10
			o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}, ClientCAs: ours.pool()}
			if verify {
				o.TLSConfig.ClientAuth = tls.RequireAndVerifyClientCert
			}
		}
	}
	good := secure(ours.of("127.0.0.1", hour), false)
	wantsCertificate := secure(ours.of("127.0.0.1", hour), true)
	for name, c := range map[string]struct {
		set   func(*server.Options)
		tls   *tls.Config
		words string
	}{
		"its authority is known":            {good, &tls.Config{RootCAs: ours.pool()}, ""},
		"a certificate that NATS wants":     {wantsCertificate, &tls.Config{RootCAs: ours.pool(), Certificates: []tls.Certificate{client}}, ""},
		"its authority isn't known":         {good, &tls.Config{RootCAs: other.pool()}, "wake_tls.ca"},
		"no authority is named":             {good, nil, "wake_tls.ca"},
		"for another name":                  {secure(ours.of("127.0.0.2", hour), false), &tls.Config{RootCAs: ours.pool()}, "another name"},
		"its time is over":                  {secure(ours.of("127.0.0.1", time.Now().Add(-time.Minute)), false), &tls.Config{RootCAs: ours.pool()}, "clock"},
		"no certificate, though NATS wants": {wantsCertificate, &tls.Config{RootCAs: ours.pool()}, "wake_tls.cert"},
		"one of another authority":          {wantsCertificate, &tls.Config{RootCAs: ours.pool(), Certificates: []tls.Certificate{other.of("127.0.0.1", hour)}}, "wake_tls.cert"},
		"NATS has no TLS":                   {func(*server.Options) {}, &tls.Config{RootCAs: ours.pool()}, "NATS there has no TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connects(t, natswake.Config{Servers: natstest.Start(t, c.set).URL, TLS: c.tls}, c.words)
		})
	}
}

// A .creds file lets a node in for as long as its user may.
func TestCredsFile(t *testing.T) {
	operator, err := nkeys.CreateOperator()
	require.NoError(t, err)
	account, err := nkeys.CreateAccount()
	require.NoError(t, err)
	operatorID, _ := operator.PublicKey()
	accountID, _ := account.PublicKey()
	claims := jwt.NewOperatorClaims(operatorID)
	_, err = claims.Encode(operator)
	require.NoError(t, err)
	signed, err := jwt.NewAccountClaims(accountID).Encode(operator)
	require.NoError(t, err)
	resolver := &server.MemAccResolver{}
	require.NoError(t, resolver.Store(accountID, signed))
	creds := func(until time.Time) string {
		user, err := nkeys.CreateUser()
		require.NoError(t, err)
		userID, _ := user.PublicKey()
		seed, _ := user.Seed()
		may := jwt.NewUserClaims(userID)
		may.Expires = until.Unix()
		token, err := may.Encode(account)
		require.NoError(t, err)
		text, err := jwt.FormatUserConfig(token, seed)
		require.NoError(t, err)
		return string(text)
	}
	nats := natstest.Start(t, func(o *server.Options) {
		o.TrustedOperators, o.AccountResolver = []*jwt.OperatorClaims{claims}, resolver
	})
	connects(t, natswake.Config{Servers: nats.URL, Credentials: creds(time.Now().Add(time.Hour))}, "")
	connects(t, natswake.Config{Servers: nats.URL, Credentials: creds(time.Now().Add(-time.Hour))}, "wake_credentials_file")
	connects(t, natswake.Config{Servers: nats.URL}, "wake_credentials_file")
}
