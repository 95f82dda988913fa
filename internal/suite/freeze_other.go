//go:build !unix

package suite

import "errors"

const canFreeze = false

func freeze(signaller) error { return errors.New("a process can't be frozen on this system") }
