//go:build !race

package javascript_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
)

// deep are syntaxes that nest n times without need of more text.
var deep = map[string]func(n int) string{
	"unary":           around("x = ", "!", "1", ""),
	"unary words":     around("x = ", "typeof ", "1", ""),
	"words on lines":  around("async function f() { x = ", "await\n", "1", "} "),
	"bom between":     around("x = ", "typeof\uFEFF", "1", ""),
	"members":         around("x = a", ".b", "", ""),
	"optional chain":  around("x = a", "?.b", "", ""),
	"calls":           around("x = a", "()", "", ""),
	"indexes":         around("x = a", "[0]", "", ""),
	"tags":            around("x = a", "``", "", ""),
	"binary":          around("x = 1", "+1", "", ""),
	"nullish":         around("x = a", "??a", "", ""),
	"powers":          around("x = ", "2**", "1", ""),
	"conditions":      around("x = ", "a?1:", "1", ""),
	"assignments":     around("x = ", "a=", "1", ""),
	"arrows":          around("x = ", "a=>", "1", ""),
	"arrows in ()":    around("x = ", "(a)=>", "1", ""),
	"new":             around("x = ", "new ", "A", ""),
	"parentheses":     around("x = ", "(", "1", ")"),
	"not closed":      around("x = ", "(", "1", ""),
	"hidden closings": around("x = ", `(")))))"+`, "1", ")"),
	"in a regex":      around("x = ", `(/\/)))"/.y+`, "1", ")"),
	"in a comment":    around("x = ", "(/*)))*/", "1", ")"),
	"in a class":      around("x = ", `(/[/)"]))/.y+`, "1", ")"),
	"arrays":          around("x = ", "[", "", "]"),
	"objects":         around("x = ", "{a:", "1", "}"),
	"blocks":          around("", "{", "", "}"),
	"functions":       around("x = ", "function(){return ", "1", "}"),
	"templates":       around("x = ", "`${", "1", "}`"),
	"classes":         around("x = ", "class extends ", "A", "{}"),
	"classes by line": around("x = ", "class extends ", "A", "{}\n"),
	"else if":         around("if (0) {} ", "else if (0) {} ", "", ""),
	"else if;":        around("if (0) x; ", "else if (0) x; ", "", ""),
	"else if,":        around("if (0) x, y; ", "else if (0) x, y; ", "", ""),
	"else if by line": around("if (0) x\n", "else if (0) x\n", "", ""),
	"else do":         around("if (1) x; ", "else if (1) do x; while (0); ", "", ""),
	"else do by line": around("if (1) x; ", "else if (1) do x\nwhile (0)\n", "", ""),
	"ifs":             around("", "if (1)", "x", ""),
	"fors":            around("", "for (;0;)", "x", ""),
	"labels":          labels,
	"do":              around("", "do ", "x;", "while (0);"),
	"groups":          func(n int) string { return around("x = /", "(", "", ")")(n) + "/;" },
	"after division":  around(`of = 1; x = of++ / 1; y = "`, `"+!`, `1+"`, `/ 1`),
	"commas":          around("x = (1", ",1", ")", ""),
	"types":           around("let x: ", "A<", "1", ">"),
	"type pairs":      around("let x: ", "A<a,", "1", ">"),
	"types by word":   around("let x: ", "keyof ", "A", ""),
	"types by line":   around("let x: ", "keyof\n", "A", ""),
	"conditional":     around("let x: ", "A extends {} ? C : ", "A", ""),
	"namespaces":      around("", "namespace a {", "", "}"),
	"html comment":    around("x = a<!--b\n", "!", "1", ""),
}

func around(begin, open, middle, close string) func(int) string {
	return func(n int) string {
		return begin + strings.Repeat(open, n) + middle + strings.Repeat(close, n)
	}
}

func labels(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d:", i)
	}
	return b.String() + ";"
}

// No syntax takes a parser's stack: a file of each kind, as large as a file may
// be, is loaded or refused in words, as a script, a module and TypeScript.
// Where it isn't, this process ends.
func TestDeepSyntax(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(256 << 20))
	for name, make := range deep {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{300, 1 << 30} {
				if n = min(n, 900_000/(len(make(11))-len(make(10)))); n > 300 {
					n = min(n, 150_000) // so that the test is short
				}
				for file, begin := range map[string]string{"a.js": "", "b.js": "import x from 'y';\n", "c.ts": ""} {
					began := time.Now()
					_, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{write(t, file, begin+make(n))}, Timeout: 20 * time.Second})
					if err != nil {
						require.Contains(t, err.Error(), filepath.Base(file), "it names the file")
						require.NotContains(t, err.Error(), "engine failed")
						require.NotContains(t, err.Error(), "too long to read", "%s after %s", file, time.Since(began))
					}
				}
			}
		})
	}
}

// Whatever parts are put behind each other, no parser's stack overflows, and
// what is refused as too deep is deep.
func TestDeepSyntaxAtRandom(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(256 << 20))
	parts := strings.Split("! ~ - + ++ -- typeof_ await_ yield_ new_ a .b ?.b () [0] `` `${ }` ( ) [ ] { } {a: => (a)=> a=> , ; \n ? : = == + ** / /x/ /\" \" ' // /* */ "+
		"<!-- --> if(a) else_ while(a) do_ for(;;) function_f(){ class_extends_ A{} of_ < > return_ ... ?? && #a @a 1 1. \\u0061 \u2028 \uFEFF case_ as_ in_ async_ static_", " ")
	random := rand.New(rand.NewPCG(8, 23))
	for i := range 300 {
		var b strings.Builder
		var period []string
		for range 1 + random.IntN(6) {
			period = append(period, strings.ReplaceAll(parts[random.IntN(len(parts))], "_", " "))
		}
		for b.Len() < 60_000 {
			b.WriteString(strings.Join(period, ""))
		}
		path := write(t, []string{"a.js", "b.ts"}[i%2], b.String())
		done := make(chan error, 1)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		go func() {
			_, err := javascript.Load(ctx, javascript.Options{Paths: []string{path}})
			done <- err
		}()
		require.NotPanics(t, func() { <-done }, "%q", period)
		cancel()
	}
}

// Files as people write them are far from the limits.
func TestDeepSyntaxInReality(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.js")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Nil(t, syntax.Check(string(text)), file)
		if !strings.Contains(string(text), "import ") && !strings.Contains(string(text), "export ") {
			all.WriteString("(function () {\n" + string(text) + "\n})();\n")
		}
	}
	require.Nil(t, syntax.Check(all.String()))
	for name, text := range map[string]string{
		"regular expressions": "x = {} / 2; {} /\"/.y;" + strings.Repeat("if (x) /\"(/.test(y); a = b / c / d; f(a) / 2; y = a[0] / 2; i++ / 2;\n", 2000),
		"templates":           strings.Repeat("x = `a ${b + `${c}/\"` } /`;\n", 5000),
		"no semicolons":       strings.Repeat("var a = 1\nb.c(a)\nfunction f() { return a }\n", 8000),
		"data":                "x = [" + strings.Repeat("{a: 1, b: [1, 2], c: \"d\"},\n", 20000) + "]",
		"minified":            strings.Repeat("function a(b){if(b)return c;for(;;){d()}var e=1,f=2;g?h():i()}if(a){b()}if(c){d()}", 5000),
		"many cases":          "switch (x) {" + strings.Repeat("case 1: f(); break;\n", 10000) + "}",
	} {
		require.Nil(t, syntax.Check(text), name)
	}
}
