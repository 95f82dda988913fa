package pack

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/protocol"
)

// Pack is one that was read and whose sums and signature are right.
type Pack struct {
	Index
	// Sum is of the pack without its signature.
	Sum string
	// Signer is who signed it; "": nobody.
	Signer Signer
	texts  map[string][]byte
}

// errNoPack is of a file that is none.
var errNoPack = errors.New("this is no pack of an extension, or it is damaged: manytill extension pack makes one")

// Open reads a pack. An error says what is wrong with it; then nothing of it may be
// used.
func Open(file []byte) (*Pack, error) {
	body, words := split(file)
	signer, err := signerOfFile(body, words)
	if err != nil {
		return nil, err
	}
	p := &Pack{Sum: sumOf(body), Signer: signer, texts: map[string][]byte{}}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, errNoPack
	}
	z.Multistream(false)
	if err := p.read(tar.NewReader(io.LimitReader(z, MostBytes+1))); err != nil {
		return nil, err
	}
	return p, p.check()
}

func (p *Pack) read(t *tar.Reader) error {
	size := int64(0)
	for n := 0; ; n++ {
		head, err := t.Next()
		if errors.Is(err, io.EOF) && n > 0 {
			return nil
		}
		if err != nil {
			return errNoPack
		}
		size += head.Size
		switch {
		case n > mostFiles, size > MostBytes:
			return fmt.Errorf("a pack has %d files and %d bytes at most", mostFiles, MostBytes)
		case head.Typeflag != tar.TypeReg, !filepath.IsLocal(filepath.FromSlash(head.Name)), strings.Contains(head.Name, `\`):
			return fmt.Errorf("the pack has %q in it, which is no file of an extension's folder", head.Name)
		case p.texts[head.Name] != nil:
			return fmt.Errorf("the pack has %q twice", head.Name)
		}
		text, err := io.ReadAll(t)
		if err != nil {
			return errNoPack
		}
		if n > 0 {
			p.texts[head.Name] = text
		} else if head.Name != indexName || json.Unmarshal(text, &p.Index) != nil {
			return errNoPack
		}
	}
}

// check holds the files against the index, and the index against the manifest.
func (p *Pack) check() error {
	if p.Format != format {
		return fmt.Errorf("the pack has the form %d, and this server reads %d: update one of them", p.Format, format)
	}
	if len(p.texts) != len(p.Files) {
		return fmt.Errorf("the pack has %d files, and its index names %d", len(p.texts), len(p.Files))
	}
	for name, text := range p.texts {
		if p.Files[name] != sumOf(text) {
			return fmt.Errorf("%s in the pack isn't what its index says: it is damaged", name)
		}
	}
	m, err := manifest.Parse(manifest.FileName, p.texts[manifest.FileName])
	switch {
	case err != nil:
		return fmt.Errorf("in the pack: %w", err)
	case m.Name != p.Name || m.Version != p.Version:
		return fmt.Errorf("the pack says that it is %s %s, and its manifest %s %s", p.Name, p.Version, m.Name, m.Version)
	case m.Exec != "" && filepath.ToSlash(filepath.Clean(m.Exec)) != p.Program, m.Exec == "" && p.Program != "":
		return fmt.Errorf("the pack names the program %q, and its manifest %q", p.Program, m.Exec)
	case p.Program != "" && platformOf(p.texts[p.Program]) != p.Platform:
		return fmt.Errorf("the program isn't built for %s, as the pack says", p.Platform)
	}
	return nil
}

// Unpack writes the files into a folder, which is made and must not be there. When it
// returns, all of them are on disk in it.
func (p *Pack) Unpack(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, name := range protocol.SortedKeys(p.texts) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := files.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		f, err := files.Fresh(path, p.texts[name], os.FileMode(modeOf(&p.Index, name)))
		if err == nil {
			err = errors.Join(f.Close(), files.SyncDir(filepath.Dir(path)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
