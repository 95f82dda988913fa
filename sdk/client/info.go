package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/manytill/manytill/sdk"
)

// Info is what a server says of itself to anyone.
type Info struct {
	Server   string       `json:"server"`
	Version  string       `json:"version"`
	ServerID string       `json:"server_id"`
	Currency sdk.Currency `json:"currency"`
	// TimeZone is the shop's, like Europe/Vienna; "" is that of the device.
	TimeZone       string `json:"time_zone"`
	ExtensionsETag string `json:"extensions_etag"`
	CatalogueETag  string `json:"catalogue_etag"`
}

// Info asks the server for what it says of itself. One that names no currency
// has [sdk.AnyCurrency].
func (c *Client) Info(ctx context.Context) (Info, error) {
	info := Info{Currency: sdk.AnyCurrency}
	if err := c.net.json(ctx, http.MethodGet, "/v1/info", nil, &info); err != nil {
		return info, err
	}
	if info.Server != "manytill" {
		return info, fmt.Errorf("GET /v1/info: something other than a Manytill server answers at %s", c.cfg.URL)
	}
	return info, nil
}
