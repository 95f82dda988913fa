package localca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

const (
	leafLife  = 90 * 24 * time.Hour
	leafRenew = 30 * 24 * time.Hour // before it expires
	hostsLife = 5 * time.Minute     // until the machine's addresses are read again
)

// leaf is a certificate of the server and what it was issued for.
type leaf struct {
	certificate *tls.Certificate
	hosts       []string
	until       time.Time
	looked      time.Time
}

// Certificate is for [tls.Config.GetCertificate].
func (a *Authority) Certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if l := a.leaf; l != nil && now.Before(l.until) && now.Sub(l.looked) < hostsLife {
		return l.certificate, nil
	}
	hosts := a.host()
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	if l := a.leaf; l != nil && now.Before(l.until) && slices.Equal(hosts, l.hosts) {
		l.looked = now
		return l.certificate, nil
	}
	fresh, err := a.issue(hosts, now)
	if err != nil {
		return nil, err
	}
	a.leaf = fresh
	return fresh.certificate, nil
}

func (a *Authority) issue(hosts []string, now time.Time) (*leaf, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	end := now.Add(leafLife)
	if a.cert.NotAfter.Before(end) {
		end = a.cert.NotAfter
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Manytill"},
		NotBefore: now.Add(-clockSlack), NotAfter: end,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if name, ok := Name(host); ok {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return &leaf{
		certificate: &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key},
		hosts:       hosts, until: end.Add(-leafRenew), looked: now,
	}, nil
}

// Hosts are all names and addresses of this machine, the host of the listen
// address, and more.
func Hosts(listen string, more ...string) []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, more...)
	if host, _, err := net.SplitHostPort(listen); err == nil && host != "" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
			hosts = append(hosts, host)
		}
	}
	if name, err := os.Hostname(); err == nil && name != "" {
		hosts = append(hosts, name)
		if !strings.Contains(name, ".") {
			hosts = append(hosts, name+".local")
		}
	}
	addresses, _ := net.InterfaceAddrs()
	for _, address := range addresses {
		if ip, ok := address.(*net.IPNet); ok && !ip.IP.IsLinkLocalUnicast() {
			hosts = append(hosts, ip.IP.String())
		}
	}
	return hosts
}

// Name is a host in ASCII, as certificates and browsers have it (büro is
// xn--bro-hoa); ok is false if a certificate can't have it.
func Name(host string) (name string, ok bool) {
	if net.ParseIP(host) != nil {
		return host, true
	}
	name, err := idna.Lookup.ToASCII(host)
	if err != nil {
		name = host // with an underscore or a *: not a valid DNS name, but in use
	}
	return name, len(name) <= 253 && labels.MatchString(name)
}

// labels are the parts of a name: up to 63 letters, digits, - and _, no - at
// either end. The first of several may be a *.
var labels = regexp.MustCompile(`^(\*\.)?` + label + `(\.` + label + `)*$`)

const label = `[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?`
