//go:build unix

package api

import (
	"io"
	"net"
	"syscall"
)

// wait reads what comes next as soon as it is there; until then it holds no
// buffer.
func (w *webSocket) wait() error {
	if w.raw == nil {
		return w.waitReading()
	}
	var failed error
	err := w.raw.Read(func(fd uintptr) bool {
		b := buffers.Get().(*[]byte)
		n, err := syscall.Read(int(fd), (*b)[:cap(*b)])
		for err == syscall.EINTR {
			n, err = syscall.Read(int(fd), (*b)[:cap(*b)])
		}
		if n > 0 {
			w.arrived(b, n)
			return true
		}
		buffers.Put(b)
		switch err {
		case syscall.EAGAIN:
			return false
		case nil:
			failed = io.EOF
		default:
			failed = err
		}
		return true
	})
	if err == nil {
		err = failed
	}
	return err
}

// tryWrite writes what fits into the socket now, and says how much that was.
func (w *webSocket) tryWrite(frames []byte) (n int, err error) {
	if !w.writing.TryLock() {
		return 0, nil
	}
	defer w.writing.Unlock()
	if w.goodbye.Load() {
		return 0, net.ErrClosed
	}
	var failed error
	err = w.raw.Write(func(fd uintptr) bool {
		n, failed = syscall.Write(int(fd), frames)
		return true
	})
	n = max(n, 0)
	if err == nil && failed != syscall.EAGAIN && failed != syscall.EINTR {
		err = failed
	}
	return n, err
}
