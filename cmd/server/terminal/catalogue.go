package terminal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// catalogue is what the server sells and its schema, currency and time zone, or
// the copies of them that were fetched last.
type catalogue struct {
	Products  []item `json:"products"`
	Customers []item `json:"customers"`
	Cashiers  []item `json:"cashiers"`
	schema    *protocol.Schema
	money     coins
	zone      *time.Location
}

// item is one row of the catalogue, whatever columns it has.
type item map[string]protocol.Value

func (i item) name() string { return i["name"].String() }

// price is that of a product; false if it has none.
func (i item) price() (decimal.Decimal, bool) { return i["price"].Decimal() }

const (
	catalogueFile = "catalogue.json"
	schemaFile    = "schema.json"
	infoFile      = "info.json"
)

// loadCatalogue reads the copies in dir. What isn't there has the defaults of a
// server without a catalogue.
func loadCatalogue(dir string) *catalogue {
	c := &catalogue{schema: protocol.CoreSchema(), money: coins{protocol.AnyCurrency}, zone: time.Local}
	if raw, err := os.ReadFile(filepath.Join(dir, catalogueFile)); err == nil {
		_ = json.Unmarshal(raw, c)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, schemaFile)); err == nil {
		c.takeSchema(raw)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, infoFile)); err == nil {
		c.takeInfo(raw)
	}
	return c
}

func (c *catalogue) takeSchema(raw []byte) {
	if fresh, err := protocol.DecodeSchema(raw); err == nil {
		c.schema = fresh.In(languages()...)
	}
}

// languages are what the environment says that people read, as POSIX has it.
func languages() []string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale, _, _ := strings.Cut(os.Getenv(name), "."); locale != "" {
			return []string{strings.ReplaceAll(locale, "_", "-")}
		}
	}
	return nil
}

// takeInfo sets the currency and the time zone.
func (c *catalogue) takeInfo(raw []byte) {
	info := client.Info{Currency: protocol.AnyCurrency}
	if json.Unmarshal(raw, &info) != nil {
		return
	}
	c.money, c.zone = coins{info.Currency}, time.Local
	if zone, err := time.LoadLocation(info.TimeZone); err == nil && info.TimeZone != "" {
		c.zone = zone
	}
}

// fetch asks the server and stores copies in the data folder.
func (c *catalogue) fetch(ctx context.Context, cfg Config) error {
	items, err := get(ctx, cfg, "/v1/catalogue")
	if err != nil {
		return err
	}
	fresh := catalogue{}
	if err := json.Unmarshal(items, &fresh); err != nil {
		return fmt.Errorf("the catalogue can't be read; tell the operator: %w", err)
	}
	c.Products, c.Customers, c.Cashiers = fresh.Products, fresh.Customers, fresh.Cashiers
	schema, err := get(ctx, cfg, "/v1/schema")
	if err != nil {
		return err
	}
	c.takeSchema(schema)
	info, err := get(ctx, cfg, "/v1/info")
	if err != nil {
		return err
	}
	c.takeInfo(info)
	// The copies only matter at a start without the server, so a failure to
	// write one is no error.
	_ = files.Write(filepath.Join(cfg.Dir, catalogueFile), items, 0o600)
	_ = files.Write(filepath.Join(cfg.Dir, schemaFile), schema, 0o600)
	_ = files.Write(filepath.Join(cfg.Dir, infoFile), info, 0o600)
	return nil
}

func get(ctx context.Context, cfg Config, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(cfg.Server, "/")+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+cfg.Token)
	resp, err := cfg.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return raw, nil
	}
	var said protocol.Problem
	if json.Unmarshal(raw, &said) == nil && said.Code != "" {
		return nil, said.Failure()
	}
	return nil, fmt.Errorf("%s answers %s", cfg.Server, resp.Status)
}

// product finds one by id, name, or a part of the name that only one has.
func (c *catalogue) product(text string) (item, error) { return find(c.Products, "product", text) }

func (c *catalogue) customer(text string) (item, error) { return find(c.Customers, "customer", text) }

var errUnknown = errors.New("is not in the catalogue")

func find(items []item, kind, text string) (item, error) {
	var starts, holds []item
	wanted := strings.ToLower(text)
	for _, i := range items {
		name := strings.ToLower(i.name())
		switch {
		case name == wanted || i["id"].String() == text:
			return i, nil
		case strings.HasPrefix(name, wanted):
			starts = append(starts, i)
		case strings.Contains(name, wanted):
			holds = append(holds, i)
		}
	}
	for _, some := range [][]item{starts, holds} {
		if len(some) == 1 {
			return some[0], nil
		}
		if len(some) > 1 {
			return nil, fmt.Errorf("which one: %s?", strings.Join(names(some), ", "))
		}
	}
	return nil, fmt.Errorf("%s %q %w", kind, text, errUnknown)
}

func names(items []item) []string {
	all := make([]string, len(items))
	for n, i := range items {
		all[n] = i.name()
	}
	return all
}

// cashier is the user of a name: one of the catalogue, or else a user of just
// that name.
func (c *catalogue) cashier(name string) *protocol.User {
	if name == "" {
		return nil
	}
	if i, err := find(c.Cashiers, "cashier", name); err == nil {
		return &protocol.User{ID: i["id"].String(), Name: i.name()}
	}
	return &protocol.User{ID: name, Name: name}
}

// nameOf is the name of the item with an id, or the id itself if the catalogue
// doesn't have it.
func nameOf(items []item, id protocol.Value) string {
	for _, i := range items {
		if i["id"] == id || i["id"].String() == id.String() {
			return i.name()
		}
	}
	return id.String()
}

// lineName is a line's description, or else the name of its product.
func (c *catalogue) lineName(f protocol.Fields) string {
	if text := f["description"].String(); text != "" && !f["description"].IsNull() {
		return text
	}
	if id := f["product_id"]; !id.IsNull() {
		return nameOf(c.Products, id)
	}
	return "something"
}
