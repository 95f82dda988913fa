package catalogue_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/manytill/manytill/cmd/server/catalogue"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// rows reads a file of that name and gives what tills get.
func rows(t *testing.T, file, text string) string {
	t.Helper()
	table, err := catalogue.Parse(catalogue.KindOf(file), file, []byte(text), protocol.Currency{Code: "EUR", Decimals: 2})
	require.NoError(t, err)
	raw, err := json.Marshal(table.Rows)
	require.NoError(t, err)
	return string(raw)
}

func TestPricesAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"2.50": "2.5", "2,50": "2.5", "€2.50": "2.5", "2,50 €": "2.5", "2.50 EUR": "2.5", "EUR 2.50": "2.5",
		"1 234.50": "1234.5", "1\u00a0234,50": "1234.5", "1\u202f234,50": "1234.5", "1'234.50": "1234.5", "1’234.50": "1234.5",
		"1,234.50": "1234.5", "1.234,50": "1234.5", "1.234.567": "1234567", "12,34,567.00": "1234567",
		"-2.50": "-2.5", "−2,50 €": "-2.5", "5.-": "5", "5,–": "5", ".50": "0.5", "0,125": "0.125", "0": "0", "0.00": "0", "007": "7",
		"$ 3": "3", "kr 25": "25", "25 kr.": "25", "Fr. 4.80": "4.8", "٢٫٥٠": "2.5", "２．５０": "2.5", "1.2345": "1.2345",
	} {
		t.Run(text, func(t *testing.T) {
			require.JSONEq(t, `[{"id":"a","name":"Tea","price":`+want+`}]`, rows(t, "p.csv", "id;name;price\na;Tea;"+text+"\n"))
		})
	}
}

func TestWhatCanBeReadInTwoWaysIsReadByItsColumnOrRefused(t *testing.T) {
	const head = "id;name;price\na;Tea;"
	for name, c := range map[string]struct{ prices, want string }{
		"a comma column":       {"1.234\nb;Cake;2,50\n", "1234"},
		"a point column":       {"1.234\nb;Cake;2.50\n", "1.234"},
		"thousands elsewhere":  {"1,234\nb;Cake;1,234.50\n", "1234"},
		"both kinds elsewhere": {"1.234\nb;Cake;1.234.567\n", "1234"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []struct{ Price json.Number }
			require.NoError(t, json.Unmarshal([]byte(rows(t, "p.csv", head+c.prices)), &got))
			require.Equal(t, c.want, got[0].Price.String())
		})
	}
	money := protocol.Currency{Decimals: 2}
	_, err := catalogue.Parse(catalogue.Products, "p.csv", []byte(head+"1,234\n"), money)
	require.EqualError(t, err, `p.csv:2:7: the price is "1,234"; it can be 1234 or 1.234; expected two decimals (1.23, or 1234.00)`)
	for decimals, want := range map[int]string{0: "1234", 3: "1.234"} {
		table, err := catalogue.Parse(catalogue.Products, "p.csv", []byte(head+"1,234\n"), protocol.Currency{Decimals: decimals})
		require.NoError(t, err)
		require.EqualValues(t, want, table.Rows[0]["price"])
	}
}

func TestDelimitersEncodingsAndHeaders(t *testing.T) {
	const want = `[{"id":"11","name":"Käse","price":2.5,"category":"Kühltheke"}]`
	semicolons := "Artikelnr.;Bezeichnung;Verkaufspreis (brutto);Warengruppe\r\n11;Käse;2,50;Kühltheke\r\n"
	windows, err := charmap.Windows1252.NewEncoder().String(semicolons)
	require.NoError(t, err)
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(semicolons)
	require.NoError(t, err)
	big, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(semicolons)
	require.NoError(t, err)
	for name, text := range map[string]string{
		"semicolons": semicolons, "with a mark": "\ufeff" + semicolons, "Excel's own word": "sep=;\r\n" + semicolons,
		"Windows-1252": windows, "UTF-16": little, "UTF-16 without a mark": big,
		"tabs":        strings.ReplaceAll(semicolons, ";", "\t"),
		"old Mac":     strings.ReplaceAll(semicolons, "\r\n", "\r"),
		"empty rows":  semicolons + ";;;\r\n\r\n",
		"quotes":      "id,name,price,category\n\"11\", \"Käse\",\"2,50\",Kühltheke\n",
		"an extra":    "id,name,price,category,\n11,Käse,2.50,Kühltheke,\n",
		"upper case":  "ID,NAME,PRICE,CATEGORY\n11,Käse,2.50,Kühltheke\n",
		"keeps zeros": "id,name,price,category\n\"=\"\"11\"\"\",Käse,2.50,Kühltheke\n",
	} {
		t.Run(name, func(t *testing.T) {
			var got []map[string]any
			require.NoError(t, json.Unmarshal([]byte(rows(t, "p.csv", text)), &got))
			delete(got[0], "Artikelnr.") // it is the id, and stays a code
			delete(got[0], "code")
			raw, err := json.Marshal(got)
			require.NoError(t, err)
			require.JSONEq(t, want, string(raw))
		})
	}
}

func TestHeadersOfShopSoftware(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"Odoo":        {"External ID,Name,Sales Price,Barcode,Internal Reference,Product Category\np_1,Tea,2.50,400,T1,Hot\n", `[{"id":"p_1","name":"Tea","price":2.5,"Barcode":"400","Internal Reference":"T1","category":"Hot"}]`},
		"a table":     {"id,name,list_price,default_code\n1,Tea,2.50,T1\n", `[{"id":"1","name":"Tea","price":2.5,"default_code":"T1"}]`},
		"Square":      {"Token,Item Name,SKU,Price,GTIN\nXY,Tea,T1,2.50,400\n", `[{"id":"XY","name":"Tea","price":2.5,"SKU":"T1","GTIN":"400"}]`},
		"Shopify":     {"Handle,Title,Variant SKU,Variant Price,Variant Barcode\ntea,Tea,T1,2.50,400\n", `[{"Handle":"tea","id":"T1","code":"T1","name":"Tea","price":2.5,"barcode":"400"}]`},
		"WooCommerce": {"ID,SKU,Name,Regular price,Categories\n7,T1,Tea,2.50,Hot\n", `[{"id":"7","SKU":"T1","name":"Tea","price":2.5,"category":"Hot"}]`},
		"French":      {"Référence;Désignation;Prix de vente TTC;Code-barres;Catégorie\nT1;Thé;2,50;400;Chaud\n", `[{"id":"T1","code":"T1","name":"Thé","price":2.5,"barcode":"400","category":"Chaud"}]`},
		"Spanish":     {"Código;Nombre;Precio;Código de barras\nT1;Té;2,50;400\n", `[{"id":"T1","code":"T1","name":"Té","price":2.5,"barcode":"400"}]`},
	} {
		t.Run(name, func(t *testing.T) { require.JSONEq(t, c.want, rows(t, "p.csv", c.text)) })
	}
}

func TestTextsStayAsTheyStand(t *testing.T) {
	require.JSONEq(t, `[{"id":"1.10","name":"5.00","price":1,"barcode":"0042","size":"10"},{"id":"1.1","name":"1E5","price":1,"barcode":"4006381333931"},{"id":"1E5","name":"=1+1","price":1}]`,
		rows(t, "p.csv", "id,name,price,barcode,size\n1.10,5.00,1,0042,10\n1.1,1E5,1,4006381333931,\n1E5,=1+1,1,,\n"))
	require.JSONEq(t, `[{"id":11,"name":"Tea","price":2.5,"barcode":"4006381333931","tax_ids":[1]},{"id":"1.10","name":"5.00","price":1234.5},{"id":"12345678901234567890","name":"x","price":100}]`,
		rows(t, "p.json", "\ufeff"+` [{"id":11,"name":"Tea","price":2.50,"barcode":4006381333931,"tax_ids":[1]},{"id":1.10,"name":5.00,"price":"1.234,50"},{"id":12345678901234567890,"name":"x","price":1e2}]`+"\n"))
}

func TestMistakesNameTheirPlaceAndWhatWasExpected(t *testing.T) {
	const head = "id,name,price\n"
	for name, c := range map[string]struct{ file, text, says string }{
		"an empty price":      {"p.csv", head + "1,Tea,2\n2,Größe,\n", `p.csv:3:9: the price is empty; expected one like 2.50, or 0 for what costs nothing`},
		"a price in letters":  {"p.csv", head + "1,Tea,free\n", `p.csv:2:7: the price is "free"; expected a price like 2.50 or 2,50`},
		"a letter in a price": {"p.csv", head + "1,Tea,2.5O\n", `p.csv:2:7: the price is "2.5O"; expected`},
		"an exponent":         {"p.csv", head + "1,Tea,1E5\n", `expected a price like`},
		"hexadecimal":         {"p.csv", head + "1,Tea,0x10\n", `expected a price like`},
		"a date":              {"p.csv", head + "1,Tea,02.05.2026\n", `expected a price like`},
		"broken thousands":    {"p.csv", head + "1,Tea,1 23.50\n", `expected a price like`},
		"another currency":    {"p.csv", head + "1,Tea,£2.50\n", `expected a price in EUR, the currency of the config`},
		"too long":            {"p.csv", head + "1,Tea,1234567890123456.5\n", `at most 15 digits`},
		"an id twice":         {"p.csv", head + "5,Tea,2\n6,Jam,1\n5,Cake,3\n", `p.csv:4:1: the id "5" is in line 2 already ("Tea"); each row needs one of its own`},
		"no id":               {"p.csv", head + ",Tea,2\n", `p.csv:2:1: the id is empty`},
		"no name":             {"p.csv", head + "1,,2\n", `p.csv:2:3: the name is empty`},
		"no column of prices": {"p.csv", "id,name,cost\n1,Tea,2\n", `p.csv:1:1: no column is the price of products; the columns are "id", "name", "cost". Rename one to “price”`},
		"two of prices":       {"p.csv", "id,name,Preis,Verkaufspreis\n1,Tea,2,3\n", `p.csv:1:15: "Preis" and "Verkaufspreis" can both be the price`},
		"no columns at all":   {"p.csv", "1;Tea;2,50\n", `no column is the id or the name or the price of products; the columns are "1", "Tea", "2,50"`},
		"a name twice":        {"p.csv", "id,name,price,name\n", `p.csv:1:15: the column "name" is named twice`},
		"an empty file":       {"p.csv", "", `p.csv:1:1: the file is empty`},
		"too many cells":      {"p.csv", head + "1,Tea, green,2\n", `p.csv:2:14: "2" is in a column that the first row doesn't name`},
		"a lone quote":        {"p.csv", head + "1,12\" pizza,2\n", `p.csv:2:5: a quote (") is alone`},
		"an open quote":       {"p.csv", head + "1,\"Tea,2\n2,Cake,3\n", `p.csv:2:1: a quote (") that opens in this row is never closed`},
		"a workbook":          {"p.csv", "PK\x03\x04", `save the sheet as “CSV UTF-8”`},
		"another ending":      {"p.xlsx", "PK", `p.xlsx: `},
		"no text":             {"p.csv", head + "1,\x00\x01,2\n", `is 0, so this isn't text`},
		"unknown bytes":       {"p.csv", head + "1,\x81,2\n", `line 2 is neither UTF-8 nor UTF-16 nor Windows-1252`},
		"half a character":    {"p.csv", "\xff\xfei\x00d", `ends in the middle of a character`},
		"garbage after":       {"p.json", "[{\"id\":1,\"name\":\"Tea\",\"price\":2}]\n garbage", `p.json:2:2: something follows after the end of the list`},
		"JSON that ends":      {"p.json", `[{"id":1,"name":"Tea","price":2}`, `the file is incomplete`},
		"JSON that is none":   {"p.json", "[{\"id\":1,\n\"name\":Tea}]", `p.json:2:8: not JSON`},
		"no list":             {"p.json", `{"products":[]}`, `p.json:1:1: must be a list of objects`},
		"no objects":          {"p.json", `[1]`, `p.json:1:2: must be an object`},
		"a price null":        {"p.json", `[{"id":1,"name":"Tea","price":null}]`, `p.json:1:31: the price is empty`},
		"a price missing":     {"p.json", "[{\"id\":1,\"name\":\"Tea\",\"price\":1},\n {\"id\":2,\"name\":\"Jam\"}]", `p.json:2:2: the price is empty`},
		"a short row":         {"p.csv", head + "1,Tea,2\n2,Größe\n", `p.csv:3:8: the price is empty`},
		"a short row of CRLF": {"p.csv", "id,name,price\r\n2,Jam\r\n", `p.csv:2:6: the price is empty`},
		"a short row, quoted": {"p.csv", head + "2,\"Jam\nof plums\"\n", `p.csv:3:10: the price is empty`},
		"a short row at last": {"p.csv", "sep=;\nid;name;price\n2;\"Jam\"", `p.csv:3:8: the price is empty`},
		"a row of an id":      {"p.csv", head + "2\n", `p.csv:2:2: the name is empty`},
		"no prices at all":    {"p.json", "[\n  {\"id\":2,\"name\":\"Jam\"}]", `p.json:2:3: no column is the price of products`},
		"two prices of JSON":  {"p.json", "[\n {\"id\":2,\"name\":\"Jam\",\"Preis\":1,\n\"Verkaufspreis\":\n2}]", `p.json:4:1: "Preis" and "Verkaufspreis" can both`},
		"names in line 2":     {"p.csv", "sep=;\nid;name\n2;Jam\n", `p.csv:2:1: no column is the price`},
		"a price true":        {"p.json", `[{"id":1,"name":"Tea","price":true}]`, `the price is true; expected a number`},
		"a key twice":         {"p.json", `[{"id":1,"id":2}]`, `the key "id" is twice`},
		"an id of two types":  {"p.json", `[{"id":1,"name":"a","price":1},{"id":"1","name":"b","price":2}]`, `the id "1" is in line 1 already ("a")`},
		"an id that is a list": {
			"p.json", `[{"id":[1],"name":"a","price":1}]`, `the id must be a text or a number`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := catalogue.Parse(catalogue.Products, c.file, []byte(c.text), protocol.Currency{Code: "EUR", Decimals: 2})
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	_, err := catalogue.Parse(catalogue.Products, "p.csv", []byte("id,name,price\n"+strings.Repeat("1,Tea,\n", 12)), protocol.Currency{Decimals: 2})
	require.ErrorContains(t, err, "p.csv:2:7: the price is empty")
	require.ErrorContains(t, err, "p.csv:3:7: the price is empty")
	require.ErrorContains(t, err, "more")
}

func TestNotesSayWhatWasAssumed(t *testing.T) {
	table, err := catalogue.Parse(catalogue.Products, "p.csv", []byte("SKU,K\xe4se,Titel,price,Name\n1,,,2,T\xe9\n2,4.00638E+12,,1,x\n"), protocol.Currency{Decimals: 2})
	require.NoError(t, err)
	require.Equal(t, "CSV with commas, Windows-1252", table.Format)
	notes := strings.Join(table.Notes, "\n")
	require.Contains(t, notes, "it was read as Windows-1252")
	require.Contains(t, notes, `column "SKU" is read as id`)
	require.Contains(t, notes, "line 3, column 3: 4.00638E+12 looks like a code that a spreadsheet has rounded")
}

func TestCustomersAndCashiersNeedNoPrice(t *testing.T) {
	require.JSONEq(t, `[{"id":"7","name":"Ana"}]`, rows(t, "cashiers.csv", "id,name\n7,Ana\n"))
	require.JSONEq(t, `[{"id":"K-1","name":"Ms Okafor","City":"Graz"}]`, rows(t, "customers.csv", "Customer No;Customer;City\nK-1;Ms Okafor;Graz\n"))
	table, err := catalogue.Parse(catalogue.Customers, "c.json", []byte("[]"), protocol.Currency{})
	require.NoError(t, err)
	body, err := catalogue.JSON(table)
	require.NoError(t, err)
	require.JSONEq(t, `{"products":[],"customers":[],"cashiers":[]}`, string(body))
}

func FuzzParse(f *testing.F) {
	f.Add("p.csv", []byte("id;name;price\n1;Tea;2,50\n"))
	f.Add("p.json", []byte(`[{"id":1,"name":"Tea","price":"2,50"}]`))
	f.Fuzz(func(t *testing.T, file string, raw []byte) {
		table, err := catalogue.Parse(catalogue.Products, file, raw, protocol.Currency{Decimals: 2})
		if err != nil {
			return
		}
		body, err := catalogue.JSON(table)
		require.NoError(t, err)
		require.True(t, json.Valid(body))
		for _, row := range table.Rows {
			require.NotEmpty(t, row["id"])
			require.NotEmpty(t, row["name"])
			require.NotEmpty(t, row["price"])
		}
	})
}
