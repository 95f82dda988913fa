package check

import (
	"context"
	"errors"
)

// checkJavaScript loads the files in this process, and takes what loading says.
func checkJavaScript(ctx context.Context, o Options, r *Report) error {
	host, err := o.start(ctx, o.source(o.Path))
	if err != nil {
		r.failed(err)
		return nil
	}
	r.describe(host.Describe())
	return errors.Join(o.together(ctx, host, r), host.Close())
}
