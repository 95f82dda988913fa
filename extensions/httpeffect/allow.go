package httpeffect

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Allow is one address that an operator allows: a host with its port, to be
// called by https, or by http where the operator wrote that.
type Allow struct{ scheme, host, port string }

// ParseAllow reads api.example, api.example:8443, or http://127.0.0.1:9000. The
// error says what is wrong, as the end of a sentence that begins with the text.
func ParseAllow(text string) (Allow, error) {
	full := text
	if !strings.Contains(text, "://") {
		full = "https://" + text
	}
	u, err := url.Parse(full)
	switch {
	case err != nil || u.Hostname() == "" || strings.Contains(u.Host, "*"):
		return Allow{}, fmt.Errorf("must be a host like api.example, or an address like http://127.0.0.1:9000; each host is named, without *")
	case u.Scheme != "https" && u.Scheme != "http":
		return Allow{}, fmt.Errorf("must begin with https:// or http://, or have neither")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/":
		return Allow{}, fmt.Errorf("must be a host alone: the manifest says what is called there")
	}
	return allowOf(u), nil
}

// allowOf is what a URL calls.
func allowOf(u *url.URL) Allow {
	a := Allow{scheme: u.Scheme, host: canonical(u.Hostname()), port: u.Port()}
	if a.port == "" {
		a.port = map[string]string{"https": "443", "http": "80"}[a.scheme]
	}
	return a
}

func canonical(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// String is the entry for the operator's config.
func (a Allow) String() string {
	host := a.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	switch {
	case a.scheme == "http" && a.port == "80":
		return "http://" + host
	case a.scheme == "http":
		return "http://" + net.JoinHostPort(a.host, a.port)
	case a.port == "443":
		return host
	}
	return net.JoinHostPort(a.host, a.port)
}

// local reports whether an entry names a private address itself, by number or as
// localhost.
func (a Allow) local() bool {
	ip, err := netip.ParseAddr(a.host)
	return a.host == "localhost" || err == nil && !public(ip)
}

// check says what is wrong with calling a URL.
func check(allowed []Allow, u *url.URL) error {
	want := allowOf(u)
	if u.Scheme != "https" && u.Scheme != "http" || want.host == "" {
		return fmt.Errorf("what its url became is no address to call; check the settings that are in it")
	}
	if !slices.Contains(allowed, want) {
		return fmt.Errorf("the server may not call %s for it; if it should, add %s to allow: of the extension in the server's config", want.host, want)
	}
	return nil
}

// reserved are addresses of global form that aren't of the public internet, or
// stand for another one (IANA's registries of special-purpose addresses).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

var globalIPv6 = netip.MustParsePrefix("2000::/3")

// public reports whether an address is one of the public internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Is6() && !globalIPv6.Contains(ip) {
		return false
	}
	return !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(ip) })
}
