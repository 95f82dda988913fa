package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestACatalogueIsReadAgainWhenItsFilesChange: a broken edit leaves the old one
// and says so, once.
func TestACatalogueIsReadAgainWhenItsFilesChange(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "products.csv")
	at := time.Now()
	write := func(text string) {
		writeFile(t, file, text)
		at = at.Add(time.Second) // a clock of files may be coarse
		require.NoError(t, os.Chtimes(file, at, at))
	}
	var log bytes.Buffer
	write("id,name,price\n1,Tea,2.50\n")
	c := &config{dir: dir, Catalogue: catalogueConfig{Products: "products.csv"}}
	shop, err := openCatalogue(c, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	first := shop.Now()
	shop.step()
	require.Same(t, first, shop.Now())

	write("id,name,price\n1,Tea,2.60\n")
	shop.step() // sees it; it may still be written
	require.Same(t, first, shop.Now())
	shop.step()
	second := shop.Now()
	require.JSONEq(t, `{"products":[{"id":"1","name":"Tea","price":2.6}],"customers":[],"cashiers":[]}`, string(second.Body()))
	require.NotEqual(t, first.ETag(), second.ETag())

	log.Reset()
	write("id,name,price\n1,Tea,\n")
	for range 4 {
		shop.step()
	}
	require.Same(t, second, shop.Now())
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("the catalogue can't be read and the old one stays in use")))
	require.Contains(t, log.String(), "products.csv:2:7: the price is empty")

	log.Reset()
	require.NoError(t, os.Remove(file))
	shop.step()
	shop.step()
	require.Same(t, second, shop.Now())
	require.Contains(t, log.String(), "the catalogue can't be read and the old one stays in use")

	write("id;name;price\n1;Tea;2,70\n")
	require.NoError(t, shop.reload()) // SIGHUP doesn't wait
	require.Contains(t, string(shop.Now().Body()), `"price":2.7`)

	same := shop.Now()
	write("id,name,price\n1,Tea,2.70\n") // written anew, and the same for tills
	require.NoError(t, shop.reload())
	require.Same(t, same, shop.Now())
}

// TestAReloadTakesTheFilesThatTheConfigNamesNow: also where it named none.
func TestAReloadTakesTheFilesThatTheConfigNamesNow(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "manytill.yaml")
	name := func(catalogue string) {
		writeFile(t, file, "listen: 127.0.0.1:8080\nstore: sqlite:manytill.db\n"+catalogue)
	}
	writeFile(t, filepath.Join(dir, "summer.csv"), "id,name,price\n1,Lemonade,2.50\n")
	name("")
	c, err := readConfig(file)
	require.NoError(t, err)
	shop, err := openCatalogue(c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NotContains(t, string(shop.Now().Body()), "Lemonade")

	name("catalogue: {products: summer.csv}\n")
	require.NoError(t, shop.reload())
	require.Contains(t, string(shop.Now().Body()), "Lemonade")

	name("catalogue: {products: winter.csv}\n")
	require.ErrorContains(t, shop.reload(), "winter.csv")
	require.Contains(t, string(shop.Now().Body()), "Lemonade")
	writeFile(t, filepath.Join(dir, "winter.csv"), "id,name,price\n1,Punch,3.50\n")
	shop.step() // it is read as soon as it is there
	shop.step()
	require.Contains(t, string(shop.Now().Body()), "Punch")

	name("catalogue: {product: summer.csv}\n")
	require.ErrorContains(t, shop.reload(), "did you mean")
	require.Contains(t, string(shop.Now().Body()), "Punch")

	name("")
	require.NoError(t, shop.reload())
	require.NotContains(t, string(shop.Now().Body()), "Punch")
}
