package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/client/queue"
)

// Replay adds up the batches of a file. It stops at the first line that isn't
// whole: good is how many bytes stand before it, and rest whether whole lines
// stand behind it, so that it isn't a torn end.
func Replay(raw []byte) (s *queue.State, good int, rest bool) {
	s = queue.NewState()
	for good < len(raw) {
		batch, n := readLine(raw[good:])
		if batch == nil {
			return s, good, wholeLine(raw[good:])
		}
		s.Apply(batch...)
		good += n
	}
	return s, good, false
}

// readLine reads the first line; nil if it isn't whole.
func readLine(raw []byte) (batch []queue.Record, n int) {
	end := bytes.IndexByte(raw, '\n')
	if end < 9 || raw[8] != ' ' {
		return nil, 0
	}
	body := raw[9:end]
	if string(raw[:8]) != fmt.Sprintf("%08x", crc32.Checksum(body, table)) {
		return nil, 0
	}
	batch = []queue.Record{}
	if json.Unmarshal(body, &batch) != nil {
		return nil, 0
	}
	return batch, end + 1
}

// wholeLine reports whether a whole line stands behind the first.
func wholeLine(raw []byte) bool {
	for {
		end := bytes.IndexByte(raw, '\n')
		if end < 0 {
			return false
		}
		raw = raw[end+1:]
		if batch, _ := readLine(raw); batch != nil {
			return true
		}
	}
}

func keepDamaged(path string, raw []byte) (string, error) {
	kept := path + ".damaged-" + time.Now().UTC().Format("20060102T150405")
	// On disk by its name, before the file is cut.
	if err := files.Write(kept, raw, 0o600); err != nil {
		return "", fmt.Errorf("keep the damaged file: %w", err)
	}
	return kept, nil
}
