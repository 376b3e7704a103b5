package surface

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// The files that have the functions, one by one: an embed.FS is of package io/fs, with which the
// page would be longer.
var (
	//go:embed parabola.go
	parabolaText string
	//go:embed quadratic.go
	quadraticText string
	//go:embed rosenbrock.go
	rosenbrockText string
	//go:embed beale.go
	bealeText string
	//go:embed himmelblau.go
	himmelblauText string
	//go:embed rastrigin.go
	rastriginText string
	//go:embed turn.go
	turnText string
	//go:embed saddle.go
	saddleText string
	//go:embed plateau.go
	plateauText string
	//go:embed cliff.go
	cliffText string
	//go:embed ravine.go
	ravineText string
	//go:embed regression.go
	regressionText string
	//go:embed logistic.go
	logisticText string
	//go:embed explog.go
	explogText string
)

// text is all of them.
var text = parabolaText + quadraticText + rosenbrockText + bealeText + himmelblauText + rastriginText + turnText +
	saddleText + plateauText + cliffText + ravineText + regressionText + logisticText + explogText

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
