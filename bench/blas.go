package bench

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/blas"
	reference "gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/gonumblas"
)

// Who puts package gonumblas under gonum calls its routines through an interface,
// with checks of lengths and strides before the kernels: the BLAS cases measure
// all that, beside gonum's own routines called in the same way. Many calls are
// short, so most of the sizes are small.

// smallAlpha is the factor of what is added to the same data in every call.
const smallAlpha = 1e-6

// blasAlpha returns the factor of a routine's calls: Scal turns signs.
func blasAlpha(routine string) float64 {
	if routine == "Sscal" || routine == "Dscal" {
		return -1
	}
	return smallAlpha
}

// use tells what a routine does with an operand.
type use int

const (
	reads   use = 1 << iota
	writes      // without reading
	updates = reads | writes
)

// blasRoutine is a routine that gonumblas.Implementation has of its own.
type blasRoutine struct {
	kernel   string // that does its work, "" if no kernel is measured beside it
	f32, f64 string // its names, "" where a type has none
	x, y, a  use    // vectors and matrix; of those that take only numbers, none
}

// isMatrix reports whether the routine is one of Level 2.
func (r blasRoutine) isMatrix() bool { return r.a != 0 }

// isScalar reports whether the routine takes only numbers.
func (r blasRoutine) isScalar() bool { return r.x == 0 }

// blasRoutines are the routines to measure. Gemv has two names, because its two
// products have little in common.
var blasRoutines = []blasRoutine{
	{kernel: "Axpy", f32: "Saxpy", f64: "Daxpy", x: reads, y: updates},
	{kernel: "Dot", f32: "Sdot", f64: "Ddot", x: reads, y: reads},
	{f32: "Dsdot", x: reads, y: reads},
	{f32: "Sdsdot", x: reads, y: reads},
	{kernel: "Scal", f32: "Sscal", f64: "Dscal", x: updates},
	{f32: "Scopy", f64: "Dcopy", x: reads, y: writes},
	{f32: "Sswap", f64: "Dswap", x: updates, y: updates},
	{kernel: "Nrm2", f32: "Snrm2", f64: "Dnrm2", x: reads},
	{kernel: "Asum", f32: "Sasum", f64: "Dasum", x: reads},
	{kernel: "Amax", f32: "Isamax", f64: "Idamax", x: reads},
	{f32: "Srot", f64: "Drot", x: updates, y: updates},
	{f32: "Srotm", f64: "Drotm", x: updates, y: updates},
	{f32: "Srotg", f64: "Drotg"},
	{f32: "Srotmg", f64: "Drotmg"},
	{f32: "Sgemv", f64: "Dgemv", x: reads, y: updates, a: reads},
	{f32: "SgemvT", f64: "DgemvT", x: reads, y: updates, a: reads},
	{f32: "Sger", f64: "Dger", x: reads, y: reads, a: updates},
}

// scalars is how many arguments a routine that takes only numbers gets in turn,
// lest the processor learn its way through the conditions.
const scalars = 64

// blasSizes returns the sizes to measure with a stride: elements of vectors, or
// rows and columns of a square matrix.
func (r blasRoutine) blasSizes(inc int) []int {
	switch {
	case r.isScalar() && inc == 1:
		return []int{1}
	case r.isScalar():
		return nil
	case r.isMatrix() && inc == 1:
		return []int{1, 4, 8, 16, 32, 256, 1000}
	case r.isMatrix():
		return []int{1, 4, 16, 32}
	case inc == 1:
		return []int{1, 2, 3, 4, 8, 16, 32, 1024, 65536}
	}
	return []int{1, 2, 4, 8, 16, 32, 1024}
}

// blasOp returns a routine's name among the operations, for vectors of a stride.
func blasOp(routine string, inc int) string {
	if inc == 1 {
		return "BLAS/" + routine
	}
	return fmt.Sprintf("BLAS/%s/inc=%d", routine, inc)
}

// blasOps lists the operations.
func blasOps() []string {
	var all []string
	for _, s := range blasSpecs(DetectCaches()) {
		if !slices.Contains(all, s.Ops[0]) {
			all = append(all, s.Ops[0])
		}
	}
	return all
}

// blasSpecs lists the BLAS cases, for the level that is active now: the others
// would make reports long, and the kernels' own cases have them.
func blasSpecs(c Caches) []Spec {
	level := kernels.ActiveLevel()
	single := &blasCases[float32]{level, newPools[float32](),
		func(routine string, lib blasLibrary, c *blasCall[float32]) func(int) float64 {
			if routine == "Dsdot" || routine == "Sdsdot" {
				return bindMixed(routine, lib, c)
			}
			return bind32(routine, lib, c)
		}}
	double := &blasCases[float64]{level, newPools[float64](),
		func(routine string, lib blasLibrary, c *blasCall[float64]) func(int) float64 {
			return bind64(routine, lib, c)
		}}
	var all []Spec
	for _, r := range blasRoutines {
		for inc := 1; inc <= 3; inc++ {
			all = append(all, single.specs(r, r.f32, "f32", inc, c)...)
			all = append(all, double.specs(r, r.f64, "f64", inc, c)...)
		}
	}
	return all
}

// double is float64 in the calls of float32 routines too.
type double = float64

// bindMixed is bind32 for the routines that multiply float32 and add float64.
func bindMixed(routine string, lib blas.Float32, c *blasCall[float32]) func(reps int) float64 {
	n, inc, x, y := c.n, c.inc, c.x, c.y
	if routine == "Dsdot" {
		return func(reps int) (r float64) {
			for range reps {
				r = lib.Dsdot(n, x, inc, y, inc)
			}
			return r
		}
	}
	return func(reps int) (r float64) {
		for range reps {
			r = float64(lib.Sdsdot(n, 1.5, x, inc, y, inc))
		}
		return r
	}
}

// blasLibrary is what both contenders implement.
type blasLibrary interface {
	blas.Float32
	blas.Float64
}

// blasCall holds the arguments of a call: vectors of n elements with a stride and
// a square matrix. For a routine that takes only numbers, they are in the slices.
type blasCall[T kernels.Float] struct {
	n, inc  int
	alpha   T
	x, y, a []T
}

// blasCases make the BLAS cases' data and contenders, for one element type.
type blasCases[T kernels.Float] struct {
	level kernels.Level
	pool  *pools[T]
	bind  func(routine string, lib blasLibrary, c *blasCall[T]) func(reps int) float64
}

// specs lists a routine's cases with a stride.
func (b *blasCases[T]) specs(r blasRoutine, name, typ string, inc int, c Caches) (all []Spec) {
	if name == "" {
		return nil
	}
	for _, n := range r.blasSizes(inc) {
		x, y, a := r.extents(n, inc)
		all = append(all, Spec{
			Ops: []string{blasOp(name, inc)}, Type: typ, N: n, Place: c.place((x + y + a) * sizeOf[T]()), BLAS: true,
			Build: func(m *Arena) *Case { return b.build(m, r, name, n, inc) },
		})
	}
	return all
}

// extents returns the lengths of the slices for a routine's arguments.
func (r blasRoutine) extents(n, inc int) (x, y, a int) {
	if r.isScalar() {
		return scalars, scalars, scalars
	}
	x = 1 + (n-1)*inc
	if r.y != 0 {
		y = x
	}
	if r.isMatrix() {
		a = n * n
	}
	return x, y, a
}

// bytes returns what a call reads and writes in memory, for elements of a size.
func (r blasRoutine) bytes(n, size int) int {
	total := 0
	for _, operand := range []struct {
		use      use
		elements int
	}{{r.x, n}, {r.y, n}, {r.a, n * n}} {
		if operand.use&reads != 0 {
			total += operand.elements * size
		}
		if operand.use&writes != 0 {
			total += operand.elements * size
		}
	}
	return total
}

// build makes a routine's case of n elements or rows.
func (b *blasCases[T]) build(m *Arena, r blasRoutine, name string, n, inc int) *Case {
	nx, ny, na := r.extents(n, inc)
	m.reset(room(nx*sizeOf[T]()) + room(ny*sizeOf[T]()) + room(na*sizeOf[T]()))
	call := &blasCall[T]{n, inc, T(blasAlpha(name)), slice[T](m, nx), slice[T](m, ny), slice[T](m, na)}
	reset := func() {
		fill(call.x, b.pool.signed)
		fill(call.y, b.pool.signed[1:]) // not what x holds
		if r.isMatrix() {
			fill(call.a, b.pool.signed[2:])
		} else {
			fill(call.a, b.pool.positive)
		}
		if r.f32 == "Isamax" {
			// The pool repeats, and would have its largest near the beginning:
			// put it where it is on average.
			call.x[n/2*inc] = 3
		}
	}
	reset()
	op, run := blasOp(name, inc), b.bind(name, gonumblas.Implementation{}, call)
	return &Case{
		Bytes: r.bytes(n, sizeOf[T]()),
		Contenders: []Contender{
			{Op: op, Role: Gonum, Run: b.bind(name, reference.Implementation{}, call)},
			{Op: op, Role: Kernel, Level: b.level, Prepare: func() { setLevel(b.level) }, Run: run},
		},
		Reset: reset,
	}
}
