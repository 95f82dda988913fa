//go:build unix

package api

import (
	"io"
	"net"
	"sync"
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
	one := rawWrites.Get().(*rawWrite)
	defer rawWrites.Put(one)
	one.frames = frames
	err = w.raw.Write(one.do)
	one.frames, n = nil, max(one.n, 0)
	if err == nil && one.err != syscall.EAGAIN && one.err != syscall.EINTR {
		err = one.err
	}
	return n, err
}

// rawWrite is one call of write and what it returned. It is used again, since each
// reader of each change is one.
type rawWrite struct {
	frames []byte
	n      int
	err    error
	do     func(fd uintptr) bool // once
}

var rawWrites = sync.Pool{New: func() any {
	one := &rawWrite{}
	one.do = func(fd uintptr) bool {
		one.n, one.err = syscall.Write(int(fd), one.frames)
		return true
	}
	return one
}}
