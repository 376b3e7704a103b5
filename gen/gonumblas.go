package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// The routines of package gonumblas are written for float64. Their twins for
// float32 follow from the text: a generic function in between, which both could
// call, would be a good part of the time that a short vector takes.
const (
	blasSource = "kernels/gonumblas/float64.go"
	blasTwin   = "kernels/gonumblas/float32.go"
)

var blasNames = regexp.MustCompile(`\b(D|Id)(axpy|dot|scal|copy|swap|nrm2|asum|amax|rotg|rotmg|rotm|rot|rotmParams|gemv|ger)\b`)

// writeBLAS adds the float32 routines. What is float64 in both is spelled double.
func writeBLAS(root string, files map[string][]byte) error {
	text, err := os.ReadFile(filepath.Join(root, blasSource))
	if err != nil {
		return fmt.Errorf("the source of %s: %w", blasTwin, err)
	}
	twin := strings.NewReplacer("float64", "float32", "Float64", "Float32", "F64", "F32").Replace(string(text))
	twin = blasNames.ReplaceAllStringFunc(twin, func(name string) string {
		if rest, ok := strings.CutPrefix(name, "Id"); ok {
			return "Is" + rest
		}
		return "S" + name[1:]
	})
	files[blasTwin] = []byte(header + "\n\n" + twin)
	return nil
}
