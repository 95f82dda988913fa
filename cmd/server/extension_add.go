package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	extensioncheck "github.com/manytill/manytill/extensions/check"
	"github.com/manytill/manytill/extensions/pack"
	"github.com/manytill/manytill/internal/files"
)

type extensionAdd struct {
	From      string `arg:"" name:"file-or-url" help:"A pack (.mtx), or an https address of one."`
	Config    string `required:"" type:"existingfile" help:"The server's config." placeholder:"FILE"`
	Signer    string `help:"The public key that must have signed it." placeholder:"ed25519:…"`
	Unsigned  bool   `help:"Take a pack that nobody signed."`
	NewSigner bool   `name:"new-signer" help:"Take a pack that somebody else signed than the version that is here."`
	Force     bool   `help:"Take it although the check finds errors."`
}

// extensionsDir is where packs are unpacked, beside the config.
const extensionsDir = "extensions"

// Run adds an extension of a pack to a server's config, or another version of it.
func (e *extensionAdd) Run(ctx context.Context, s streams) error {
	file, err := fetchPack(ctx, e.From)
	if err != nil {
		return err
	}
	p, err := pack.Open(file)
	if err != nil {
		return fmt.Errorf("%s: %w", e.From, err)
	}
	c, err := readConfig(e.Config)
	if err != nil {
		return err
	}
	a := &adding{extensionAdd: e, pack: p, config: c, lockFile: filepath.Join(c.dir, pack.LockName), dir: filepath.Join(c.dir, extensionsDir, p.Name)}
	if a.lock, err = pack.ReadLock(a.lockFile); err != nil {
		return err
	}
	if err := a.decide(); err != nil {
		return err
	}
	if err := a.put(ctx, s); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s is added to %s, in %s\n  sha256    %s\n  signed by %s\n\nNext:\n  manytill extension reload\n",
		strings.TrimSpace(p.Name+" "+p.Version), e.Config, a.dir, p.Sum, signerText(p.Signer))
	return err
}

// adding is a pack on its way into a config.
type adding struct {
	*extensionAdd
	pack     *pack.Pack
	config   *config
	lock     *pack.Lock
	lockFile string
	dir      string // the extension's folder
}

// decide says why the pack isn't taken, before anything is written.
func (a *adding) decide() error {
	p := a.pack
	if a.Signer != "" {
		if err := pack.Signer(a.Signer).Check(); err != nil {
			return err
		}
		if string(p.Signer) != a.Signer {
			return fmt.Errorf("%s is signed by %s, not by %s: nothing was changed", a.From, signerText(p.Signer), a.Signer)
		}
	}
	if p.Signer == "" && !a.Unsigned {
		return fmt.Errorf("nobody signed %s, so that nobody knows who made it: ask its vendor for a signed pack, or give --unsigned if you trust this file", a.From)
	}
	if p.Platform != "" && p.Platform != pack.Here() {
		return fmt.Errorf("%s has a program for %s, and this machine is %s: get the vendor's pack for it", a.From, p.Platform, pack.Here())
	}
	before, known := a.lock.Extensions[p.Name]
	if known && before.Signer != p.Signer && !a.NewSigner {
		return fmt.Errorf("%s that is here was signed by %s, and %s by %s: nothing was changed. If the vendor says that the key is a new one, give --new-signer", p.Name, signerText(before.Signer), a.From, signerText(p.Signer))
	}
	_, err := os.Lstat(a.dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return err
	case !known:
		return fmt.Errorf("%s is there already and came from no pack: move it away, and add the pack again", a.dir)
	default:
		// What an add left that was interrupted is its pack already.
		if err := before.Check(a.config.dir); err != nil && !a.Force && a.pinned().Check(a.config.dir) != nil {
			return fmt.Errorf("what is there would be lost: %w", err)
		}
	}
	for _, entry := range a.config.Extensions {
		source := a.config.source(entry)
		if !entry.Shadow && source.Tag().Name == p.Name && (len(source.Paths) != 1 || filepath.Clean(source.Paths[0]) != a.dir) {
			return fmt.Errorf("%s names %s already, at %s: take that entry out, and add the pack again", a.Config, p.Name, strings.Join(source.Paths, ", "))
		}
	}
	return nil
}

// put unpacks and checks it beside its place, and then changes folder, lock and
// config. If the last of these fails, a server says at its next start what differs.
func (a *adding) put(ctx context.Context, s streams) (err error) {
	text, err := os.ReadFile(a.Config)
	if err != nil {
		return err
	}
	changed, err := a.changedConfig(text)
	if err != nil {
		return fmt.Errorf("%s: %w; nothing was changed", a.Config, err)
	}
	parent := filepath.Dir(a.dir)
	if err := files.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(parent, ".adding-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	fresh, old := filepath.Join(work, a.pack.Name), filepath.Join(work, "old")
	if err := a.pack.Unpack(fresh); err != nil {
		return err
	}
	if err := a.check(ctx, s, fresh); err != nil {
		return err
	}
	if err := files.Rename(a.dir, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := files.Rename(fresh, a.dir); err != nil {
		return errors.Join(err, files.Rename(old, a.dir))
	}
	a.lock.Extensions[a.pack.Name] = a.pinned()
	if err := files.Write(a.lockFile, a.lock.Text(), 0o644); err != nil {
		return err
	}
	if bytes.Equal(text, changed) {
		return nil
	}
	return files.Write(a.Config, changed, 0o600)
}

// pinned is what the lock says of the pack.
func (a *adding) pinned() pack.Pinned {
	return pack.Pinned{
		Version: a.pack.Version, Path: path.Join(extensionsDir, a.pack.Name), From: a.From, SHA256: a.pack.Sum, Signer: a.pack.Signer, Files: a.pack.Files,
	}
}

// changedConfig is the config's text with the extension in it.
func (a *adding) changedConfig(text []byte) ([]byte, error) {
	sum := a.pack.Files[a.pack.Program] // "" for JavaScript
	i := slices.IndexFunc(a.config.Extensions, func(e extensionConfig) bool {
		paths := a.config.source(e).Paths
		return len(paths) == 1 && filepath.Clean(paths[0]) == a.dir
	})
	switch {
	case i < 0:
		return addEntry(text, "./"+path.Join(extensionsDir, a.pack.Name), sum)
	case sum == "" || a.config.Extensions[i].SHA256 == sum:
		return text, nil
	default:
		return setSHA256(text, i, a.config.Extensions[i].SHA256, sum)
	}
}

// check checks what was unpacked as a vendor's check does.
func (a *adding) check(ctx context.Context, s streams, dir string) error {
	var settings map[string]any
	if entry := a.config.entryOf(a.pack.Name); entry != nil {
		settings = entry.Config
	}
	good, err := passes(ctx, extensioncheck.Options{Path: dir, Settings: settings}, s.err)
	if err != nil || good || a.Force {
		return err
	}
	return fmt.Errorf("%s isn't added, as the check finds errors: tell its vendor, or give --force", a.From)
}

// fetchTime is how long a pack may take to come.
const fetchTime = 2 * time.Minute

// fetchPack reads a file, or gets it from an address.
func fetchPack(ctx context.Context, from string) ([]byte, error) {
	address, err := url.Parse(from)
	if err != nil || (address.Scheme != "https" && address.Scheme != "http") {
		if strings.Contains(from, "://") {
			return nil, fmt.Errorf("%s is neither a file nor an https address", from)
		}
		return readPack(from)
	}
	if address.Scheme == "http" && !isLoopback(address.Hostname()) {
		return nil, fmt.Errorf("%s: a pack is fetched by https only (http from this machine alone)", from)
	}
	client := &http.Client{Timeout: fetchTime, CheckRedirect: func(to *http.Request, via []*http.Request) error {
		if to.URL.Host != address.Host || to.URL.Scheme != address.Scheme || len(via) > 5 {
			return fmt.Errorf("it sends on to %s://%s, which isn't followed: name the pack's own address", to.URL.Scheme, to.URL.Host)
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the pack can't be fetched: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the pack can't be fetched: %s answers %s", from, resp.Status)
	}
	file, err := io.ReadAll(io.LimitReader(resp.Body, pack.MostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the pack can't be fetched: %w", err)
	}
	if len(file) > pack.MostBytes {
		return nil, fmt.Errorf("%s has more than %d bytes: it is no pack", from, pack.MostBytes)
	}
	return file, nil
}
