//go:build !linux

package faults_test

// atTheServer are those that hit everybody; that a server is stopped, or its disk full,
// is only tried on Linux.
var atTheServer = map[string]trouble{"killed": kill9}
