package main

import (
	"fmt"

	"github.com/manytill/manytill/core/api"
)

// originChecks: what can't be understood is refused at the start, since it
// would keep a till out later.
func (c *config) originChecks() (checks []check) {
	for i, text := range c.AllowedOrigins {
		if _, err := api.ParseOrigin(text); err != nil {
			checks = append(checks, check{fmt.Sprintf("allowed_origins[%d]", i), true, fmt.Sprintf("allowed_origins: %q %s", text, err)})
		}
	}
	return checks
}

func (c *config) origins() (all []api.Origin) {
	for _, text := range c.AllowedOrigins {
		if o, err := api.ParseOrigin(text); err == nil {
			all = append(all, o)
		}
	}
	return all
}
