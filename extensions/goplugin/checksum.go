package goplugin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hashicorp/go-plugin"
	"github.com/manytill/manytill/internal/files"
)

// checkSum holds the binary against the pinned checksum. It is done at each
// start, so that a binary that was swapped doesn't run.
func checkSum(path, pinned string) error {
	if pinned == "" {
		sum, err := sumOf(path)
		if err != nil {
			return err
		}
		return fmt.Errorf("no sha256 is given for %s: if you trust this file, write sha256: %q at this extension in the server's config", path, sum)
	}
	want, err := hex.DecodeString(strings.TrimSpace(pinned))
	if err != nil || len(want) != sha256.Size {
		return fmt.Errorf("sha256 %q is no SHA-256 in hex: write what `sha256sum %s` prints", pinned, path)
	}
	// A hash is for one check: it would go on from the last one's state.
	same, err := (&plugin.SecureConfig{Checksum: want, Hash: sha256.New()}).Check(path)
	if err != nil {
		return fmt.Errorf("the plugin's binary can't be read: %w", err)
	}
	if same {
		return nil
	}
	sum, err := sumOf(path)
	if err != nil {
		return err
	}
	return fmt.Errorf("%s isn't the file that was pinned: its sha256 is %s, the server's config says %s. If it was updated on purpose, change sha256 there", path, sum, pinned)
}

func sumOf(path string) (string, error) {
	sum, err := files.SHA256(path)
	if err != nil {
		return "", fmt.Errorf("the plugin's binary can't be read: %w", err)
	}
	return sum, nil
}
