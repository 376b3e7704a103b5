package main

import (
	"maps"
	"slices"
	"strings"
)

// attributes returns the file that tells git hosts what is generated: they fold it in
// diffs and leave it out of the languages. Assembly is all generated.
func attributes(files map[string][]byte) []byte {
	s := &source{}
	s.p("%s", strings.Replace(header, "//", "#", 1))
	s.p("/asm/**/*.s linguist-generated")
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(path, ".s") {
			s.p("/%s linguist-generated", path)
		}
	}
	s.p("\n# Written by make golden.\n/kernels/kerneltest/golden/golden.txt linguist-generated")
	s.p("\n# Written by make functions-table.\n/kernels/kerneltest/functions/testdata/*.gz linguist-generated")
	return s.Bytes()
}
