//go:build !unix

package api

func (w *webSocket) wait() error { return w.waitReading() }

func (w *webSocket) tryWrite([]byte) (int, error) { return 0, nil }
