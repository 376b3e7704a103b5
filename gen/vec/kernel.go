package vec

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the kind of a parameter.
type Kind int

// The kinds of parameters. T stands for the kernel's element type.
const (
	Scalar         Kind = iota // T
	Scalar64                   // float64, whatever T
	Count                      // int: elements of the strided streams
	Inc                        // int: from one element to the next of the stream before it
	RowCount                   // int: rows of the matrix
	RowStride                  // int: from one row of the matrix to the next
	ColumnCount                // int: columns of the matrix, or of a product
	Depth                      // int: terms of each of its sums
	Step                       // int: from one row of the matrix before it to the next; Left's second: column
	In                         // []T, read
	Out                        // []T, written and never read
	InOut                      // []T, read and written
	InRows                     // []T, one element for each row, read
	InOutRows                  // []T, one element for each row, read and written
	OutRows                    // []T, one element for each row, written
	Matrix                     // []T holding rows, read
	InOutMatrix                // []T holding rows, read and written
	Left                       // []T, the left factor of a product, read
	Right                      // []T, its right factor, read
	Target                     // []T, the product, read and written
	OutMatrix                  // []T holding rows, written
	Transposed                 // []T holding the columns of a matrix as rows, written
	List                       // [][]T, read
	Words                      // []uint64, read: what all lanes share, and the first counts: see Random
	InEntries                  // []T, one element for each entry of a bag, read: see Bags
	Index                      // []int: which rows of the matrix before it are meant, one after the other
	Offsets                    // []int: where the bags of entries begin and end: see Bags
	Bits32                     // uint32: a key of random bits
	Shift                      // uint32: how far random bits are moved down, at most 16
	InExponents                // []uint8, one for each block of generic.Block8 elements, read
	OutExponents               // []uint8, one for each of these blocks, written
	InOutExponents             // []uint8, one for each of these blocks, read and written
)

// IsStream reports whether the parameter is a slice that the loop walks element
// by element.
func (k Kind) IsStream() bool { return k == In || k == Out || k == InOut }

// IsInt reports whether the parameter is an int.
func (k Kind) IsInt() bool { return k >= Count && k <= Step }

// Loads reports whether the parameter is a stream that the loop loads from.
func (k Kind) Loads() bool { return k == In || k == InOut }

// Stores reports whether the parameter is a stream that the loop stores to.
func (k Kind) Stores() bool { return k == Out || k == InOut }

// IsBits reports whether the parameter is a uint32.
func (k Kind) IsBits() bool { return k == Bits32 || k == Shift }

// IsExponents reports whether the parameter has the exponents of blocks.
func (k Kind) IsExponents() bool { return k >= InExponents && k <= InOutExponents }

// Param is one parameter of a kernel.
type Param struct {
	Name   string
	Kind   Kind
	Format Format // of a stream
}

// goType returns the parameter's Go type, for the element type spelled t.
func (p Param) goType(t string) string {
	switch k := p.Kind; {
	case k == Scalar:
		return t
	case k == Scalar64:
		return "float64"
	case k.IsInt():
		return "int"
	case k.IsBits():
		return "uint32"
	case k == List:
		return "[][]" + t
	case k == Words:
		return "[]uint64"
	case k == Index || k == Offsets:
		return "[]int"
	case k.IsExponents():
		return "[]uint8"
	case p.Format.Elem != 0:
		return "[]" + p.Format.Elem.GoType()
	default:
		return "[]" + t
	}
}

// elem returns the type of a stream's elements in memory, in a kernel for the element type e.
func (p Param) elem(e Elem) Elem {
	if p.Format.Elem != 0 {
		return p.Format.Elem
	}
	return e
}

// Kernel describes a kernel for both element types, or for one.
type Kernel struct {
	Name   string // the Go name, "Axpy"
	Doc    string // the formula, "y[i] += alpha*x[i]"
	Family string // groups kernels for fuzzing: "level1", "reduce", ...
	Params []Param
	Loop   Skeleton

	// Only is the element type of a kernel that is for one alone. All types of its
	// signature are concrete then.
	Only Elem

	// Alias names the pairs of streams that may be the same slice. A list stands for its first
	// one.
	Alias [][2]string

	// Probe marks a limit probe: the streams of a kernel with almost no
	// arithmetic. Probes are not part of the public API.
	Probe bool
}

// Skeleton is the loop of a kernel: Map, Blocks8, Function, Random, Reduce, Search, Rows, Tree,
// RowDots, RowAxpys, Outer, ColumnReduce, RowReduce, RowMap, Bags, Product, Transposition or CopyRows.
type Skeleton interface {
	// result returns the kernel's result type in Go for the element type
	// spelled t, "" for none.
	result(t string) string
	generate(g *gen)
}

// Is reports whether the kernel is there for an element type.
func (k *Kernel) Is(e Elem) bool { return k.Only == 0 || k.Only == e }

// spelled returns the element type of the kernel's signature where others are spelled t.
func (k *Kernel) spelled(t string) string {
	if k.Only != 0 {
		return k.Only.GoType()
	}
	return t
}

// Result returns the kernel's result type for the element type spelled t.
func (k *Kernel) Result(t string) string { return k.Loop.result(k.spelled(t)) }

// Param returns the parameter of that name.
func (k *Kernel) Param(name string) Param {
	for _, p := range k.Params {
		if p.Name == name {
			return p
		}
	}
	panic(fmt.Sprintf("vec: kernel %s has no parameter %q", k.Name, name))
}

// OfKind returns the one parameter of that kind.
func (k *Kernel) OfKind(kind Kind) Param {
	found := Param{}
	for _, p := range k.Params {
		if p.Kind != kind {
			continue
		}
		if found.Name != "" {
			panic(fmt.Sprintf("vec: kernel %s has both %q and %q of a kind that there may be one of", k.Name, found.Name, p.Name))
		}
		found = p
	}
	if found.Name == "" {
		panic(fmt.Sprintf("vec: kernel %s lacks a parameter of kind %d", k.Name, kind))
	}
	return found
}

// Strided reports whether the elements of the streams are some distance apart.
func (k *Kernel) Strided() bool {
	return slices.ContainsFunc(k.Params, func(p Param) bool { return p.Kind == Count })
}

// incOf returns the parameter that holds a stream's stride, which follows it.
func (k *Kernel) incOf(stream string) Param {
	i := slices.IndexFunc(k.Params, func(p Param) bool { return p.Name == stream })
	if i+1 == len(k.Params) || k.Params[i+1].Kind != Inc {
		panic(fmt.Sprintf("vec: kernel %s: no stride follows the stream %q", k.Name, stream))
	}
	return k.Params[i+1]
}

// stepOf returns one of the distances that follow a matrix.
func (k *Kernel) stepOf(matrix string, number int) Param {
	i := slices.IndexFunc(k.Params, func(p Param) bool { return p.Name == matrix }) + 1 + number
	if i >= len(k.Params) || k.Params[i].Kind != Step {
		panic(fmt.Sprintf("vec: kernel %s: no step %d follows the matrix %q", k.Name, number, matrix))
	}
	return k.Params[i]
}

// indexOf returns the name of the indices that follow a matrix and its step, "" if there are
// none.
func (k *Kernel) indexOf(matrix string) string {
	i := slices.IndexFunc(k.Params, func(p Param) bool { return p.Name == matrix }) + 2
	if i >= len(k.Params) || k.Params[i].Kind != Index {
		return ""
	}
	return k.Params[i].Name
}

// Streams returns the stream parameters in order.
func (k *Kernel) Streams() []Param {
	var s []Param
	for _, p := range k.Params {
		if p.Kind.IsStream() {
			s = append(s, p)
		}
	}
	return s
}

// Bytes returns the bytes that the loop moves per element of a Map or Reduce
// kernel for the element type e: each stream counts once for reading and once
// for writing.
func (k *Kernel) Bytes(e Elem) int {
	n := 0
	for _, p := range k.Streams() {
		if p.Kind.Loads() {
			n += p.elem(e).Size()
		}
		if p.Kind.Stores() {
			n += p.elem(e).Size()
		}
	}
	return n
}

// Signature returns the kernel's Go signature without "func", for the element
// type spelled t: "(alpha T, x, y []T)".
func (k *Kernel) Signature(t string) string {
	t = k.spelled(t)
	var b strings.Builder
	b.WriteString("(")
	for i, p := range k.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		last := i+1 == len(k.Params)
		if last || k.Params[i+1].goType(t) != p.goType(t) {
			b.WriteString(" " + p.goType(t))
		}
	}
	b.WriteString(")")
	if r := k.Result(t); r != "" {
		b.WriteString(" " + r)
	}
	return b.String()
}

// Arguments returns the names of the kernel's parameters.
func (k *Kernel) Arguments() []string {
	names := make([]string, len(k.Params))
	for i, p := range k.Params {
		names[i] = p.Name
	}
	return names
}

// Symbol returns the assembly function's name for an element type.
func (k *Kernel) Symbol(e Elem) string { return k.Name + e.Suffix() }

// headerBytes is the size of a slice's pointer, length and capacity.
const headerBytes = 24

// Layout gives the offsets of the arguments in a Go assembly frame (ABI0).
type Layout struct {
	Offset map[string]int
	Result int
	Size   int
}

// LayoutOf returns the argument layout of the kernel for an element type.
func (k *Kernel) LayoutOf(e Elem) Layout {
	l := Layout{Offset: map[string]int{}}
	place := func(name string, size, align int) {
		l.Size = (l.Size + align - 1) &^ (align - 1)
		l.Offset[name] = l.Size
		l.Size += size
	}
	for _, p := range k.Params {
		switch {
		case p.Kind == Scalar:
			place(p.Name, e.Size(), e.Size())
		case p.Kind.IsBits():
			place(p.Name, 4, 4)
		case p.Kind == Scalar64 || p.Kind.IsInt():
			place(p.Name, 8, 8)
		default:
			place(p.Name, headerBytes, 8)
		}
	}
	switch k.Result(e.GoType()) {
	case "":
	case e.GoType():
		l.Result = (l.Size + 7) &^ 7
		l.Size = l.Result + e.Size()
	default: // float64 or int
		l.Result = (l.Size + 7) &^ 7
		l.Size = l.Result + 8
	}
	return l
}

// Check reports what is wrong with a description.
func (k *Kernel) Check() error {
	seen := map[string]bool{}
	for _, p := range k.Params {
		if seen[p.Name] {
			return fmt.Errorf("vec: kernel %s: parameter %q occurs twice", k.Name, p.Name)
		}
		seen[p.Name] = true
	}
	for _, pair := range k.Alias {
		for _, name := range pair {
			if !seen[name] {
				return fmt.Errorf("vec: kernel %s: alias of unknown parameter %q", k.Name, name)
			}
		}
	}
	for _, p := range k.Params {
		if err := k.checkFormat(p); err != nil {
			return err
		}
	}
	if k.Loop == nil {
		return fmt.Errorf("vec: kernel %s has no loop", k.Name)
	}
	return nil
}
