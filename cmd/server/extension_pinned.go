package main

import (
	"path/filepath"

	"github.com/manytill/manytill/extensions/pack"
	"github.com/manytill/manytill/sdk/protocol"
)

// pinning is what a config's extensions were added from, as the lock beside it says.
type pinning struct {
	lock    *pack.Lock
	signers map[string]string // of those that are as they were added, by name
}

// nobody is the signer of a pack that isn't signed.
const nobody = "nobody"

// checkPinned holds the enabled extensions that were added from packs against the
// lock.
func (c *config) checkPinned() (err error) {
	c.pinned = &pinning{lock: &pack.Lock{}, signers: map[string]string{}}
	if c.file == "" {
		return nil
	}
	if c.pinned.lock, err = pack.ReadLock(filepath.Join(c.dir, pack.LockName)); err != nil {
		return err
	}
	for _, e := range c.Extensions {
		if !e.on() {
			continue
		}
		for _, path := range c.source(e).Paths {
			if err := c.pinned.check(c, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// check holds an extension against the lock, if it was added from a pack.
func (p *pinning) check(c *config, path string) error {
	name, pinned, found := p.lock.At(c.dir, path)
	if !found {
		return nil
	}
	if err := pinned.Check(c.dir); err != nil {
		return err
	}
	p.signers[name] = nobody
	if pinned.Signer != "" {
		p.signers[name] = string(pinned.Signer)
	}
	return nil
}

// Status is how the extensions do, with who signed those that were added from packs.
func (x *configured) Status() []protocol.ExtensionStatus {
	all := x.Extensions.Status()
	if p := x.pinned.Load(); p != nil {
		for i := range all {
			all[i].Signer = p.signers[all[i].Name]
		}
	}
	return all
}
