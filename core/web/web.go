package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

//go:embed dist
var dist embed.FS

// Demo is what the start page of a demo links to. On any other server there
// is none, and the start page says how to sign in.
type Demo struct {
	AdminToken string    `json:"admin_token"`
	POS        []DemoPOS `json:"pos"`
}

// DemoPOS is a POS of the demo, its token, and who stands at it.
type DemoPOS struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Token string `json:"token"`
	User  string `json:"user"`
}

// file is one file of dist, ready to be sent. It is compressed when it is first
// asked for: a server's start doesn't wait for that.
type file struct {
	kind, etag string
	policy     string
	plain      []byte
	zipped     func() []byte // gives nil where compressing spares nothing
}

// pages are the paths that people type, and the file behind each.
var pages = map[string]string{"/": "start.html", "/pos": "pos.html", "/admin": "admin.html"}

// secure keeps a page to what this server sends, besides pictures of products, which may
// be anywhere. Nobody shows it in a frame.
const secure = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https: http:; manifest-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// frames are what the POS page may make.
const frames = "; frame-src 'self'; worker-src 'self' data: blob:; child-src 'self' data: blob:"

// hostSyntax is of hosts that a policy can name. It can't name IPv6 addresses.
var hostSyntax = regexp.MustCompile(`^[A-Za-z0-9._-]+(:[0-9]{1,5})?$`)

// connecting has a page call this server alone. Some older browsers don't take 'self'
// for a WebSocket, so that the host that was asked is named.
func connecting(policy, host string) string {
	policy += "; connect-src 'self'"
	if hostSyntax.MatchString(host) {
		policy += " ws://" + host + " wss://" + host
	}
	return policy
}

// buildHeader is the mark of what this server made. A page keeps nothing that
// lacks it: what a router or a login page answers in the server's place.
const buildHeader = "Manytill-Build"

// frame is the document, within the POS page, in whose workers extensions run.
// It has the policies of the page and stricter ones of its own, and an origin
// of its own.
const frame = "frame.html"

// withFrame is secure for a page that may make the frame: of scripts that stand
// in a document it takes the frame's alone.
func withFrame(document []byte) (string, error) {
	_, rest, _ := strings.Cut(string(document), "<script>")
	script, _, ok := strings.Cut(rest, "</script>")
	if !ok {
		return "", fmt.Errorf("dist/%s has no script", frame)
	}
	sum := sha256.Sum256([]byte(script))
	own := " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	return strings.Replace(secure, "script-src 'self'", "script-src 'self'"+own, 1) + frames, nil
}

// Pages serves the embedded files; safe for concurrent use.
type Pages struct {
	files map[string]file
	build string // of all files
	demo  atomic.Pointer[Demo]
}

// New reads the files.
func New() (*Pages, error) {
	p := &Pages{files: map[string]file{}}
	entries, err := dist.ReadDir("dist")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		raw, err := dist.ReadFile("dist/" + e.Name())
		if err != nil {
			return nil, err
		}
		if path.Ext(e.Name()) == "" { // the stamp
			p.build = stamped(string(raw))
			continue
		}
		p.files["/"+e.Name()] = pack(e.Name(), raw)
	}
	pos := p.files["/pos.html"]
	pos.policy, err = withFrame(p.files["/"+frame].plain)
	p.files["/pos.html"] = pos
	delete(p.files, "/"+frame) // a part of models.js
	return p, err
}

// stamped is the build's name in a stamp; the pages know themselves by it.
func stamped(stamp string) string {
	first, _, _ := strings.Cut(stamp, "\n")
	return strings.TrimPrefix(first, "sources ")
}

func pack(name string, raw []byte) file {
	sum := sha256.Sum256(raw)
	f := file{policy: secure, kind: mime.TypeByExtension(path.Ext(name)), etag: `"` + hex.EncodeToString(sum[:8]) + `"`, plain: raw}
	switch path.Ext(name) {
	case ".js":
		f.kind = "text/javascript; charset=utf-8"
	case ".webmanifest":
		f.kind = "application/manifest+json"
	}
	f.zipped = sync.OnceValue(func() []byte { return zip(raw) })
	return f
}

// zip compresses; nil is that it isn't worth it.
func zip(raw []byte) []byte {
	var zipped bytes.Buffer
	w, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	_, _ = w.Write(raw)
	if w.Close() != nil || zipped.Len() >= len(raw) {
		return nil
	}
	return zipped.Bytes()
}

// Paths are what it serves: the pages, their files, and what the start page
// asks for.
func (p *Pages) Paths() []string {
	paths := []string{"/demo.json"}
	for path := range pages {
		paths = append(paths, path)
	}
	for path := range p.files {
		paths = append(paths, path)
	}
	return paths
}

func named(urlPath string) string {
	if page, ok := pages[urlPath]; ok {
		return "/" + page
	}
	return urlPath
}

// ServeHTTP serves Paths, and 404 for the rest.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	if r.URL.Path == "/demo.json" {
		p.serveDemo(w, r)
		return
	}
	f, ok := p.files[named(r.URL.Path)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Content-Security-Policy", connecting(f.policy, r.Host))
	h.Set("ETag", f.etag)
	h.Set(buildHeader, p.build)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if zipped := f.zipped(); zipped != nil {
			h.Set("Content-Encoding", "gzip")
			body = zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body))) // to HEAD too, which gets no more
	_, _ = w.Write(body)
}

// ShowDemo gives the start page what it links to.
func (p *Pages) ShowDemo(d Demo) { p.demo.Store(&d) }

// serveDemo answers null where there is no demo, and where somebody's own name may lead to
// this machine: a page under that name could read the tokens.
func (p *Pages) serveDemo(w http.ResponseWriter, r *http.Request) {
	demo := p.demo.Load()
	if !local(r.Host) {
		demo = nil
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(demo)
}

// local reports whether a host is an address, or a name that nobody can have in the DNS of
// the internet.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	return net.ParseIP(host) != nil || !strings.Contains(host, ".") || strings.HasSuffix(host, ".local")
}
