//go:build !unix

package api

func (w *webSocket) wait() error { return w.waitReading() }
