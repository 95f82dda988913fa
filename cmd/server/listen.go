package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// whyNot says why an address can't be listened on, and what to do about it.
func whyNot(listen string, err error) error {
	host, port, _ := net.SplitHostPort(listen)
	n, _ := strconv.Atoi(port)
	var unknown *net.DNSError
	advice := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		advice = "another program listens there already (is another server running?); stop it, or listen on another port"
	case errors.Is(err, fs.ErrPermission) && n < 1024:
		advice = fmt.Sprintf("ports below 1024 are for privileged users; listen on a port like 8080 and let a proxy pass %s on, or give the service the capability CAP_NET_BIND_SERVICE", port)
	case errors.Is(err, fs.ErrPermission):
		advice = "this user may not listen there"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		advice = fmt.Sprintf("%s is no address of this machine; 127.0.0.1 is this machine alone, 0.0.0.0 every address of it", host)
	case errors.As(err, &unknown):
		advice = fmt.Sprintf("no machine is called %s here; 127.0.0.1 is this machine alone, 0.0.0.0 every address of it", host)
	default:
		return fmt.Errorf("can't listen on %s: %w", listen, err)
	}
	return fmt.Errorf("can't listen on %s: %s (%w)", listen, advice, err)
}

// checkPaths finds paths of the config that are something else than they must
// be, before anything is begun.
func (c *config) checkPaths() error {
	if path := c.storePath(); path != "" {
		if isFolder(path) {
			return fmt.Errorf("store: %s is a folder; name a file in it, like sqlite:%s", path, filepath.Join(path, "manytill.db"))
		}
		if dir := filepath.Dir(path); !isFolder(dir) {
			return fmt.Errorf("store: there is no folder %s; make it, or name another file", dir)
		}
	}
	if dir := c.backupDir(); dir != "" {
		if _, err := os.Stat(dir); err == nil && !isFolder(dir) {
			return fmt.Errorf("backup_dir: %s is a file; name a folder", dir)
		}
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
