package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/gen/amd64"
	"github.com/seed63264101/steepest/gen/arm64"
	"github.com/seed63264101/steepest/gen/catalog"
	"github.com/seed63264101/steepest/gen/vec"
)

// elems are the element types of kernels.
var elems = []vec.Elem{vec.F32, vec.F64}

// elemsOf returns the element types that a kernel is there for.
func elemsOf(k *vec.Kernel) []vec.Elem {
	return slices.DeleteFunc(slices.Clone(elems), func(e vec.Elem) bool { return !k.Is(e) })
}

// level is an instruction set to generate for.
type level struct {
	pkg   string // the package below asm
	name  string // the constant of package kernels
	arch  string
	title string
	// machine is one of the widest vectors.
	machine vec.Machine
	// write generates a kernel's assembly file.
	write func(k *vec.Kernel) ([]byte, error)
}

var levels = []level{
	{"avx2", "AVX2", "amd64", "AVX2", amd64.NewAVX2(32), func(k *vec.Kernel) ([]byte, error) { return writeAMD64(k, amd64.NewAVX2(vectorBytes(k, 32))) }},
	{"avx512", "AVX512", "amd64", "AVX-512", amd64.NewAVX512(64), func(k *vec.Kernel) ([]byte, error) { return writeAMD64(k, amd64.NewAVX512(vectorBytes(k, 64))) }},
	{"neon", "NEON", "arm64", "NEON", arm64.New(), writeARM64},
}

// generate returns every generated file by its path below the module's root.
func generate(root string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, l := range levels {
		for _, k := range catalog.All() {
			text, err := l.write(k)
			if err != nil {
				return nil, fmt.Errorf("%s for %s: %w", k.Name, l.pkg, err)
			}
			files[fmt.Sprintf("asm/%s/%s_%s.s", l.pkg, strings.ToLower(k.Name), l.arch)] = text
		}
	}
	if err := errors.Join(writeGo(files), writeTwins(root, files)); err != nil {
		return nil, err
	}
	files[".gitattributes"] = attributes(files)
	return files, nil
}

// vectorBytes returns the width of the vectors that suit a kernel on amd64, where
// registers have so many bytes at most. Strided elements are loaded one by one: in a
// loop over such, without any vectors, the upper halves stay clear.
func vectorBytes(k *vec.Kernel, most int) int {
	_, alone := k.Loop.(vec.Map)
	_, pieces := k.Loop.(vec.Transposition)
	switch {
	case pieces:
		return 32 // two groups of rows: for more, the registers for places run out
	case !k.Strided():
		return most
	case alone:
		return 16
	}
	return 32
}

// writeAMD64 generates a kernel for its element types.
func writeAMD64(k *vec.Kernel, m *amd64.Machine) (text []byte, err error) {
	defer recoverTo(&err)
	for _, e := range elemsOf(k) {
		if err := vec.Generate(k, e, m); err != nil {
			return nil, err
		}
	}
	f, err := m.File()
	if err != nil {
		return nil, err
	}
	return amd64.Print(f, header)
}

// writeARM64 generates a kernel for its element types.
func writeARM64(k *vec.Kernel) (text []byte, err error) {
	defer recoverTo(&err)
	m := arm64.New()
	for _, e := range elemsOf(k) {
		if err := vec.Generate(k, e, m); err != nil {
			return nil, err
		}
	}
	return m.Print(header), nil
}

// recoverTo turns a panic of the generator, whose message names what is wrong
// with a description, into an error.
func recoverTo(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%v", r)
	}
}
