package decimal

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Decimal is an exact decimal of at most 15 significant digits, and 0 or of a
// size from 10⁻⁹ to 10¹⁵ (protocol, "Data"): what a client with binary
// floats shows and returns unchanged. The zero value is 0.
type Decimal struct{ d apd.Decimal }

// ErrDecimalSize is returned for a number whose size is not between 10⁻⁹ and
// 10¹⁵.
var ErrSize = errors.New("must be 0 or a number of a size from 0.000000001 to 1000000000000000")

// ErrDecimalSyntax is returned for a text that is no JSON number.
var ErrSyntax = errors.New("not a number")

const decimalDigits = 15

var (
	rounding = apd.Context{Precision: decimalDigits, MaxExponent: 100, MinExponent: -100, Rounding: apd.RoundHalfEven}
	exact    = apd.BaseContext.WithPrecision(60)
	smallest = apd.New(1, -9)
	largest  = apd.New(1, 15)
)

// Add is d + e, rounded to 15 digits, or [ErrDecimalSize].
func (d Decimal) Add(e Decimal) (Decimal, error) {
	if sum, ok := d.addSmall(&e); ok {
		return sum, nil
	}
	var sum Decimal
	if _, err := exact.Add(&sum.d, &d.d, &e.d); err != nil {
		return Decimal{}, fmt.Errorf("add %s to %s: %w", e, d, err)
	}
	if !sum.d.IsZero() && !sized(&sum.d) {
		return Decimal{}, ErrSize
	}
	return sum, sum.settle()
}

// Mul is d × e, rounded to 15 digits, or [ErrDecimalSize].
func (d Decimal) Mul(e Decimal) (Decimal, error) {
	if product, ok := d.mulSmall(&e); ok {
		return product, nil
	}
	var product Decimal
	if _, err := exact.Mul(&product.d, &d.d, &e.d); err != nil {
		return Decimal{}, fmt.Errorf("multiply %s by %s: %w", d, e, err)
	}
	return product, product.settle()
}

// Neg is −d.
func (d Decimal) Neg() Decimal {
	var n Decimal
	n.d.Neg(&d.d)
	return n
}

// Cmp is −1, 0 or 1 as d is smaller than, equal to or larger than e.
func (d Decimal) Cmp(e Decimal) int { return d.d.Cmp(&e.d) }

// IsZero reports whether d is 0.
func (d Decimal) IsZero() bool { return d.d.IsZero() }

// Float is the binary float that prints as d.
func (d Decimal) Float() float64 {
	f, _ := strconv.ParseFloat(d.d.Text('E'), 64)
	return f
}

// Fixed is d with so many digits after the point, for people.
func (d Decimal) Fixed(places int) string {
	var q apd.Decimal
	if _, err := exact.Quantize(&q, &d.d, int32(-places)); err != nil {
		return d.String()
	}
	return q.Text('f')
}

// String is d as in canonical JSON (RFC 8785).
func (d Decimal) String() string { return string(d.append(nil)) }

func (d Decimal) append(b []byte) []byte {
	if d.d.Exponent == 0 && d.d.Coeff.IsInt64() {
		n := d.d.Coeff.Int64()
		if d.d.Negative {
			n = -n
		}
		return strconv.AppendInt(b, n, 10)
	}
	return appendFloat(b, d.Float())
}

// settle rounds d, drops trailing zeros and checks its size.
func (d *Decimal) settle() error {
	if d.d.Form != apd.Finite {
		return ErrSyntax
	}
	if d.d.IsZero() {
		*d = Decimal{}
		return nil
	}
	if _, err := rounding.Round(&d.d, &d.d); err != nil {
		return ErrSize
	}
	if !sized(&d.d) {
		return ErrSize
	}
	d.d.Reduce(&d.d)
	if d.d.Exponent > 0 {
		_, _ = exact.Quantize(&d.d, &d.d, 0)
	}
	return nil
}

func sized(d *apd.Decimal) bool {
	var size apd.Decimal
	size.Abs(d)
	return size.Cmp(smallest) >= 0 && size.Cmp(largest) <= 0
}

// Decimals of texts and of binary floats.

// ParseDecimal reads a JSON number of any length and rounds it to 15
// significant digits, half to even.
func Parse(text string) (Decimal, error) {
	if !numberSyntax(text) {
		return Decimal{}, ErrSyntax
	}
	if d, ok := parseSmall(text); ok {
		return d, nil
	}
	text, err := shorten(text)
	if err != nil {
		return Decimal{}, err
	}
	var d Decimal
	if _, _, err := d.d.SetString(text); err != nil {
		return Decimal{}, ErrSize
	}
	return d, d.settle()
}

// DecimalOf rounds a binary float to the decimal that people mean by it.
func Of(f float64) (Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, ErrSyntax
	}
	return Parse(strconv.FormatFloat(f, 'g', -1, 64))
}

// shorten cuts a long mantissa to what rounding to 15 digits needs (the
// digits behind it count as one, "sticky") so that no text is expensive.
func shorten(text string) (string, error) {
	const keep = 40
	if len(text) <= keep {
		return text, nil
	}
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		e, err := strconv.Atoi(text[i+1:])
		if err != nil && strings.Trim(text[:i], "-0.") != "" {
			return "", ErrSize
		}
		mantissa, exponent = text[:i], e
	}
	sign := ""
	if mantissa[0] == '-' {
		sign, mantissa = "-", mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent -= len(fraction)
	if digits == "" {
		return "0", nil
	}
	if len(digits) > keep {
		rest := digits[keep:]
		digits = digits[:keep]
		exponent += len(rest)
		if strings.Trim(rest, "0") != "" {
			digits, exponent = digits+"1", exponent-1
		}
	}
	return sign + digits + "e" + strconv.Itoa(exponent), nil
}

// numberSyntax is the grammar of RFC 8259, section 6.
func numberSyntax(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := leadingDigits(s)
	if whole == 0 || (whole > 1 && s[0] == '0') {
		return false
	}
	s = s[whole:]
	if strings.HasPrefix(s, ".") {
		n := leadingDigits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n := leadingDigits(s)
		return n > 0 && n == len(s)
	}
	return s == ""
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// MarshalJSON writes d as a JSON number.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.append(nil), nil }

// UnmarshalJSON reads a JSON number; null leaves d as it is.
func (d *Decimal) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	parsed, err := Parse(string(raw))
	if err != nil {
		return fmt.Errorf("%.40s: %w", raw, err)
	}
	*d = parsed
	return nil
}

// appendFloat is Number::toString of ECMAScript, as RFC 8785 asks.
func appendFloat(b []byte, f float64) []byte {
	if f == 0 {
		return append(b, '0')
	}
	if size := math.Abs(f); size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	from := len(b)
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	// Go writes at least two digits of exponent, ECMAScript as few as it takes.
	if n := len(b); n-from > 4 && b[n-2] == '0' && (b[n-3] == '-' || b[n-3] == '+') {
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}
