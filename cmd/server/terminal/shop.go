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
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/wire"
)

// shop is the catalogue, the schema and the currency of the server, or the
// copies of them that were fetched last.
type shop struct {
	Products  []item `json:"products"`
	Customers []item `json:"customers"`
	Cashiers  []item `json:"cashiers"`
	schema    *sdk.Schema
	money     coins
	zone      *time.Location
}

// item is one row of the catalogue, whatever columns it has.
type item map[string]sdk.Value

func (i item) name() string { return i["name"].String() }

// price is that of a product; false if it has none.
func (i item) price() (sdk.Decimal, bool) { return i["price"].Decimal() }

const (
	catalogueFile = "catalogue.json"
	schemaFile    = "schema.json"
	infoFile      = "info.json"
)

func loadShop(dir string) *shop {
	s := &shop{schema: sdk.CoreSchema(), money: coins{sdk.AnyCurrency}, zone: time.Local}
	if raw, err := os.ReadFile(filepath.Join(dir, catalogueFile)); err == nil {
		_ = json.Unmarshal(raw, s)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, schemaFile)); err == nil {
		s.takeSchema(raw)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, infoFile)); err == nil {
		s.takeInfo(raw)
	}
	return s
}

func (s *shop) takeSchema(raw []byte) {
	var fresh sdk.Schema
	if json.Unmarshal(raw, &fresh) == nil && fresh.Order != nil && fresh.Orderline != nil {
		s.schema = &fresh
	}
}

// takeInfo learns currency and time zone.
func (s *shop) takeInfo(raw []byte) {
	info := client.Info{Currency: sdk.AnyCurrency}
	if json.Unmarshal(raw, &info) != nil {
		return
	}
	s.money, s.zone = coins{info.Currency}, time.Local
	if zone, err := time.LoadLocation(info.TimeZone); err == nil && info.TimeZone != "" {
		s.zone = zone
	}
}

// fetch asks the server and keeps copies.
func (s *shop) fetch(ctx context.Context, cfg Config) error {
	catalogue, err := get(ctx, cfg, "/v1/catalogue")
	if err != nil {
		return err
	}
	fresh := shop{}
	if err := json.Unmarshal(catalogue, &fresh); err != nil {
		return fmt.Errorf("the catalogue can't be read; tell the operator: %w", err)
	}
	s.Products, s.Customers, s.Cashiers = fresh.Products, fresh.Customers, fresh.Cashiers
	schema, err := get(ctx, cfg, "/v1/schema")
	if err != nil {
		return err
	}
	s.takeSchema(schema)
	info, err := get(ctx, cfg, "/v1/info")
	if err != nil {
		return err
	}
	s.takeInfo(info)
	// A copy that can't be kept is missed only at a start without the server.
	_ = files.Write(filepath.Join(cfg.Dir, catalogueFile), catalogue, 0o600)
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
	var e wire.Error
	if json.Unmarshal(raw, &e) == nil && e.Code != "" {
		return nil, e
	}
	return nil, fmt.Errorf("%s answers %s", cfg.Server, resp.Status)
}

// refused reports whether the server was reached and said no.
func refused(err error) bool {
	var e wire.Error
	return errors.As(err, &e)
}

// product finds one by id, name, or a part of the name that only one has.
func (s *shop) product(text string) (item, error) { return find(s.Products, "product", text) }

func (s *shop) customer(text string) (item, error) { return find(s.Customers, "customer", text) }

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

// cashier is a user: one of the catalogue, or whoever says so.
func (s *shop) cashier(name string) *sdk.User {
	if name == "" {
		return nil
	}
	if i, err := find(s.Cashiers, "cashier", name); err == nil {
		return &sdk.User{ID: i["id"].String(), Name: i.name()}
	}
	return &sdk.User{ID: name, Name: name}
}

// nameOf is what an id of the catalogue is called; the id itself if nobody
// here knows it.
func nameOf(items []item, id sdk.Value) string {
	for _, i := range items {
		if i["id"] == id || i["id"].String() == id.String() {
			return i.name()
		}
	}
	return id.String()
}

// lineName is what a line calls itself, else what its product is called here.
func (s *shop) lineName(f sdk.Fields) string {
	if text := f["description"].String(); text != "" && !f["description"].IsNull() {
		return text
	}
	if id := f["product_id"]; !id.IsNull() {
		return nameOf(s.Products, id)
	}
	return "something"
}
