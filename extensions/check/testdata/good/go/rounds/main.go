// Many ways to write what is right.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

const roundsKey = "rounds"

const sumKey sdk.Field = "sum"

// rate is set once, before any hook.
var rate = 1.0

var room = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]`) })

// initials is the same for all that ask, and guarded.
var initials = struct {
	sync.Mutex
	of map[string]string
}{of: map[string]string{}}

func initial(room string) string {
	initials.Lock()
	defer initials.Unlock()
	if _, known := initials.of[room]; !known {
		initials.of[room] = strings.ToUpper(room[:1])
	}
	return initials.of[room]
}

var worth = sdk.NewPerLine(func(l sdk.OrderLine) (sum float64, err error) {
	var qty, price float64
	err = errors.Join(l.Get("qty", &qty), l.Get("price_unit", &price))
	return qty * price * rate, err
})

// Order has hooks of every form.
type Order struct {
	sdk.OrderBase
	Rounds *int
	Room   string          `sync:"room" json:"room"`
	Until  time.Time       `json:"until"`
	Guests []string        `sync:"guests"`
	Plan   json.RawMessage `sync:"plan"`
	Sum    float64
	notes  []string
}

func (o *Order) InitFromJSON(json sdk.Record) error {
	if json.Has("until") {
		if err := json.Get("until", &o.Until); err != nil {
			return err
		}
	}
	return json.Get(roundsKey, &o.Rounds)
}

func (o *Order) ApplyMSData(data sdk.Record) error {
	if err := errors.Join(data.Get("until", &o.Until), data.Get(roundsKey, &o.Rounds)); err != nil {
		return fmt.Errorf("rounds: %w", err)
	}
	if o.Room != "" && !room().MatchString(o.Room) {
		return sdk.Reject("there is no room " + o.Room)
	}
	if o.Room != "" && initial(o.Room) == "" {
		return errors.New("no initial")
	}
	before := 0.0
	if err := o.Stored().Get(sumKey, &before); err != nil {
		return err
	}
	o.Sum = 0
	for _, line := range o.Lines() {
		sum, err := worth.Of(line)
		if err != nil {
			return err
		}
		o.Sum += sum
	}
	if o.Sum != before {
		o.notes = append(o.notes, fmt.Sprint(o.Sum))
		log.Println("the sum is", o.notes)
	}
	shuffled := rand.New(rand.NewPCG(1, 2)).Perm(3)
	sorted := map[int]bool{}
	for _, n := range shuffled {
		sorted[n] = true
	}
	delete(sorted, 1)
	return nil
}

func (o Order) ExportAsJSON(out sdk.Record) error {
	if o.Merged().Has("until") {
		if err := out.Set("until", o.Until.UTC().Format(time.RFC3339)); err != nil {
			return err
		}
	}
	if o.Rounds != nil {
		if err := out.Set(roundsKey, *o.Rounds); err != nil {
			return err
		}
	}
	return out.Set(sumKey, o.Sum)
}

func newOrder() sdk.OrderHooks { return &Order{Guests: []string{}} }

func configure(settings sdk.Record) error {
	if strings.TrimSpace(os.Getenv("TZ")) == "" {
		fmt.Fprintln(os.Stderr, "rounds: no time zone")
	}
	if !settings.Has("rate") {
		return nil
	}
	return settings.Get("rate", &rate)
}

func main() {
	fmt.Fprintln(os.Stderr, "rounds: begins")
	plugin.Serve(plugin.Extension{Name: "rounds", Version: "1.0.0", Order: newOrder, Configure: configure})
}
