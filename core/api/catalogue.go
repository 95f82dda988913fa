package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Catalogue is the products, customers and cashiers of the operator's config,
// as JSON. It is compressed when it is first asked for so, and once for all who
// ask. Safe for concurrent use.
type Catalogue struct {
	etag   string
	plain  []byte
	zipped func() []byte // gives nil where compressing spares nothing
}

// NewCatalogue takes the body of /v1/catalogue.
func NewCatalogue(body []byte) *Catalogue {
	sum := sha256.Sum256(body)
	return &Catalogue{
		// Weak: the same for the body as it is and compressed.
		etag:   `W/"` + hex.EncodeToString(sum[:8]) + `"`,
		plain:  body,
		zipped: sync.OnceValue(func() []byte { return zip(body) }),
	}
}

// ETag names the body, with its quotes.
func (c *Catalogue) ETag() string { return c.etag }

// Body is the JSON as it stands.
func (c *Catalogue) Body() []byte { return c.plain }

var noCatalogue = NewCatalogue([]byte(`{"products":[],"customers":[],"cashiers":[]}`))

// worthZipping is the size from which compressing spares a packet.
const worthZipping = 1400

func zip(plain []byte) []byte {
	if len(plain) < worthZipping {
		return nil
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(plain)
	if w.Close() != nil || zipped.Len() >= len(plain) {
		return nil
	}
	return zipped.Bytes()
}

// acceptsGzip reads Accept-Encoding: gzip;q=0 refuses it.
func acceptsGzip(r *http.Request) bool {
	star := false
	for _, item := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, parameters, _ := strings.Cut(item, ";")
		weight, weighted := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(parameters), " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		accepted := !weighted || (err == nil && q > 0)
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return accepted
		case "*":
			star = accepted
		}
	}
	return star
}
