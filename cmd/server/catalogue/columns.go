package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// role is the name under which tills get a column.
type role string

const (
	roleID       role = "id"
	roleName     role = "name"
	rolePrice    role = "price"
	roleCategory role = "category"
	roleBarcode  role = "barcode"
	roleCode     role = "code"
	roleImage    role = "image"
	roleColor    role = "color"
)

// aliases are the names of columns in common shop software and spreadsheets, in
// lower case, without accents, blanks and punctuation; the most likely first.
var aliases = map[role][]string{
	roleID: words(`id productid itemid articleid artikelid produktid idproduct idproduit systemid externalid token
		customerid clientid partnerid idclient cashierid userid employeeid staffid
		customernumber customerno customercode kundennummer kundennr kundenid numeroclient numclient codeclient employeenumber personalnummer`),
	roleCode: words(`code sku variantsku customsku plu defaultcode internalreference reference ref itemnumber itemno itemcode
		articlenumber articleno articlecode artikelnummer artikelnr artnr artikelcode productcode productnumber stockcode
		codearticle codeproduit referencia codigo codigointerno codice codicearticolo kod kodproduktu artikelnum varenummer varenr artnummer tuotekoodi`),
	roleBarcode: words(`barcode barcodes ean ean13 ean8 upc upca gtin gtinupceanorisbn variantbarcode strichcode barkod
		codebarre codebarres codigodebarras codigobarras codiceabarre codbarras kodkreskowy streepjescode streckkod stregkode viivakoodi isbn`),
	roleName: words(`name productname itemname title producttitle displayname fullname product item
		customername customer employeename employee cashier
		bezeichnung artikelbezeichnung artikelname produktname artikel produkt kundenname kunde kassierer mitarbeiter
		nom nomduproduit nomproduit nomarticle designation libelle article produit client caissier
		nombre nombredelproducto producto cliente cajero nome nomeprodotto denominazione prodotto nomedoproduto produto
		naam productnaam omschrijving klant nazwa nazwaproduktu namn navn varenavn nimi nazev
		description descripcion descrizione descricao beschreibung`),
	rolePrice: words(`price salesprice sellingprice regularprice retailprice listprice lstprice unitprice priceunit variantprice defaultprice publicprice grossprice priceinclvat priceinctax
		preis verkaufspreis vkpreis vk vkbrutto bruttopreis preisbrutto einzelpreis stuckpreis
		prix prixdevente prixvente prixttc prixdeventettc prixventettc prixunitaire pvttc
		precio preciodeventa precioventa preciounitario pvp prezzo prezzodivendita prezzounitario preco precodevenda precounitario
		prijs verkoopprijs cena cenasprzedazy cenabrutto pris salgspris utpris hinta fiyat`),
	roleCategory: words(`category categories productcategory poscategory pointofsalecategory reportingcategory itemcategory producttype group productgroup department
		kategorie warengruppe artikelgruppe produktgruppe gruppe categorie famille rayon categoria familia reparto grupo groep productgroep kategoria kategori varegruppe`),
	roleImage: words(`image imageurl images imagesrc picture photo bild foto`),
	roleColor: words(`color colour farbe couleur kleur colore cor`),
}

// tillsKnow are names of code columns that tills read without a new name.
var tillsKnow = words(`code sku plu defaultcode internalreference reference itemnumber itemno articlenumber articleno
	barcode barcodes ean ean13 ean8 upc upca gtin`)

var notPlain = regexp.MustCompile(`[^a-z0-9]`)

func tillKnows(name string) bool {
	return slices.Contains(tillsKnow, notPlain.ReplaceAllString(strings.ToLower(name), ""))
}

func words(text string) []string { return strings.Fields(text) }

// shapes are the columns that each kind must have and may have.
var shapes = map[Kind]struct{ must, may []role }{
	Products:  {[]role{roleID, roleName, rolePrice}, []role{roleCategory, roleBarcode, roleCode, roleImage, roleColor}},
	Customers: {[]role{roleID, roleName}, nil},
	Cashiers:  {[]role{roleID, roleName}, nil},
}

func (k Kind) roles() []role { return append(slices.Clone(shapes[k].must), shapes[k].may...) }

var (
	remarks = regexp.MustCompile(`\([^)]*\)|\[[^\]]*\]`) // "Price [Main street]"
	accents = runes.Remove(runes.In(unicode.Mn))
)

// plain is a column's name in the form of aliases.
func plain(name string) string {
	name, _, err := transform.String(transform.Chain(norm.NFD, accents, norm.NFC), strings.ToLower(remarks.ReplaceAllString(name, "")))
	if err != nil {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// known reports whether some role of kind has that name.
func known(kind Kind, name string) bool {
	name = plain(name)
	return slices.ContainsFunc(kind.roles(), func(r role) bool { return slices.Contains(aliases[r], name) }) ||
		slices.Contains(aliases[roleCode], name) // an id, where there is no other
}

// Reading is a column of the file that tills get under another name.
type Reading struct {
	Column string `json:"column"`
	As     string `json:"as"`
}

// assign finds the column of each role. A column with exactly the name of a role has
// that role. If no column is the id, the code is, or else the barcode.
func assign(kind Kind, s *source) (map[role]string, error) {
	found := map[role]string{}
	for _, r := range kind.roles() {
		column, rivals := pick(r, s.columns)
		if len(rivals) > 0 && r == rolePrice {
			c := s.place(rivals[0])
			return nil, &Error{Line: c.line, Column: c.column, Message: fmt.Sprintf("%q and %q can both be the price; rename the one that tills should use to “price”", column, rivals[0])}
		}
		if column != "" {
			found[r] = column
		}
	}
	if found[roleID] == "" {
		for _, r := range []role{roleCode, roleBarcode} {
			if column, _ := pick(r, s.columns); column != "" {
				found[roleID] = column
				break
			}
		}
	}
	var missing []string
	for _, r := range shapes[kind].must {
		if found[r] == "" {
			missing = append(missing, string(r))
		}
	}
	if len(missing) > 0 && (len(s.records) > 0 || len(s.header) > 0) {
		c := s.place("")
		return nil, &Error{Line: c.line, Column: c.column, Message: fmt.Sprintf("no column is the %s of %s; the columns are %s. Rename one to “%s”",
			strings.Join(missing, " or the "), kind, quoted(s.columns), strings.Join(missing, "”, another “"))}
	}
	return found, nil
}

// place is where a column is first: in the row of names or, in JSON, in the first
// object that has it. Without a name it is the beginning.
func (s *source) place(column string) cell {
	if column == "" && len(s.header) > 0 {
		column = s.columns[0]
	}
	if c, named := s.header[column]; named {
		return c
	}
	for _, r := range s.records {
		if c, there := r.cells[column]; there {
			return c
		}
		if column == "" {
			return cell{line: r.line, column: r.column}
		}
	}
	return cell{line: 1, column: 1}
}

// pick is the most likely column of a role, and others that are as likely.
func pick(r role, columns []string) (column string, rivals []string) {
	if slices.Contains(columns, string(r)) {
		return string(r), nil
	}
	for _, alias := range aliases[r] {
		for _, c := range columns {
			switch {
			case plain(c) != alias:
			case column == "":
				column = c
			default:
				rivals = append(rivals, c)
			}
		}
	}
	return column, rivals
}

func quoted(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	all := make([]string, 0, len(names))
	for i, name := range names {
		if i == 12 {
			all = append(all, "…")
			break
		}
		all = append(all, fmt.Sprintf("%q", shorten(name)))
	}
	return strings.Join(all, ", ")
}
