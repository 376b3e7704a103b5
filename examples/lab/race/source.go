package race

import (
	_ "embed"
	"strings"
)

//go:embed newton.go
var newton string

// SolveSource returns the text of the functions by which Newton's method and its like divide a
// gradient by a matrix, of which solve is the one to call. They use package math.
func SolveSource() string {
	_, functions, _ := strings.Cut(newton, "\n// eigen ")
	return "// eigen " + functions
}
