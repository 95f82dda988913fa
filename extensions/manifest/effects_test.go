package manifest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
)

func TestEffects(t *testing.T) {
	for text, specs := range map[string]map[string]hooks.EffectSpec{
		"js: a.js\n":                nil,
		"js: a.js\neffects: {}\n":   nil,
		"exec: ./a\neffects:\n":     nil,
		"exec: ./a\neffects: {b: }": {"b": {Timeout: 30 * time.Second}},
		"exec: ./a\neffects: {print: {in_order: multi_session, timeout: 1m30s}, book: {in_order: order}}\n": {
			"print": {WholeMultiSession: true, Timeout: 90 * time.Second}, "book": {Timeout: 30 * time.Second},
		},
		"js: a.js\neffects: {book: {url: \"http://127.0.0.1:9000/b?x=1\"}}\n": {
			"book": {Timeout: 30 * time.Second, Method: "POST", URL: "http://127.0.0.1:9000/b?x=1"},
		},
		"js: a.js\nconfig: c.json\neffects: {book: {url: \"{base}/v1/{shop}\", method: PUT, headers: {Authorization: 'Bearer {api_key}'}}}\n": {
			"book": {Timeout: 30 * time.Second, Method: "PUT", URL: "{base}/v1/{shop}", Headers: map[string]string{"Authorization": "Bearer {api_key}"}},
		},
	} {
		m, err := manifest.Parse("extension.yaml", []byte("name: a\n"+text))
		require.NoError(t, err, text)
		require.Equal(t, specs, m.EffectSpecs(), text)
	}
}

func TestEffectsThatAreWrong(t *testing.T) {
	for text, says := range map[string]string{
		"fields: {order: {x: {type: string}}}\neffects: {b: {}}":                             "extension.yaml:3:1: effects is for code",
		"js: a.js\neffects: {b: {}}":                                                         "extension.yaml:3:11: b: say what the server is to call for it, like url: https://api.example/book",
		"js: a.js\neffects: {a-b: {url: https://a.example}}":                                 `3:11: an effect's name is 1 to 64 of A-Z a-z 0-9 _ $ and starts with none of 0-9, was "a-b"`,
		"js: a.js\neffects: {b: {uri: https://a.example}}":                                   "3:15",
		"js: a.js\neffects: [b]":                                                             "3:10",
		"exec: ./a\neffects: {b: {in_order: till}}":                                          `3:15: b: in_order must be order (the default) or multi_session, was "till"`,
		"exec: ./a\neffects: {b: {timeout: -1s}}":                                            "3:15: b: timeout must be up to 10m0s, was -1s",
		"exec: ./a\neffects: {b: {timeout: 11m}}":                                            "b: timeout must be up to 10m0s, was 11m0s",
		"exec: ./a\neffects: {b: {timeout: soon}}":                                           "3:24",
		"exec: ./a\neffects: {b: {url: https://a.example}}":                                  "3:15: b: url is for JavaScript; a Go plugin does its effects itself",
		"exec: ./a\neffects: {b: {method: POST}}":                                            "method is for JavaScript",
		"exec: ./a\neffects: {b: {headers: {A: b}}}":                                         "headers is for JavaScript",
		"js: a.js\neffects: {b: {url: ftp://a.example}}":                                     `3:15: b: the url must be like https://api.example/book (http only where the operator allows it), was "ftp://a.example"`,
		"js: a.js\neffects: {b: {url: a.example/book}}":                                      `was "a.example/book"`,
		"js: a.js\neffects: {b: {url: https://}}":                                            `was "https://"`,
		"js: a.js\neffects: {b: {url: 'https://a b'}}":                                       "the url must be like",
		"js: a.js\neffects: {b: {url: 'https://u:p@a.example'}}":                             "a password belongs into headers",
		"js: a.js\neffects: {b: {url: 'https://a.example/#b'}}":                              "what stands behind # isn't sent",
		"js: a.js\neffects: {b: {url: 'https://a.example/{}'}}":                              "braces are for the name of a setting, like {api_key}",
		"js: a.js\neffects: {b: {url: 'https://a.example/{a'}}":                              "braces are for the name of a setting",
		"js: a.js\neffects: {b: {url: 'https://a.example/{a}'}}":                             "3:15: b: {a} is a setting, and the manifest has none: name their JSON Schema with config",
		"js: a.js\neffects: {b: {url: https://a.example, method: GET}}":                      `3:39: b: the method must be POST, PUT, PATCH, as the call has the data in it and does something: it was "GET"`,
		"js: a.js\neffects: {b: {url: https://a.example, headers: {a b: c}}}":                `3:49: b: "a b" can't be the name of a header`,
		"js: a.js\neffects: {b: {url: https://a.example, headers: {idempotency-key: c}}}":    "the header idempotency-key is the server's to set",
		"js: a.js\neffects: {b: {url: https://a.example, headers: {A: \"b\\nc\"}}}":          "the header A has a character that no header may have",
		"js: a.js\neffects: {b: {url: https://a.example, headers: {A: 'Bearer {}'}}}":        "braces are for the name of a setting",
		"js: a.js\neffects: {b: {url: https://a.example, headers: {A: 'Bearer {a_token}'}}}": "3:49: b: {a_token} is a setting, and the manifest has none",
	} {
		_, err := manifest.Parse("extension.yaml", []byte("name: a\n"+text+"\n"))
		require.ErrorContains(t, err, says, text)
	}
}

// What effects name are settings that the schema has.
func TestSettingsOfEffects(t *testing.T) {
	load := func(schema string) error {
		_, err := manifest.Load(folder(t, map[string]string{
			manifest.FileName:    "name: a\njs: a.js\nconfig: config.schema.json\neffects:\n  book:\n    url: https://a.example/{shop}\n    headers: {Authorization: 'Bearer {key}'}\n",
			"config.schema.json": schema,
		}))
		return err
	}
	require.NoError(t, load(`{"type": "object", "properties": {"shop": {"type": "string"}, "key": {"type": "string"}}}`))
	require.ErrorContains(t, load(`{"type": "object"}`), "extension.yaml:6:5: book: {shop} is none of the settings that stand under properties in config.schema.json")
	require.ErrorContains(t, load(`{"properties": {"shop": {}}}`), "book: {key} is none of the settings")
}
