// A package that is no program.
package points // want: not-a-plugin

import "github.com/manytill/manytill/sdk"

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}
