//go:build !linux

package pgtest

import "os/exec"

func own(string) error { return nil }

func unprivileged(*exec.Cmd) {}

func startTied(c *exec.Cmd) (ended chan error, err error) {
	if err := c.Start(); err != nil {
		return nil, err
	}
	ended = make(chan error, 1)
	go func() { ended <- c.Wait() }()
	return ended, nil
}
