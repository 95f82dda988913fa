// Command misbehave is a plugin that does what plugins must not do: at its
// start as MISBEHAVE says, in a hook as the order's id says.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
	"github.com/manytill/manytill/sdk/protocol"
)

type order struct {
	sdk.OrderBase
	Note string `sync:"note"`
	PIDs []int  `sync:"pids"`
}

func (o *order) ApplyMSData(sdk.Record) error {
	act, pids := acts[o.UID()], &o.PIDs
	*pids = append(*pids, os.Getpid())
	if act != nil {
		return act(o)
	}
	return nil
}

var acts = map[protocol.OrderID]func(*order) error{
	"panic":  func(*order) error { panic("no reason") },
	"error":  func(*order) error { return fmt.Errorf("it went wrong") },
	"reject": func(*order) error { return sdk.Reject("closed on Mondays") },
	"exit":   func(*order) error { os.Exit(3); return nil },
	"crash":  func(*order) error { go deep(40); select {} },
	"hang":   func(*order) error { select {} },
	"waits the first time": func(*order) error {
		if _, err := os.OpenFile(os.Getenv("MARK"), os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			select {}
		}
		return nil
	},
	"spin": func(*order) error {
		for n := 0; ; n++ {
			_ = n
		}
	},
	"late":   func(o *order) error { time.Sleep(200 * time.Millisecond); o.Note = "late"; return nil },
	"freeze": func(*order) error { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP); select {} },
	"huge":   func(o *order) error { o.Note = strings.Repeat("x", 100<<20); return nil },
	"garbage": func(*order) error {
		for range 3000 {
			fmt.Println("1|1|unix|/tmp/x|grpc|")
			fmt.Fprint(os.Stderr, "\x00\xff garbage")
		}
		fmt.Println(strings.Repeat("long", 1<<20))
		_, _ = syscall.Write(1, []byte("past os.Stdout\n"+strings.Repeat("x", 200_000)+"\n"))
		return nil
	},
	"children": children,
	"bomb": func(*order) error {
		forks := exec.Command("/bin/sh", "-c", `i=0; while [ $i -lt 300 ]; do sleep 1000 & i=$((i+1)); done; wait`)
		return errors.Join(forks.Start(), forks.Wait())
	},
	"eats":  func(*order) error { eat(); return nil },
	"gulps": func(o *order) error { o.Note = string(make([]byte, 2<<30)); return nil },
	"lines": func(o *order) error { o.Lines(); return nil },
}

// deep panics so many calls down.
func deep(calls int) {
	if calls == 0 {
		panic("in a goroutine")
	}
	deep(calls - 1)
	os.Stdout.Sync() // no tail call
}

// eat takes memory without end, a megabyte at a time.
func eat() {
	var all [][]byte
	for {
		more := make([]byte, 1<<20)
		for i := range more {
			more[i] = 1
		}
		all = append(all, more)
		time.Sleep(time.Millisecond)
	}
}

// children leaves two in its group, and one that went its own way.
func children(o *order) error {
	for i := range 3 {
		cmd := exec.Command("/bin/sleep", "1000")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: i == 2}
		if err := cmd.Start(); err != nil {
			return err
		}
		o.PIDs = append(o.PIDs, cmd.Process.Pid)
	}
	return nil
}

func main() {
	if start := starts[os.Getenv("MISBEHAVE")]; start != nil {
		start()
	}
	plugin.Serve(plugin.Extension{
		Name: "misbehave", Version: "1.0.0",
		Order: func() sdk.OrderHooks { return new(order) },
		Configure: func(settings sdk.Record) error {
			switch {
			case settings.Has("wrong"):
				return fmt.Errorf("wrong is no setting")
			case settings.Has("eats"):
				eat()
			case settings.Has("exits"):
				os.Exit(3)
			}
			return nil
		},
	})
}
