package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// twins are Go files about float64 whose twins for float32 follow from the text: where
// the names differ by a letter, no generic function can help.
var twins = []struct{ source, twin string }{
	{"kernels/gonumblas/float64.go", "kernels/gonumblas/float32.go"},
	{"bench/blas64.go", "bench/blas32.go"},
}

var (
	blasNames = regexp.MustCompile(`\b(D|Id)(axpy|dot|scal|copy|swap|nrm2|asum|amax|rotg|rotmg|rotmParams|rotm|rot|gemvT?|ger|symv|syr2?|tr[ms]v|gemm|symm|syr2?k|tr[ms]m)\b`)
	bitNames  = strings.NewReplacer("float64", "float32", "Float64", "Float32", "F64", "F32", "bind64", "bind32", "loop64", "loop32", "Triangle64", "Triangle32", "blas64", "blas32")
)

// writeTwins adds the files about float32. What is float64 in both is spelled double.
func writeTwins(root string, files map[string][]byte) error {
	for _, t := range twins {
		text, err := os.ReadFile(filepath.Join(root, t.source))
		if err != nil {
			return fmt.Errorf("the source of %s: %w", t.twin, err)
		}
		twin := blasNames.ReplaceAllStringFunc(bitNames.Replace(string(text)), func(name string) string {
			if rest, ok := strings.CutPrefix(name, "Id"); ok {
				return "Is" + rest
			}
			return "S" + name[1:]
		})
		files[t.twin] = []byte(header + "\n\n" + twin)
	}
	return nil
}
