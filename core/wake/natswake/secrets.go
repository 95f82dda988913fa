package natswake

import (
	"crypto/x509"
	"errors"
	"net"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// CheckCredentials says what is wrong with the text of a secret. It is one of: the text
// of a .creds file; the seed of an nkey; USER:PASSWORD; a token, which has no colon.
func CheckCredentials(text string) error {
	_, err := credentials(text)
	return err
}

// credentials is the option for a secret; nil for none. Its errors don't have it.
func credentials(text string) (nats.Option, error) {
	text = strings.TrimSpace(text)
	user, password, both := strings.Cut(text, ":")
	switch {
	case text == "":
		return nil, nil
	case strings.Contains(text, "-----BEGIN NATS USER JWT-----"):
		if _, err := nkeys.ParseDecoratedUserNKey([]byte(text)); err != nil {
			return nil, errors.New("the credentials of NATS have a user's JWT, but no seed that can be read: make the .creds file anew, with nsc generate creds")
		}
		return nats.UserCredentialBytes([]byte(text)), nil
	case strings.ContainsAny(text, "\r\n"):
		return nil, errors.New("the credentials of NATS must be a .creds file, or one line: the seed of an nkey, USER:PASSWORD, or a token")
	case both:
		return nats.UserInfo(user, password), nil
	}
	pair, err := nkeys.FromSeed([]byte(text))
	if err != nil {
		return nats.Token(text), nil
	}
	public, err := pair.PublicKey()
	if err != nil {
		return nil, errors.New("the seed of an nkey for NATS can't be read")
	}
	return nats.Nkey(public, pair.Sign), nil
}

// explain says why NATS isn't connected, and what to do.
func explain(err error) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var alert *net.OpError
	switch {
	case isOf(err, nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired):
		return "NATS refuses this server's credentials, or wants some: check wake_credentials_file, or MANYTILL_WAKE_CREDENTIALS in the server's environment"
	case errors.As(err, &authority):
		return "the certificate of NATS isn't trusted: name its authority in wake_tls.ca"
	case errors.As(err, &name):
		return "the certificate of NATS is for another name: write that name in wake"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate of NATS is over or not yet valid: renew it there, or set this machine's clock"
	case errors.As(err, &alert) && alert.Op == "remote error", errors.Is(err, nats.ErrTLS): // behind or in the handshake
		return "NATS ends the TLS connection: if it wants a certificate, name a pair that its authority signed in wake_tls.cert and wake_tls.key; else its log says why"
	case errors.Is(err, nats.ErrSecureConnWanted):
		return "NATS there has no TLS, and wake or wake_tls ask for it: set it up there, or write nats:// without wake_tls"
	}
	return "NATS can't be reached: check that it runs, its host and port in wake, and that a firewall lets this machine through"
}

// ofError is which part doesn't work, and why; "" where nothing is to be mended.
func ofError(err error) (part, why string) {
	switch {
	case errors.Is(err, nats.ErrSlowConsumer):
		return "", ""
	case errors.Is(err, nats.ErrPermissionViolation):
		return rights, "NATS doesn't let this server's user publish or subscribe: give it the rights to manytill.>"
	}
	return connection, explain(err)
}

func isOf(err error, any ...error) bool {
	for _, one := range any {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}
