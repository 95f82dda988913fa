package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/manytill/manytill/sdk"
)

// Booking is what a customer got for an order, less what was redeemed.
type Booking struct {
	Order    sdk.OrderID `json:"order"`
	Customer sdk.Value   `json:"customer"`
	Points   sdk.Decimal `json:"points"`
}

// Bookings is a folder for whoever keeps the customers' accounts: a file of JSON
// for each booking, named by the effect's ID. "" is none.
type Bookings string

// bookingsIn reads where bookings go.
func bookingsIn(settings sdk.Record) (Bookings, error) {
	var dir string
	if err := settings.Get("bookings", &dir); err != nil || dir == "" {
		return "", err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || !filepath.IsAbs(dir) {
		return "", fmt.Errorf("bookings must be the absolute path of a folder that is there, was %q", dir)
	}
	return Bookings(dir), nil
}

// Book does the effect "book". It may be called again for what was done, even by
// another process: then it puts the same file in its own place.
func (b Bookings) Book(_ context.Context, e sdk.Effect) (sdk.Result, error) {
	if b == "" {
		return "", errors.New("there is a booking, and the setting bookings doesn't say where to")
	}
	file, err := os.CreateTemp(string(b), ".booking-*")
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(string(e.Data) + "\n")
	err = cmp.Or(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(string(b), e.ID+".json"))
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return e.Data, nil
}
