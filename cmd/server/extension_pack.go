package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	extensioncheck "github.com/manytill/manytill/extensions/check"
	"github.com/manytill/manytill/extensions/pack"
	"github.com/manytill/manytill/internal/files"
)

type extensionPack struct {
	Path     string `arg:"" help:"The folder of an extension with a manifest; one in Go must be built."`
	Out      string `help:"Write to this file; by default NAME-VERSION.mtx, here." placeholder:"FILE"`
	Platform string `help:"Of a Go extension: what the program must be built for, like linux/amd64." placeholder:"OS/ARCH"`
	Config   string `help:"A YAML file with settings to check it with." placeholder:"FILE"`
	Force    bool   `help:"Pack it although the check finds errors."`
	JSON     bool   `name:"json" help:"Print JSON, for scripts."`
}

// Run checks an extension and makes its pack.
func (e *extensionPack) Run(ctx context.Context, s streams) error {
	file, index, err := pack.Make(e.Path)
	if err != nil {
		return err
	}
	if e.Platform != "" && index.Platform != e.Platform {
		return fmt.Errorf("the program of %s is built for %s, not for %s", e.Path, orNone(index.Platform), e.Platform)
	}
	if err := e.check(ctx, s, index); err != nil {
		return err
	}
	out := e.Out
	if out == "" {
		out = strings.Trim(index.Name+"-"+index.Version, "-")
		if index.Platform != "" {
			out += "-" + strings.ReplaceAll(index.Platform, "/", "-")
		}
		out += pack.Ending
	}
	if err := files.Write(out, file, 0o644); err != nil {
		return err
	}
	p, err := pack.Open(file)
	if err != nil {
		return err
	}
	if e.JSON {
		return printJSON(s.out, map[string]any{"file": out, "sha256": p.Sum, "index": index})
	}
	_, err = fmt.Fprintf(s.out, "%s is made: %s, sha256 %s\n\nNext:\n  manytill extension sign %s --key KEY\n", out, counts(len(index.Files), "file"), p.Sum, out)
	return err
}

func (e *extensionPack) check(ctx context.Context, s streams, index *pack.Index) error {
	settings, err := readSettings(e.Config)
	if err != nil {
		return err
	}
	elsewhere := index.Platform != "" && index.Platform != pack.Here()
	good, err := passes(ctx, extensioncheck.Options{Path: e.Path, Settings: settings, SourceOnly: elsewhere}, s.err)
	if err != nil || good || e.Force {
		return err
	}
	return fmt.Errorf("%s isn't packed, as the check finds errors: mend them (manytill extension check %s), or give --force", e.Path, e.Path)
}

func orNone(text string) string {
	if text == "" {
		return "no platform"
	}
	return text
}

type extensionKeygen struct {
	File string `arg:"" help:"Write the private key to this file; the public one goes beside it, with .pub."`
}

// Run makes a pair of keys.
func (e *extensionKeygen) Run(s streams) error {
	private, public, err := pack.NewKey()
	if err != nil {
		return err
	}
	for _, of := range []struct {
		path string
		text []byte
		mode os.FileMode
	}{{e.File, private, 0o600}, {e.File + ".pub", []byte(string(public) + "\n"), 0o644}} {
		f, err := os.OpenFile(of.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, of.mode)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is there already, and was not changed: name another file", of.path)
		}
		if err != nil {
			return err
		}
		_, err = f.Write(of.text)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(s.out, "%s has the private key: keep it, and show it to nobody.\nThe public one, which operators are told:\n  %s\n", e.File, public)
	return err
}

type extensionSign struct {
	File string `arg:"" type:"existingfile" help:"A pack (.mtx)."`
	Key  string `required:"" help:"The private key's file, which extension keygen makes." placeholder:"KEY"`
}

// Run signs a pack, in its file.
func (e *extensionSign) Run(s streams) error {
	key, err := pack.ReadKey(e.Key)
	if err != nil {
		return err
	}
	file, err := readPack(e.File)
	if err != nil {
		return err
	}
	signed := pack.Sign(file, key)
	p, err := pack.Open(signed)
	if err != nil {
		return fmt.Errorf("%s: %w", e.File, err)
	}
	if err := files.Write(e.File, signed, 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s is signed by %s\n", e.File, p.Signer)
	return err
}

type extensionVerify struct {
	File   string `arg:"" type:"existingfile" help:"A pack (.mtx)."`
	Signer string `help:"The public key that must have signed it." placeholder:"ed25519:…"`
	JSON   bool   `name:"json" help:"Print JSON, for scripts."`
}

// Run says what a pack is, and who signed it.
func (e *extensionVerify) Run(s streams) error {
	file, err := readPack(e.File)
	if err != nil {
		return err
	}
	p, err := pack.Open(file)
	if err != nil {
		return fmt.Errorf("%s: %w", e.File, err)
	}
	if e.Signer != "" {
		if err := pack.Signer(e.Signer).Check(); err != nil {
			return err
		}
		if string(p.Signer) != e.Signer {
			return fmt.Errorf("%s is signed by %s, not by %s", e.File, signerText(p.Signer), e.Signer)
		}
	}
	if e.JSON {
		return printJSON(s.out, map[string]any{"sha256": p.Sum, "signer": p.Signer, "index": p.Index})
	}
	_, err = fmt.Fprintf(s.out, "%s is whole: %s\n  sha256    %s\n  signed by %s\n", e.File, strings.TrimSpace(p.Name+" "+p.Version+" "+p.Platform), p.Sum, signerText(p.Signer))
	return err
}

func signerText(signer pack.Signer) string {
	if signer == "" {
		return "nobody"
	}
	return string(signer)
}

func readPack(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > pack.MostBytes {
		return nil, fmt.Errorf("%s is no pack: it has more than %d bytes", path, pack.MostBytes)
	}
	return os.ReadFile(path)
}
