package surface

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed parabola.go quadratic.go rosenbrock.go beale.go himmelblau.go rastrigin.go turn.go
//go:embed saddle.go plateau.go cliff.go ravine.go regression.go logistic.go explog.go
var files embed.FS

// text is all of files.
var text = func() string {
	var b strings.Builder
	entries, err := files.ReadDir(".")
	for _, e := range entries {
		var content []byte
		if content, err = files.ReadFile(e.Name()); err != nil {
			break
		}
		b.Write(content)
	}
	if err != nil {
		panic(err)
	}
	return b.String()
}()

// source returns the text of functions, with their comments, with a blank line between them.
func source(functions []string) string {
	parts := make([]string, len(functions))
	for i, name := range functions {
		parts[i] = function(name)
	}
	return strings.Join(parts, "\n")
}

// function returns the text of one: up to the first brace at the beginning of a line.
func function(name string) string {
	start := strings.Index(text, "\nfunc "+name+"[")
	if start < 0 {
		start = strings.Index(text, "\nfunc "+name+"(")
	}
	if start < 0 {
		panic(fmt.Sprintf("no function %s", name))
	}
	end := start + strings.Index(text[start:], "\n}\n") + len("\n}\n")
	for { // the comment above it
		line := strings.LastIndex(text[:start], "\n")
		if !strings.HasPrefix(text[line+1:], "//") {
			return text[start+1 : end]
		}
		start = line
	}
}

// call returns the text of a call of a closed form's function.
func call(name string, options ...float64) string {
	var b strings.Builder
	b.WriteString(name + "(")
	for _, v := range options {
		b.WriteString(number(v) + ", ")
	}
	return b.String() + "p, g)"
}

// number returns v as a Go constant: decimal, unless float32 makes another number of that than
// of v.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if f, _ := strconv.ParseFloat(s, 32); float32(f) != float32(v) {
		return strconv.FormatFloat(v, 'x', -1, 64)
	}
	return s
}
