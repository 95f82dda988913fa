// Command fails is an extension whose hooks fail as the field do of an order says.
package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type order struct {
	sdk.OrderBase
	do   string
	seen float64
}

func (o *order) InitFromJSON(j sdk.Record) error { return j.Get("do", &o.do) }

func (o *order) ApplyMSData(d sdk.Record) error {
	if err := d.Get("do", &o.do); err != nil {
		return err
	}
	switch o.do {
	case "error":
		return errors.New("no such card")
	case "panic":
		var none []string
		return fmt.Errorf("never %s", none[len(o.do)])
	case "exit":
		os.Exit(7)
	case "hang":
		select {}
	case "sleep":
		time.Sleep(slow)
	case "veto":
		return sdk.Reject("not on Mondays")
	case "nan":
		o.seen = math.NaN()
	}
	return nil
}

func (o *order) ExportAsJSON(out sdk.Record) error { return out.Set("seen", o.seen) }

// slow is more than half of the time that a call has in the test.
const slow = 1400 * time.Millisecond

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(order) }})
}
