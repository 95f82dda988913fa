// Another server, while the tills wait.
package main

import (
	"net/http"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(sdk.Record) error {
	answer, err := http.Get("http://127.0.0.1:9/points") // want: call-in-hook
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
