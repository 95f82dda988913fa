package faults_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/files/crashtest"
)

// begun is what a new server has told: all empty until it answers.
type begun struct {
	serverID, token, authority string
	floors                     int // multi-sessions that it made
}

// TestPowerLostAtTheFirstStart cuts the power while a server makes its database, its
// certificate authority and its admin token, and while the next start makes the rest.
// What was told to anybody stays; and whatever is left, the next start succeeds.
func TestPowerLostAtTheFirstStart(t *testing.T) {
	f := newFirstStarts(t)
	next := f.fresh()
	for f.taken < *cuts {
		images, err := f.start(next)
		require.NoError(t, err)
		next = images[f.dice.IntN(len(images))]
		if f.dice.IntN(3) == 0 {
			next = f.fresh()
		}
	}
	f.done(25)
}

// TestPowerCheckNoticesAtTheFirstStart: it finds what is missing where flushes do nothing.
func TestPowerCheckNoticesAtTheFirstStart(t *testing.T) {
	for _, deaf := range deafDisks() {
		f, err := newFirstStarts(t), error(nil)
		f.deaf = deaf
		for tries := 0; err == nil && tries < 10; tries++ {
			_, err = f.start(f.fresh())
		}
		require.Error(t, err, "flushes that do nothing: %v", deaf)
		t.Log(err)
	}
}

// firstStarts starts servers on empty disks, and on what cuts left of them.
type firstStarts struct {
	*cutting[begun]
	p      *process
	config []byte
	deaf   []string // flushes that the disks ignore

	mu  sync.Mutex
	has begun
}

func newFirstStarts(t *testing.T) *firstStarts {
	f := &firstStarts{p: newConfiguredProcess(t, "")}
	f.p.alone = true
	var err error
	f.config, err = os.ReadFile(f.p.config())
	require.NoError(t, err)
	f.cutting = newCutting(t, 20, func() begun {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.has
	})
	return f
}

// fresh is a disk with a configuration alone.
func (f *firstStarts) fresh() image[begun] {
	return image[begun]{disk: crashtest.NewDisk(crashtest.Folder{"manytill.yaml": f.config})}
}

// start starts a server, has it make a multi-session, and cuts its power.
func (f *firstStarts) start(from image[begun]) (images []image[begun], err error) {
	f.tell(from.told)
	m := f.mount(from.disk)
	m.disk.Ignore(f.deaf...)
	f.p.dir = m.dir
	require.NoError(f.t, f.p.starts(), from.String())
	tells := func() {
		now, err := seen(f.p)
		require.NoError(f.t, err, from.String())
		f.tell(now)
	}
	tells()
	require.NoError(f.t, f.p.call("POST", "/v1/admin/multi-sessions", f.has.token, map[string]any{"name": "floor", "pos": []string{}}, nil))
	tells()
	f.p.kill()
	images = m.powerOff(1)
	return images, f.check(images, f.holds)
}

func (f *firstStarts) tell(now begun) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.has = now
}

// seen is what can be seen of a server.
func seen(p *process) (b begun, err error) {
	authority, bad := os.ReadFile(p.authority())
	token, err := os.ReadFile(p.tokenFile())
	if err = errors.Join(err, bad); err != nil {
		return b, err
	}
	b.authority, b.token = string(authority), strings.TrimSpace(string(token))
	var info struct {
		ServerID string `json:"server_id"`
	}
	var list struct {
		Floors []any `json:"multi_sessions"`
	}
	err = errors.Join(p.call("GET", "/v1/info", "", nil, &info), p.call("GET", "/v1/admin/multi-sessions", b.token, nil, &list))
	b.serverID, b.floors = info.ServerID, len(list.Floors)
	return b, err
}

func (f *firstStarts) holds(dir string, told begun) error {
	q, err := f.p.on(dir)
	defer q.end()
	if err != nil {
		return err
	}
	now, err := seen(q)
	if err = errors.Join(err, q.isGood()); err != nil {
		return err
	}
	if now.floors > told.floors {
		now.floors = told.floors // one that wasn't told of yet
	}
	if told.serverID != "" && now != told {
		return fmt.Errorf("what was told was %+v, and is %+v", told, now)
	}
	return nil
}
