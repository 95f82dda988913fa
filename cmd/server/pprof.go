package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// Profiles of this process, for whoever looks for what takes its time or
// memory. A profile tells what code runs and what its command line was, so it is
// for this machine alone: the address must be a loopback one, and so must be the
// name by which it is asked for, as any web page can have its own name point
// here.

// listenProfiles takes the address; nil where none is asked for.
func listenProfiles(address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	if !isLoopback(address) {
		return nil, fmt.Errorf("--pprof %s: profiles are for this machine alone, take an address like 127.0.0.1:6060", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--pprof: %w", whyNot(address, err))
	}
	return l, nil
}

// serveProfiles serves them until the server ends.
func (s *server) serveProfiles(l net.Listener) {
	if l == nil {
		return
	}
	profiles := http.NewServeMux()
	profiles.HandleFunc("/debug/pprof/", pprof.Index)
	profiles.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	profiles.HandleFunc("/debug/pprof/profile", pprof.Profile)
	profiles.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	profiles.HandleFunc("/debug/pprof/trace", pprof.Trace)
	serving := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !isLoopback(r.Host) {
				http.Error(w, "profiles are for this machine alone", http.StatusForbidden)
				return
			}
			profiles.ServeHTTP(w, r)
		}),
	}
	s.ends = append(s.ends, serving.Close)
	go func() { _ = serving.Serve(l) }()
	s.log.Info("profiles of this process are served to this machine", "url", fmt.Sprintf("http://%s/debug/pprof/", l.Addr()))
}

// isLoopback reports whether an address, with a port or without, is one of this
// machine that others can't reach.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
