package decimal

import (
	"math/bits"

	"github.com/cockroachdb/apd/v3"
)

// Nearly all numbers of a sale are small: a coefficient of at most 15 digits
// and at most 9 places. For these one machine word does what the library does
// for any; where a result isn't small, the library is asked.
const (
	smallPlaces = 9
	smallLimit  = 1_000_000_000_000_000 // 10¹⁵
)

var tens = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// small is d as coefficient × 10^-places, if it is small.
func (d *Decimal) small() (coefficient int64, places int, ok bool) {
	if d.d.Form != apd.Finite || d.d.Exponent > 0 || d.d.Exponent < -smallPlaces || !d.d.Coeff.IsInt64() {
		return 0, 0, false
	}
	coefficient = d.d.Coeff.Int64()
	if coefficient >= smallLimit {
		return 0, 0, false
	}
	if d.d.Negative {
		coefficient = -coefficient
	}
	return coefficient, int(-d.d.Exponent), true
}

// smallDecimal is settled: without trailing zeros behind the point.
func smallDecimal(coefficient int64, places int) (d Decimal, ok bool) {
	if coefficient == 0 {
		return Decimal{}, true
	}
	for places > 0 && coefficient%10 == 0 {
		coefficient /= 10
		places--
	}
	if places > smallPlaces || coefficient >= smallLimit || coefficient <= -smallLimit {
		return Decimal{}, false
	}
	if d.d.Negative = coefficient < 0; d.d.Negative {
		coefficient = -coefficient
	}
	d.d.Coeff.SetInt64(coefficient)
	d.d.Exponent = int32(-places)
	return d, true
}

// parseSmall reads what has no exponent and at most 15 digits; its syntax was
// checked.
func parseSmall(text string) (Decimal, bool) {
	const digits = 15
	if len(text) > digits+2 {
		return Decimal{}, false
	}
	coefficient, places, point, negative := int64(0), 0, false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '-':
			negative = true
		case c == '.':
			point = true
		case '0' <= c && c <= '9':
			coefficient = 10*coefficient + int64(c-'0')
			if point {
				places++
			}
		default:
			return Decimal{}, false
		}
	}
	if negative {
		coefficient = -coefficient
	}
	return smallDecimal(coefficient, places)
}

func (d *Decimal) addSmall(e *Decimal) (Decimal, bool) {
	a, p, ok := d.small()
	b, q, also := e.small()
	if !ok || !also {
		return Decimal{}, false
	}
	if p < q {
		a, p, b, q = b, q, a, p
	}
	scaled, fits := times(b, tens[p-q])
	if !fits {
		return Decimal{}, false
	}
	return smallDecimal(a+scaled, p)
}

func (d *Decimal) mulSmall(e *Decimal) (Decimal, bool) {
	a, p, ok := d.small()
	b, q, also := e.small()
	if !ok || !also {
		return Decimal{}, false
	}
	product, fits := times(a, b)
	if !fits {
		return Decimal{}, false
	}
	return smallDecimal(product, p+q)
}

// times multiplies where the product is below 2⁶², so that another 10¹⁵ can be
// added to it.
func times(a, b int64) (int64, bool) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	if high != 0 || low >= 1<<62 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(low), true
	}
	return int64(low), true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}
