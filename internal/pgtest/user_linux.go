package pgtest

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// nobody is who the server runs as if the tests run as root: PostgreSQL refuses that.
const nobody = 65534

func own(dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	return os.Chown(dir, nobody, nobody)
}

func unprivileged(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
}

// startTied starts a process that ends, as after a crash, when this one does. The
// kernel ties it to the thread that started it, so that thread stays.
func startTied(c *exec.Cmd) (ended chan error, err error) {
	c.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	c.SysProcAttr.Setpgid = true // a Ctrl-C is for the tests
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := c.Start()
		started <- err
		if err == nil {
			ended <- c.Wait()
		}
	}()
	return ended, <-started
}
