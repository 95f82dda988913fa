package goplugin

import (
	"context"
	"fmt"

	"github.com/manytill/manytill/internal/pluginpb"
)

// Allocated is how many bytes the plugin has allocated since it began, also those
// that are free again; 0 where it doesn't say, as it was built with an older sdk.
func (h *Host) Allocated(ctx context.Context) (bytes uint64, err error) {
	p, err := h.process(ctx)
	if err != nil {
		return 0, err
	}
	response, err := p.rpc.Run(ctx, &pluginpb.RunRequest{Measure: true})
	if err != nil {
		return 0, fmt.Errorf("what the plugin allocates: %w", err)
	}
	return response.GetAllocated(), nil
}
