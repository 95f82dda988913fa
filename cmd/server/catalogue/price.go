package catalogue

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/manytill/manytill/sdk/decimal"
	"golang.org/x/text/currency"
)

// price is a parsed price. If it can be read in two ways, separator is set, and the
// rest of its column decides.
type price struct {
	negative  bool
	whole     string // digits
	part      string // digits after the decimal point
	separator byte   // '.' or ',' that is the decimal point or divides thousands; 0 if the price is clear
	decimals  byte   // separator that is certainly the decimal point; 0 is none
	thousands byte   // separator that certainly divides thousands; 0 is none
}

func (p price) unclear() bool { return p.separator != 0 }

// signs are the codes that a sign of a currency can mean; nil is any.
var signs = map[string][]string{
	"€": {"EUR"}, "£": {"GBP", "EGP", "LBP", "SYP", "GIP", "FKP", "SHP"}, "¥": {"JPY", "CNY"}, "円": {"JPY"}, "元": {"CNY"},
	"₹": {"INR"}, "₽": {"RUB"}, "₩": {"KRW"}, "₺": {"TRY"}, "₴": {"UAH"}, "₫": {"VND"}, "₪": {"ILS"}, "฿": {"THB"}, "₦": {"NGN"}, "₱": {"PHP"},
	"zł": {"PLN"}, "kč": {"CZK"}, "ft": {"HUF"}, "lei": {"RON", "MDL"}, "лв": {"BGN"}, "руб": {"RUB"}, "р": {"RUB"}, "r$": {"BRL"},
	"fr": nil, "kr": nil, "$": nil, "rs": nil, "tl": {"TRY"}, "kd": {"KWD"}, "د.ك": {"KWD"}, "rm": {"MYR"}, "rp": {"IDR"},
}

var errNoPrice = errors.New("expected a price like 2.50 or 2,50")

// body is a sign, digits with what may divide them, and a sign.
var body = regexp.MustCompile(`^(\D*?)(\d[\d.,' ]*|[.,]\d+)(\D*)$`)

// zeros are the zeros of other digits: Arabic, Persian, Devanagari, Bengali, Thai,
// full-width.
var zeros = []rune{0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10}

// simplify maps spaces, apostrophes, signs and digits of Unicode to those of ASCII.
func simplify(r rune) rune {
	switch {
	case r == '’' || r == '٬' || r == '‘':
		return '\''
	case unicode.Is(unicode.Zs, r) || r == '\t':
		return ' '
	case r == '−' || r == '–' || r == '—':
		return '-'
	case r == '٫' || r == '．':
		return '.'
	case r == '，':
		return ','
	case unicode.Is(unicode.Cf, r): // marks of direction
		return -1
	}
	for _, zero := range zeros {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero
		}
	}
	return r
}

// parsePrice parses a price. own is the currency of the shop; "" is any.
func parsePrice(text, own string) (p price, err error) {
	m := body.FindStringSubmatch(strings.TrimSpace(strings.Map(simplify, text)))
	if m == nil {
		return p, errNoPrice
	}
	before, number, after := strings.TrimSpace(m[1]), strings.TrimSpace(m[2]), strings.TrimSpace(m[3])
	if before, p.negative = strings.CutPrefix(before, "-"); !p.negative {
		before, p.negative = strings.CutSuffix(before, "-")
	}
	if strings.HasSuffix(number, ".") || strings.HasSuffix(number, ",") { // 5.-
		number = number[:len(number)-1]
		after = strings.TrimSpace(strings.TrimLeft(after, "-"))
	}
	for _, sign := range []string{before, after} {
		if err := checkSign(strings.TrimSpace(sign), own); err != nil {
			return p, err
		}
	}
	if before != "" && after != "" {
		return p, errNoPrice
	}
	return p, p.read(number)
}

// checkSign is an error if a sign isn't one of the shop's currency.
func checkSign(sign, own string) error {
	if sign == "" {
		return nil
	}
	codes, known := signs[strings.TrimSuffix(strings.ToLower(sign), ".")]
	if !known {
		unit, err := currency.ParseISO(strings.ToUpper(sign))
		if err != nil {
			return errNoPrice
		}
		codes = []string{unit.String()}
	}
	if own != "" && len(codes) > 0 && !slices.Contains(codes, own) {
		return fmt.Errorf("expected a price in %s, the currency of the config", own)
	}
	return nil
}

// read finds the decimal point and what divides thousands.
func (p *price) read(number string) error {
	if strings.ContainsAny(number, " '") {
		var ok bool
		if number, ok = joinThousands(number); !ok {
			return errNoPrice
		}
		// What is left is the decimal point.
		at := strings.IndexAny(number, ".,")
		if at < 0 {
			return p.set(number, "", 0, 0)
		}
		return p.set(number[:at], number[at+1:], number[at], 0)
	}
	first, last := strings.IndexAny(number, ".,"), strings.LastIndexAny(number, ".,")
	if first < 0 {
		return p.set(number, "", 0, 0)
	}
	point, other := number[last], number[first]
	switch whole, part := number[:last], number[last+1:]; {
	case point != other: // 1.234,50
		groups := strings.Split(whole, string(other))
		if !inThousands(groups) {
			return errNoPrice
		}
		return p.set(strings.Join(groups, ""), part, point, other)
	case first != last: // 1.234.567
		groups := strings.Split(number, string(point))
		if !inThousands(groups) {
			return errNoPrice
		}
		return p.set(strings.Join(groups, ""), "", 0, point)
	case len(part) == 3 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0': // 1.234
		p.separator = point
		return p.set(whole, part, 0, 0)
	default:
		return p.set(whole, part, point, 0)
	}
}

func (p *price) set(whole, part string, decimals, thousands byte) error {
	if strings.ContainsAny(whole+part, "., '") {
		return errNoPrice
	}
	p.whole, p.part, p.decimals, p.thousands = whole, part, decimals, thousands
	return nil
}

// joinThousands joins groups that spaces or apostrophes divide.
func joinThousands(number string) (string, bool) {
	end := strings.IndexAny(number, ".,")
	if end < 0 {
		end = len(number)
	}
	groups := strings.FieldsFunc(number[:end], func(r rune) bool { return r == ' ' || r == '\'' })
	return strings.Join(groups, "") + number[end:], inThousands(groups) && !strings.ContainsAny(number[end:], " '")
}

// inThousands reports whether digits are grouped like 1 234 567 or, as in India,
// 12 34 567.
func inThousands(groups []string) bool {
	for i, g := range groups {
		switch {
		case strings.ContainsAny(g, "., '"), g == "", len(g) > 3:
			return false
		case i == len(groups)-1:
			return i == 0 || len(g) == 3
		case i > 0 && len(g) < 2:
			return false
		}
	}
	return len(groups) > 0
}

// column has the separators of the clear prices of a column.
type column struct{ decimals, thousands map[byte]bool }

func columnOf(prices []price) column {
	c := column{map[byte]bool{}, map[byte]bool{}}
	for _, p := range prices {
		c.decimals[p.decimals], c.thousands[p.thousands] = true, true
	}
	return c
}

// decide reads an unclear price like the rest of its column, or else by the decimals
// of the currency: three digits are decimals if it has three.
func (c column) decide(p price, decimals int) (decimal.Decimal, error) {
	if p.unclear() {
		other := byte('.' + ',' - p.separator)
		point := c.decimals[p.separator] || c.thousands[other]
		group := c.thousands[p.separator] || c.decimals[other]
		if point == group {
			point, group = decimals == 3, decimals == 0
		}
		switch {
		case group && !point:
			p.whole, p.part = p.whole+p.part, ""
		case !point:
			return decimal.Decimal{}, fmt.Errorf("it can be %s%s or %s.%s; expected two decimals (%s.%s, or %s%s.00)",
				p.whole, p.part, p.whole, p.part, p.whole, p.part[:2], p.whole, p.part)
		}
	}
	return p.decimal()
}

func (p price) decimal() (decimal.Decimal, error) {
	whole, part := strings.TrimLeft(p.whole, "0"), strings.TrimRight(p.part, "0")
	const digits = 15
	if len(whole)+len(part) > digits {
		return decimal.Decimal{}, fmt.Errorf("expected a price of at most %d digits", digits)
	}
	text := cmp.Or(whole, "0")
	if part != "" {
		text += "." + part
	}
	if p.negative {
		text = "-" + text
	}
	d, err := decimal.Parse(text)
	if err != nil {
		return d, fmt.Errorf("expected a price: %w", err)
	}
	return d, nil
}
