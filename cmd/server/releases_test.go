package main_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

var (
	keepRelease = flag.String("keep-release", "", "make testdata/releases/NAME with -keep-program, then open all of them")
	keepProgram = flag.String("keep-program", "", "the binary of the version that -keep-release is made with")
)

const releases = "testdata/releases"

// kept is what a fixture holds beside its folder: what the version that made it said.
// The folder is of a server and a till that were both killed: a database with its
// write-ahead log, a till's queue with a tap that never reached the server, and a
// backup that was made before the last order.
type kept struct {
	Bar, Till1   string // tokens
	MultiSession string
	Orders       []protocol.Order // all, at the end
	BackedUp     []protocol.OrderID
	Middle       protocol.Cursor // before the last mutations
	Last         protocol.MutationID
	Ops          protocol.Ops // of the last mutation
	Result       protocol.Result
	Rejections   int
	Ticket       protocol.Value // that an extension gave last; null if there was no storage yet
}

// TestReleases opens what each kept version left, as an upgrade does. A new version is
// kept with -keep-release.
func TestReleases(t *testing.T) {
	if *keepRelease != "" {
		keep(t, *keepRelease, *keepProgram)
	}
	all, err := os.ReadDir(releases)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(all), 3)
	for _, release := range all {
		if !release.IsDir() {
			continue
		}
		t.Run(release.Name(), func(t *testing.T) {
			t.Parallel()
			upgraded(t, filepath.Join(releases, release.Name()))
		})
	}
}

func upgraded(t *testing.T, from string) {
	var was kept
	text, err := os.ReadFile(filepath.Join(from, "kept.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &was))
	f := &serverWithTwoPOS{t: t, dir: t.TempDir(), bar: was.Bar, till1: was.Till1, multiSession: was.MultiSession}
	unpack(t, filepath.Join(from, "folder.tar.gz"), f.dir)
	f.config = filepath.Join(f.dir, "manytill.yaml")
	config, err := os.ReadFile(f.config)
	require.NoError(t, err)
	first, rest, _ := strings.Cut(string(config), "\n")
	require.Contains(t, first, "listen: ")
	f.write("manytill.yaml", "listen: 127.0.0.1:0\n"+rest)

	f.start()
	require.Equal(t, was.Orders, f.orders(), "every order as it was, with who made it")
	h := &hand{caller: caller{t: t, url: f.url, token: f.bar}, client: "c1", next: was.Last, at: was.Middle}
	var pulled struct {
		Changes []protocol.Change
		Cursor  protocol.Cursor
	}
	require.Equal(t, http.StatusOK, h.call("GET", "/v1/pull?client_id=c1&cursor="+string(was.Middle), nil, &pulled), "a till goes on from its cursor")
	require.Equal(t, was.Result.Seq, pulled.Changes[len(pulled.Changes)-1].Seq)
	again := h.do(was.Ops...)
	require.Equal(t, protocol.Duplicate, again.Status)
	require.Equal(t, was.Result.Seq, again.Seq)
	var inbox struct{ Rejections []json.RawMessage }
	f.admin("GET", "/v1/admin/rejections", nil, &inbox)
	require.Len(t, inbox.Rejections, was.Rejections)
	require.Equal(t, protocol.Applied, h.do(create("after", protocol.Fields{})).Status)
	if !was.Ticket.IsNull() {
		var last, next int
		require.NoError(t, was.Ticket.Decode(&last))
		require.NoError(t, h.fields("after")["ticket"].Decode(&next))
		require.Equal(t, last+1, next, "the extension found what it had stored")
	}

	ana := f.till(f.bar, "Ana")
	f.await(func(orders []protocol.Order) bool { return slices.ContainsFunc(orders, hasTea) })
	ana.stop()
	f.server.stop()
	require.Contains(t, must(t, "verify", "--config", f.config), "is good")
	require.Contains(t, must(t, "restore", "--config", f.config, "--from", filepath.Join(f.dir, "backup.db"), "--force"), "Start the server")
	f.start()
	ids := []protocol.OrderID{}
	for _, o := range f.orders() {
		ids = append(ids, o.ID)
	}
	require.Equal(t, was.BackedUp, ids)
}

// hasTea is of the order with the tap that Ana's till made while the server was away.
func hasTea(o protocol.Order) bool {
	return slices.ContainsFunc(o.Lines, func(l protocol.Line) bool { return l.Fields["qty"] == "7" })
}

// keep makes a fixture with the binary of a version.
func keep(t *testing.T, name, binary string) {
	current := manytill
	if binary != "" {
		manytill = binary
		defer func() { manytill = current }()
	}
	f := newServerWithTwoPOS(t)
	is := kept{Bar: f.bar, Till1: f.till1, MultiSession: f.multiSession}
	storage := f.stores()
	h, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	h.do(create("paid", protocol.Fields{"partner_id": "3"}),
		protocol.LineAdd{Order: "paid", Line: "l1", Set: protocol.Fields{"product_id": "11", "qty": "2", "price_unit": "2.50", "x_cup": `"blue"`}})
	h.do(protocol.OrderPay{Order: "paid", Payment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "5"}})
	h.do(protocol.OrderClose{Order: "paid", State: protocol.Paid})
	door.do(create("gone", protocol.Fields{}))
	door.do(protocol.OrderClose{Order: "gone", State: protocol.Cancelled})
	require.Equal(t, protocol.Rejected, door.do(setOrder("paid", protocol.Fields{"x": "1"})).Status)
	is.Rejections = 1
	door.do(create("open", protocol.Fields{"note": `"néé \u0001"`}),
		protocol.LineAdd{Order: "open", Line: "l1", Set: protocol.Fields{"product_id": "20", "qty": "1", "price_unit": "2.30"}},
		protocol.LineAdd{Order: "open", Line: "l2", Set: protocol.Fields{"product_id": "11", "qty": "1", "price_unit": "2.50"}})
	door.do(protocol.LineRemove{Order: "open", Line: "l2"})
	require.Contains(t, must(t, "backup", "--config", f.config, "--to", filepath.Join(f.dir, "backup.db")), "Backed up")
	for _, o := range f.orders() {
		is.BackedUp = append(is.BackedUp, o.ID)
	}
	var at struct{ Cursor protocol.Cursor }
	require.Equal(t, http.StatusOK, h.call("GET", "/v1/pull?client_id=c1", nil, &at))
	is.Middle = at.Cursor

	ana := f.till(f.bar, "Ana")
	ana.expect("Connected as Ana")
	ana.types("new", "add coffee 4")
	f.await(func(orders []protocol.Order) bool {
		return len(orders[len(orders)-1].Lines) == 1 && orders[len(orders)-1].Lines[0].Fields["qty"] == "4"
	})
	is.Last, is.Ops = h.next, protocol.Ops{protocol.LineInc{Order: "open", Line: "l1", Field: "qty", By: "2"}}
	is.Result = h.do(is.Ops...)
	require.Equal(t, protocol.Applied, is.Result.Status)
	is.Orders = f.orders()
	if storage {
		is.Ticket = is.Orders[len(is.Orders)-1].Fields["ticket"]
		require.NotEmpty(t, is.Ticket)
	}
	die := func(p *program) {
		require.NoError(t, p.cmd.Process.Kill())
		<-p.ended
	}
	die(f.server)
	ana.types("add tea 7")
	ana.expect("7 × Tea", "not sent yet")
	die(ana)

	to := filepath.Join(releases, name)
	require.NoError(t, os.MkdirAll(to, 0o755))
	text, err := json.MarshalIndent(is, "", " ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(to, "kept.json"), append(text, '\n'), 0o644))
	pack(t, f.dir, filepath.Join(to, "folder.tar.gz"))
}

// stores enables an extension that stores, if the version knows how.
func (f *serverWithTwoPOS) stores() bool {
	require.NoError(f.t, os.MkdirAll(filepath.Join(f.dir, "counts"), 0o700))
	f.write("counts/extension.yaml", "name: counts\njs: counts.js\nstorage: true\nfields: {order: {ticket: {type: integer, derived: true}}}\n")
	f.write("counts/counts.js", countsOrders)
	f.enable("  - path: counts\n    timeout: 5s\n")
	require.NoError(f.t, f.server.cmd.Process.Signal(syscall.SIGHUP))
	if strings.Contains(f.server.match(`level=(WARN|ERROR)|extensions loaded`)[0], "loaded") {
		return true
	}
	f.configure(f.url[len("http://"):])
	return false
}

// pack puts the files of a folder into an archive; a socket isn't a file.
func pack(t *testing.T, dir, to string) {
	file, err := os.Create(to)
	require.NoError(t, err)
	zip := gzip.NewWriter(file)
	out := tar.NewWriter(zip)
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, "-shm") {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if err := out.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o600, Size: int64(len(body))}); err != nil {
			return err
		}
		_, err = out.Write(body)
		return err
	}))
	require.NoError(t, errors.Join(out.Close(), zip.Close(), file.Close()))
}

func unpack(t *testing.T, from, dir string) {
	file, err := os.Open(from)
	require.NoError(t, err)
	defer file.Close()
	zip, err := gzip.NewReader(file)
	require.NoError(t, err)
	for in := tar.NewReader(zip); ; {
		entry, err := in.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		path := filepath.Join(dir, filepath.FromSlash(entry.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		body, err := io.ReadAll(in)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, body, 0o600))
	}
}
