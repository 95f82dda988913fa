package decimal

import (
	"math"
	"strconv"
	"strings"
)

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
