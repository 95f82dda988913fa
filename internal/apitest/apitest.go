// Package apitest makes calls of the API by hand, for tests that use no client.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/manytill/manytill/sdk/protocol"
)

// Call sends a body as JSON and reads the answer, unless that is nil. What the server
// refuses is a [*protocol.Error]; what others answer in its place is told with its status.
func Call(ctx context.Context, c *http.Client, method, url, token string, body, answer any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	said, err := c.Do(r)
	if err != nil {
		return err
	}
	defer said.Body.Close()
	if raw, err = io.ReadAll(said.Body); err != nil {
		return err
	}
	if said.StatusCode != http.StatusOK {
		var problem protocol.Problem
		if json.Unmarshal(raw, &problem) != nil || problem.Code == "" {
			return fmt.Errorf("%s %s: %s: %s", method, url, said.Status, raw)
		}
		return problem.Failure()
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(raw, answer)
}
