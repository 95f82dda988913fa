package javascript

import (
	"time"

	"github.com/dop251/goja"
)

// localise puts the models' toLocaleString, which pages have too, in the place
// of goja's: that takes a locale for a radix and knows no options.
func (r *runtime) localise(built *goja.Object) error {
	localise, _ := goja.AssertFunction(built.Get("localise"))
	zone := goja.Undefined()
	if name := time.Local.String(); name != "Local" {
		zone = r.ToValue(name)
	}
	_, err := localise(goja.Undefined(), r.GlobalObject(), zone)
	return err
}
