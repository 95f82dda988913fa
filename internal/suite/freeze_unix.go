//go:build unix

package suite

import "syscall"

const canFreeze = true

// freeze stops a process, as it is.
func freeze(s signaller) error {
	_, err := s.Signal(syscall.SIGSTOP)
	return err
}
