package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

var (
	// place is where in a vendor's file something stands.
	place = regexp.MustCompile(`([\w./-]*/)?([\w.-]+\.(?:[cm]?[jt]sx?|go)):(\d+(?::\d+)?)`)
	// numbers and quoted texts are of one record, mostly.
	ofRecord = regexp.MustCompile(`"[^"]*"|'[^']*'|“[^”]*”|\d+([.,]\d+)*`)
)

// places are words with places as file and line, wherever the file lies.
func places(words string) string { return place.ReplaceAllString(words, "$2:$3") }

// files are words with places as files alone: lines move while code is edited.
func files(words string) string { return place.ReplaceAllString(words, "$2") }

// Cause names what a run failed of, for a file: runs of the same cause are kept
// once. Numbers and quoted texts in the words don't make another cause, the place
// in the code does.
func (r *Run) Cause(model protocol.Model) string {
	words := r.Message
	stands := place.FindAllString(words, -1)
	words = ofRecord.ReplaceAllString(place.ReplaceAllString(words, ""), "")
	if r.Kind != "" {
		words = ""
	}
	sum := sha256.Sum256([]byte(strings.Join(append([]string{
		r.Extension, r.Version, string(r.End), r.Kind, r.Hook, string(model), words,
	}, stands...), "\x00")))
	return fileName(r.Extension) + "-" + string(r.End) + "-" + hex.EncodeToString(sum[:6])
}

// fileName is an extension's name as a part of a file's.
func fileName(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' {
			return c
		}
		return '-'
	}, name[:min(len(name), 60)])
}
