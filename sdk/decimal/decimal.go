package decimal

import (
	"errors"
	"fmt"
	"strconv"

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
