package decimal

import "fmt"

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
