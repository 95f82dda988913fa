// Package freeport gives tests and the load of bench an address to listen on, at once or again after a
// restart. A port that the system chose may be taken meanwhile by any connection that
// goes out; these are below all that systems give to connections (32768 and more).
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

const (
	first = 20_000
	end   = 32_768
)

var (
	mu    sync.Mutex
	given = map[int]bool{}
)

// Port is one of 127.0.0.1 that nobody listens on, and that no other call in this
// process was given.
func Port() int {
	mu.Lock()
	defer mu.Unlock()
	for {
		port := first + rand.IntN(end-first)
		if given[port] {
			continue
		}
		l, err := net.Listen("tcp", address(port))
		if err != nil {
			continue
		}
		_ = l.Close()
		given[port] = true
		return port
	}
}

// Address is 127.0.0.1 with such a port.
func Address() string { return address(Port()) }

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
