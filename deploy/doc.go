// Package deploy is what operators copy: configurations of nginx, Caddy, systemd,
// containers, Litestream, Prometheus and Grafana. docs/operator.md says which fits whom.
//
// It has no code. Its tests start each file as it is written, with only ports, addresses and
// paths of the test's own, and say which they could only read.
package deploy
