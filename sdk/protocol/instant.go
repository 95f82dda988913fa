package protocol

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var instantForm = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$`)

// Instant is a time of RFC 3339 as it is stored: in UTC with Z, its fraction
// (up to 9 digits) without trailing zeros. It is false for anything else, such
// as a day that no month has, a leap second, or a year before 0 or after 9999.
func Instant(text string) (string, bool) {
	parts := instantForm.FindStringSubmatch(text)
	if parts == nil {
		return "", false
	}
	var n [7]int
	for i := 1; i <= 6; i++ {
		n[i], _ = strconv.Atoi(parts[i])
	}
	at := time.Date(n[1], time.Month(n[2]), n[3], n[4], n[5], n[6], 0, time.UTC)
	if at.Month() != time.Month(n[2]) || at.Day() != n[3] || at.Hour() != n[4] || at.Minute() != n[5] || at.Second() != n[6] {
		return "", false
	}
	if zone := parts[8]; len(zone) > 1 {
		hours, _ := strconv.Atoi(zone[1:3])
		minutes, _ := strconv.Atoi(zone[4:])
		ahead := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if hours > 23 || minutes > 59 {
			return "", false
		}
		if zone[0] == '+' {
			ahead = -ahead
		}
		at = at.Add(ahead)
	}
	fraction := strings.TrimRight(parts[7], "0")
	if fraction == "." {
		fraction = ""
	}
	return at.Format("2006-01-02T15:04:05") + fraction + "Z", at.Year() >= 0 && at.Year() <= 9999
}
