package localca

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// Files serves the certificate in two files, and reads them again when they
// change.
type Files struct {
	cert, key string
	now       func() time.Time
	// failed is called when new files can't be used; the old certificate stays.
	failed func(error)

	mu      sync.Mutex
	current *tls.Certificate
	stamp   stamp
	looked  time.Time
}

// stamp is compared to notice a change of the files.
type stamp struct {
	cert, key         time.Time
	certSize, keySize int64
}

// OpenFiles reads the files; it is an error if they can't be used. failed is called
// when they change and can't be used; the old certificate stays.
func OpenFiles(cert, key string, now func() time.Time, failed func(error)) (*Files, error) {
	f := &Files{cert: cert, key: key, now: now, failed: failed}
	if err := f.Reload(); err != nil {
		return nil, err
	}
	return f, nil
}

// Reload reads the files now.
func (f *Files) Reload() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reload(f.look())
}

func (f *Files) reload(s stamp) error {
	f.stamp, f.looked = s, f.now()
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return fmt.Errorf("tls: the certificate %s and key %s can't be used: %w", f.cert, f.key, err)
	}
	f.current = &pair
	return nil
}

func (f *Files) look() (s stamp) {
	if info, err := os.Stat(f.cert); err == nil {
		s.cert, s.certSize = info.ModTime(), info.Size()
	}
	if info, err := os.Stat(f.key); err == nil {
		s.key, s.keySize = info.ModTime(), info.Size()
	}
	return s
}

// Certificate is for [tls.Config.GetCertificate]. It checks the files at most once
// a second.
func (f *Files) Certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now().Sub(f.looked) >= time.Second {
		if s := f.look(); s != f.stamp {
			if err := f.reload(s); err != nil {
				f.failed(err)
			}
		}
		f.looked = f.now()
	}
	return f.current, nil
}
