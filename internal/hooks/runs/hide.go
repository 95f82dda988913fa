package runs

import (
	"bytes"
	"encoding/json"
	"strings"
)

// hiddenText stands for a text that is hidden.
const hiddenText = "(a setting)"

// HideText takes texts out of words.
func HideText(words string, hide []string) string {
	for _, secret := range hide {
		if secret != "" {
			words = strings.ReplaceAll(words, secret, hiddenText)
		}
	}
	return words
}

// HideJSON takes texts out of all strings of JSON. Numbers stay, and so does what
// is no string.
func HideJSON(text []byte, hide []string) []byte {
	if len(hide) == 0 {
		return text
	}
	var out bytes.Buffer
	for len(text) > 0 {
		from := bytes.IndexByte(text, '"')
		if from < 0 {
			break
		}
		to := endOfString(text, from)
		out.Write(text[:from])
		out.Write(hideString(text[from:to], hide))
		text = text[to:]
	}
	out.Write(text)
	return out.Bytes()
}

// endOfString is where the string ends that begins with the quote at from.
func endOfString(text []byte, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func hideString(quoted []byte, hide []string) []byte {
	var words string
	if json.Unmarshal(quoted, &words) != nil {
		return quoted
	}
	hidden := HideText(words, hide)
	if hidden == words {
		return quoted
	}
	quoted, err := json.Marshal(hidden)
	if err != nil {
		return []byte(`""`) // never of a text
	}
	return quoted
}
