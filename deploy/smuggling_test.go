//go:build linux

package deploy_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/testbin"
)

// smuggled is a request that nginx refuses to others than the operator. The server would
// answer it, and note it in its log.
const smuggled = "GET /v1/admin/pos HTTP/1.1\r\nHost: till.example\r\nAuthorization: Bearer " + adminToken + "\r\n\r\n"

// attacks are requests whose end nginx and the server might see at other places.
func attacks() map[string]string {
	post := func(headers, body string) string {
		return "POST /v1/push HTTP/1.1\r\nHost: till.example\r\n" + headers + "\r\n" + body
	}
	chunked := "0\r\n\r\n" + smuggled
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d\r\n", n) }
	all := map[string]string{
		"a length and chunks":           post(length(len(chunked))+"Transfer-Encoding: chunked\r\n", chunked),
		"chunks and a length":           post("Transfer-Encoding: chunked\r\n"+length(4), "5c\r\n"+smuggled+"\r\n0\r\n\r\n"),
		"two lengths":                   post(length(0)+length(len(smuggled)), smuggled),
		"two lengths in one line":       post(fmt.Sprintf("Content-Length: 0, %d\r\n", len(smuggled)), smuggled),
		"a length with a sign":          post("Content-Length: +0\r\n", smuggled),
		"a negative length":             post("Content-Length: -1\r\n", smuggled),
		"a length behind a blank":       post("Content-Length : 0\r\n"+length(len(smuggled)), smuggled),
		"a length in hexadecimal":       post("Content-Length: 0x0\r\n", smuggled),
		"a length of 2^64":              post("Content-Length: 18446744073709551616\r\n", smuggled),
		"a chunk of 2^64":               post("Transfer-Encoding: chunked\r\n", "10000000000000000\r\n\r\n0\r\n\r\n"+smuggled),
		"a negative chunk":              post("Transfer-Encoding: chunked\r\n", "-1\r\n"+smuggled),
		"a header without a name":       post(length(0)+": x\r\n", "") + "",
		"a folded header":               post(length(len(smuggled))+"X: y\r\n Content-Length: 0\r\n", smuggled),
		"a bare carriage return":        post(length(len(smuggled))+"X: y\rContent-Length: 0\r\n", smuggled),
		"a null byte":                   post(length(len(smuggled))+"X: y\x00Content-Length: 0\r\n", smuggled),
		"a request in the host":         "GET / HTTP/1.1\r\nHost: till.example\n\n" + smuggled + "\r\n",
		"a request in the path":         "GET /%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0aGET%20/v1/admin/pos HTTP/1.1\r\nHost: till.example\r\n\r\n",
		"an absolute address":           "GET http://till.example/v1/admin/pos HTTP/1.1\r\nHost: till.example\r\nAuthorization: Bearer " + adminToken + "\r\n\r\n",
		"another host in the address":   "GET http://elsewhere.example/v1/admin/pos HTTP/1.1\r\nHost: till.example\r\nAuthorization: Bearer " + adminToken + "\r\n\r\n",
		"a tunnel by CONNECT":           "CONNECT till.example:443 HTTP/1.1\r\nHost: till.example\r\n\r\n" + smuggled,
		"a tunnel by h2c":               "GET /v1/info HTTP/1.1\r\nHost: till.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n" + smuggled,
		"a tunnel by a bad WebSocket":   "GET /v1/socket HTTP/1.1\r\nHost: till.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 1\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" + smuggled,
		"a tunnel where there is none":  "GET /v1/info HTTP/1.1\r\nHost: till.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" + smuggled,
		"an upgrade that takes no key":  "GET /v1/socket HTTP/1.1\r\nHost: till.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n" + smuggled,
		"headers that nginx sets":       "GET /v1/info HTTP/1.1\r\nHost: till.example\r\nX-Forwarded-For: 127.0.0.1\r\nX-Original-URL: /v1/admin/pos\r\nX-Rewrite-URL: /v1/admin/pos\r\nAuthorization: Bearer " + adminToken + "\r\n\r\n",
		"headers that are hop by hop":   "GET /v1/info HTTP/1.1\r\nHost: till.example\r\nConnection: close, Content-Length, Authorization\r\nContent-Length: 0\r\n\r\n",
		"an end that another one makes": "GET /v1/info HTTP/1.1\r\nHost: till.example\r\nContent-Length: " + fmt.Sprint(len(smuggled)) + "\r\n\r\n" + smuggled,
	}
	for i, coding := range []string{
		"Transfer-Encoding: xchunked", "Transfer-Encoding : chunked", "Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "Transfer_Encoding: chunked", "Transfer-Encoding:\x0bchunked", "X: y\nTransfer-Encoding: chunked", "Transfer-Encoding: \"chunked\"", " Transfer-Encoding: chunked",
	} {
		all[fmt.Sprintf("a coding that is unusual, %d", i)] = post(length(len(chunked))+coding+"\r\n", chunked)
	}
	for i, end := range []string{"0\n\r\n", "0;\n\r\n", "0;x\r\n\r\n", "0\r\nX: y\n\r\n", "00000000000000000000\r\n\r\n", "0 \r\n\r\n"} {
		all[fmt.Sprintf("an end of chunks that is unusual, %d", i)] = post("Transfer-Encoding: chunked\r\n", end+smuggled)
	}
	return all
}

// TestSmuggling sends what two parsers of HTTP may understand differently through nginx,
// from where administration is refused: no request to the admin API reaches the server,
// and everybody gets the answer to what they asked.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	program, err := testbin.Server()
	require.NoError(t, err)
	dir := t.TempDir()
	n := &node{address: freeport.Address()}
	n.config = write(t, filepath.Join(dir, "manytill.yaml"), "listen: "+n.address+"\nstore: sqlite:manytill.db\nlog: {level: debug}\n")
	c := exec.Command(program, "serve", "--config", n.config)
	c.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	n.process = start(t, c)
	n.process.ready(n.address)
	proxy := startNginx(t, [2]*node{n, n}, "allow 127.0.0.0/8;", "")
	probe := func(after string) {
		for i := range 6 {
			path := fmt.Sprintf("/probe-%d", i)
			body := new(bytes.Buffer)
			_, err := body.ReadFrom(proxy.ask(t, "GET", path, nil, nil).Body)
			require.NoError(t, err)
			require.Contains(t, body.String(), "there is nothing at "+path, "after %s", after)
		}
	}
	for name, text := range attacks() {
		t.Log(name, "→", strings.Join(proxy.said(t, text), " | "))
		probe(name)
	}
	for name, fields := range framed() {
		t.Log(name, "→", proxy.framed(t, fields))
		probe(name)
	}
	seen := func() int { return strings.Count(n.process.words(), "/v1/admin/") }
	require.Zero(t, seen(), n.process.words())
	plainFront(n.address).ask(t, "GET", "/v1/admin/pos", http.Header{"Authorization": {"Bearer " + adminToken}}, nil)
	n.process.until("notes a call of the admin API", func() bool { return seen() == 1 })
}

// secure is a connection to nginx.
func (n *nginx) secure(t *testing.T, protocol string) *tls.Conn {
	t.Helper()
	config := n.http.Transport.(*http.Transport).TLSClientConfig.Clone()
	config.NextProtos = []string{protocol}
	conn, err := tls.Dial("tcp", strings.TrimPrefix(n.url, "https://"), config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return conn
}

// said sends a text and gives the status of each answer, until nginx ends the connection.
func (n *nginx) said(t *testing.T, text string) (all []string) {
	conn := n.secure(t, "http/1.1")
	_, err := conn.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, conn.CloseWrite())
	in := bufio.NewReader(conn)
	for {
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
			return all
		}
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NotContains(t, string(body), `"pos":[`, "the admin API answered")
		all = append(all, answer.Status)
	}
}

// framed are attacks by HTTP/2, where a value may have what ends a line in HTTP/1.1: the
// fields of a request, and its body.
func framed() map[string][]string {
	fields := func(more ...string) []string {
		return append([]string{":method", "POST", ":scheme", "https", ":authority", "till.example", ":path", "/v1/push"}, more...)
	}
	return map[string][]string{
		"a length that is too small":  fields("content-length", "0"),
		"a coding of HTTP/1.1":        fields("transfer-encoding", "chunked"),
		"a connection of HTTP/1.1":    fields("connection", "upgrade", "upgrade", "h2c"),
		"lines in a value":            fields("x", "y\r\n\r\n"+smuggled),
		"lines in a name":             fields("x: y\r\n\r\n"+smuggled, "z"),
		"a line feed in a value":      fields("x", "y\n\n"+smuggled),
		"a null byte in a value":      fields("x", "y\x00z"),
		"capitals in a name":          fields("Transfer-Encoding", "chunked"),
		"two hosts":                   fields("host", "elsewhere.example"),
		"lines in the method":         {":method", smuggled + "POST", ":scheme", "https", ":authority", "till.example", ":path", "/v1/push"},
		"lines in the path":           {":method", "GET", ":scheme", "https", ":authority", "till.example", ":path", "/ HTTP/1.1\r\nHost: x\r\n\r\n" + smuggled},
		"lines in the authority":      {":method", "GET", ":scheme", "https", ":authority", "till.example\r\n\r\n" + smuggled, ":path", "/"},
		"a path in the scheme":        {":method", "GET", ":scheme", "https://till.example/v1/admin/pos?", ":authority", "till.example", ":path", "/"},
		"an absolute address as path": {":method", "GET", ":scheme", "https", ":authority", "till.example", ":path", "https://till.example/v1/admin/pos"},
		"the admin API itself":        {":method", "GET", ":scheme", "https", ":authority", "till.example", ":path", "/v1/admin/pos", "authorization", "Bearer " + adminToken},
	}
}

// framed sends a request of HTTP/2 and says how it is answered: a status, or an error.
func (n *nginx) framed(t *testing.T, fields []string) string {
	conn := n.secure(t, http2.NextProtoTLS)
	_, err := conn.Write([]byte(http2.ClientPreface))
	require.NoError(t, err)
	frames := http2.NewFramer(conn, conn)
	frames.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	require.NoError(t, frames.WriteSettings())
	var head bytes.Buffer
	encoder := hpack.NewEncoder(&head)
	for i := 0; i < len(fields); i += 2 {
		require.NoError(t, encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	require.NoError(t, frames.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head.Bytes(), EndHeaders: true}))
	require.NoError(t, frames.WriteData(1, true, []byte("0\r\n\r\n"+smuggled)))
	for {
		frame, err := frames.ReadFrame()
		require.NoError(t, err)
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			return f.PseudoValue("status")
		case *http2.RSTStreamFrame:
			return f.ErrCode.String()
		case *http2.GoAwayFrame:
			return f.ErrCode.String()
		}
	}
}
