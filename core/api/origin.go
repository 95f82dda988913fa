package api

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// Origin is a web origin that may call, or many: a * stands for any of its
// host's first labels, or for any port; alone, for every origin.
type Origin struct{ scheme, host, port string }

// Origins narrow who may call from a browser; none allow all.
type Origins []Origin

var (
	everyOrigin  = Origin{"*", "*", "*"}
	nullOrigin   = Origin{scheme: "null"} // of pages from files and in sandboxes
	originSyntax = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*)://([^/?#@\s]+)/?$`)
	plainHost    = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)
	defaultPorts = map[string]string{"http": "80", "https": "443"}
)

// ParseOrigin reads one as people write it: upper case, a slash at its end and
// the scheme's own port make no difference. The error says what it must be.
func ParseOrigin(text string) (Origin, error) {
	switch text = strings.TrimSpace(text); text {
	case "*":
		return everyOrigin, nil
	case "null":
		return nullOrigin, nil
	}
	match := originSyntax.FindStringSubmatch(text)
	if match == nil {
		return Origin{}, errors.New("must be an origin like https://till.example, https://*.shop.example, http://localhost:* or *, without a path")
	}
	o := Origin{scheme: strings.ToLower(match[1])}
	var err error
	if o.host, o.port, err = hostPort(o.scheme, match[2]); err != nil {
		return Origin{}, err
	}
	if !knownPort(o.port) {
		return Origin{}, errors.New("has a port that is no number from 1 to 65535")
	}
	name, _ := strings.CutPrefix(o.host, "*.")
	if strings.Contains(name, "*") || name == "" {
		return Origin{}, errors.New("may have a * only for the first part of the host (https://*.shop.example), for the port, or alone")
	}
	if net.ParseIP(o.host) != nil || plainHost.MatchString(name) {
		return o, nil
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil {
		return Origin{}, errors.New("has a host that is no name: " + err.Error())
	}
	o.host = o.host[:len(o.host)-len(name)] + ascii
	return o, nil
}

// hostPort takes apart what stands behind the scheme, in lower case; without a
// port it is the scheme's own.
func hostPort(scheme, text string) (host, port string, err error) {
	host, port = text, defaultPorts[scheme]
	if colon := strings.LastIndexByte(text, ':'); colon > strings.LastIndexByte(text, ']') {
		if host, port, err = net.SplitHostPort(text); err != nil {
			return "", "", errors.New("has a host or port that can't be read")
		}
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, ".")), port, nil
}

func knownPort(port string) bool {
	if port == "" || port == "*" {
		return true
	}
	u, err := url.Parse("http://h:" + port)
	if err != nil || strings.Trim(port, "0123456789") != "" || len(port) > 5 {
		return false
	}
	_, err = net.LookupPort("tcp", u.Port())
	return err == nil && port[0] != '0'
}

// takes reports whether an origin that a browser sent is this one.
func (o Origin) takes(sent Origin) bool {
	if o == everyOrigin {
		return true
	}
	part, wild := strings.CutPrefix(o.host, "*.")
	return o.scheme == sent.scheme && (o.port == "*" || o.port == sent.port) &&
		(o.host == sent.host || (wild && strings.HasSuffix(sent.host, "."+part)))
}

// allow is the one rule for all transports. The server's own pages may
// always call, under whatever name the server is reached: the browser says so
// itself, or the request was sent to the host that the page came from, as the
// server or the proxy before it was asked.
func (all Origins) allow(r *http.Request, origin string) bool {
	if origin == "" || len(all) == 0 || r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return true
	}
	sent, err := ParseOrigin(origin)
	if err != nil {
		return false
	}
	for _, allowed := range all {
		if allowed.takes(sent) {
			return true
		}
	}
	for _, asked := range []string{r.Host, r.Header.Get("X-Forwarded-Host")} {
		host, port, err := hostPort(sent.scheme, asked)
		if err == nil && sent.scheme != nullOrigin.scheme && host != "" && host == sent.host && port == sent.port {
			return true
		}
	}
	return false
}
