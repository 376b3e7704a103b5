package kernels_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestOracles holds every kernel, on every level, and the public function of its
// name against its oracle.
func TestOracles(t *testing.T) {
	restoreLevel(t)
	runOracles[float32](t, "f32")
	runOracles[float64](t, "f64")
}

func runOracles[T kernels.Float](t *testing.T, name string) {
	all := oracles[T](t)
	for _, op := range append(kerneltest.Ops[T](), composed[T]()...) {
		o := all[op.Name]
		if o.expect == nil {
			continue // TestEveryKernelHasAnOracle fails
		}
		t.Run(op.Name+"/type="+name, func(t *testing.T) { eachCall(op, func(c *call[T]) { onLevels(t, o, c) }) })
	}
}

// onLevels makes a call on every level, of the table's entry and of the public
// function.
func onLevels[T kernels.Float](t *testing.T, o oracle[T], c *call[T]) {
	t.Helper()
	o.expect(c)
	if vague, of := c.vague(); c.character == "normal" && 20*vague > of {
		t.Fatalf("the oracle of %s knows little of %d of %d elements, %s", c.op.Name, vague, of, c)
	}
	for _, l := range kernels.Levels() {
		if c.op.Bind != nil && (!c.public || !dialects(c.op)) {
			table, err := kerneltest.TableOf[T](l)
			if err != nil {
				t.Fatal(err)
			}
			a := c.args.Clone()
			if err := c.check(c.op.Bind(table, a)(1), a); err != nil {
				t.Fatalf("%s, the table's entry at level %v, %s: %v", c.op.Name, l, c, err)
			}
		}
		if o.public != nil && c.public {
			activate(t, l)
			run := &call[T]{op: c.op, args: c.args.Clone()}
			o.public(run)
			if err := c.check(run.got, run.args); err != nil {
				t.Fatalf("%s, the public function at level %v, %s: %v", c.op.Name, l, c, err)
			}
		}
	}
}

// dialects reports whether a kernel has other arguments than the public function
// of its name, or takes them otherwise: then each gets calls of its own.
func dialects[T kernels.Float](op kerneltest.Op[T]) bool {
	return op.IsRows() && !op.IsProduct() || op.Family == "random"
}

// A source draws test values: element i of slice k, or a coefficient with k < 0.
type source[T kernels.Float] struct {
	name string
	draw func(k, i int) T
}

// build returns the arguments of a call.
func build[T kernels.Float](op kerneltest.Op[T], s kerneltest.Shape, off int, from source[T]) *call[T] {
	k, i := -1, 0
	heap := kerneltest.Heap[T](off)
	alloc := func(slice, n int) []T {
		k, i = slice, 0
		return heap(slice, n)
	}
	a := kerneltest.New(op, s, alloc, func() T {
		i++
		return from.draw(k, i-1)
	})
	return &call[T]{op: op, args: a, character: from.name}
}

// eachCall calls f for calls of a kernel with all sorts of sizes and values.
func eachCall[T kernels.Float](op kerneltest.Op[T], f func(c *call[T])) {
	r := rand.New(rand.NewPCG(51, 52))
	all := sources[T](op, r)
	for k, s := range shapes[T](op) {
		for j := range all {
			// Long vectors take a part of the sources, long sums the first.
			switch long := s.N * s.Rows; {
			case long > 5000 && op.IsRows() && j > 0:
				continue
			case long > 300 && j != k%len(all) && j != (k+len(all)/2)%len(all):
				continue
			}
			for _, public := range []bool{false, true} {
				if !public && !dialects(op) {
					continue // the same
				}
				if public && !op.IsStrided() {
					s.Incs = nil
				}
				c := build(op, s, k%17, all[j])
				c.public = public
				adjust(c, r, k)
				f(c)
			}
		}
	}
}

// strides are pairs of strides of both signs.
var strides = [][2]int{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}, {2, 3}, {-2, 3}, {5, -3}, {-3, -2}, {1, 7}, {-7, 1}}

// shapes returns the sizes for a kernel: all short lengths and some longer ones;
// where sums are added, lengths around the edges of blocks; and for matrices, rows
// of no elements, none of a vector, part of one, all sorts of tails, and more than
// a block.
func shapes[T kernels.Float](op kerneltest.Op[T]) []kerneltest.Shape {
	b := blockOf[T]()
	var all []kerneltest.Shape
	k := 0
	add := func(n, rows, pad int) {
		if k++; testing.Short() && k%5 != 0 {
			return
		}
		all = append(all, kerneltest.Shape{N: n, Rows: rows, Stride: n + pad, Incs: strides[len(all)%len(strides)][:]})
	}
	sums := op.Family == "reduce" || op.Family == "strided" && op.Count(kerneltest.Out)+op.Count(kerneltest.InOut) == 0
	switch {
	case op.IsProduct():
		for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65, 129} {
			for rows := 1; rows <= 12; rows++ {
				add(n, rows, k%4)
			}
		}
		for n := 1; n <= 12; n++ { // panels of one to three vectors, deep, with all last rows
			for rows := 1; rows <= 12; rows++ {
				all = append(all, kerneltest.Shape{N: n, Rows: rows, Stride: n + 1, Depth: 70})
			}
		}
		for i, depth := range []int{255, 256, 257, 511, 512, 513, 1025} {
			all = append(all, kerneltest.Shape{N: 1 + 2*i, Rows: 1 + i, Stride: 1 + 2*i + i%2, Depth: depth})
		}
	case op.IsRows():
		for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 129, 257,
			511, 512, 513, 1023, 1024, 1025, 2049} {
			for rows := 1; rows <= 10; rows++ {
				add(n, rows, []int{0, 1, 5}[k%3])
			}
		}
		if !longRows(op) {
			return all
		}
		for _, n := range []int{b - 1, b, b + 1, b + 33, 2*b + 1} {
			for _, rows := range []int{1, 4, 5, 7} {
				if !testing.Short() || n == b+33 {
					add(n, rows, rows%3)
				}
			}
		}
	case sums:
		for n := range 150 {
			add(n, 1, 0)
		}
		for _, n := range []int{1000, b - 65, b - 1, b, b + 1, b + 33, b + 1077} {
			add(n, 1, 0)
		}
		if !testing.Short() {
			for _, n := range []int{2*b - 1, 2 * b, 2*b + 1, 3*b + 77} {
				add(n, 1, 0)
			}
		}
	default:
		for n := range 67 {
			add(n, 1, 0)
		}
		for _, n := range []int{100, 257, 1000} {
			add(n, 1, 0)
		}
	}
	return all
}

// sources returns the values for a kernel.
func sources[T kernels.Float](op kerneltest.Op[T], r *rand.Rand) []source[T] {
	var all []source[T]
	add := func(name string, draw func(k, i int) float64) {
		all = append(all, source[T]{name, func(k, i int) T { return T(draw(k, i)) }})
	}
	characters := []string{kerneltest.Normal: "normal", kerneltest.Raw: "raw", kerneltest.Special: "special", kerneltest.Small: "small"}
	for v, name := range characters {
		draw := kerneltest.Draw[T](kerneltest.Values(v), r)
		all = append(all, source[T]{name, func(int, int) T { return draw() }})
	}
	if op.Family != "reduce" && op.Family != "strided" {
		return all
	}
	u, tiny := unit[T](), math.Sqrt(float64(least[T]()))
	// The largest is there several times.
	add("equal", func(int, int) float64 { return float64(r.IntN(9) - 4) })
	// Magnitudes differ, so that every change of the order rounds differently.
	add("wide", func(int, int) float64 { return math.Ldexp(r.NormFloat64(), r.IntN(60)-30) })
	// The rest are vectors on which sums go wrong in different ways, each times one
	// of factors that are hardly 1, so that products are rounded.
	hardly := func(i int) float64 { return 1 - float64(i%7)*u }
	// Pairs that cancel, far apart, leave the rounding errors of large sums.
	add("cancelling", func(k, i int) float64 {
		switch v := math.Sin(float64(i/1024*512+i%512+1)) * 1e6; {
		case k > 0:
			return hardly(i)
		case i%1024 >= 512:
			return -v
		default:
			return v
		}
	})
	// One large number, to which every small one is lost: added one after the
	// other the error is n*u, far above the bound, and here it comes close to it.
	add("swamped", func(k, i int) float64 {
		switch {
		case k > 0:
			return hardly(i)
		case i == 0:
			return 1
		}
		return 0.99 * u
	})
	// Products and squares are subnormal.
	add("tiny", func(int, int) float64 { return tiny * r.NormFloat64() })
	return all
}

// adjust gives the k-th call of a kernel coefficients and state with a meaning.
func adjust[T kernels.Float](c *call[T], r *rand.Rand, k int) {
	switch c.op.Family {
	case "random":
		adjustRandom(c, r)
	case "level2", "product":
		for i := range c.args.Scalar {
			c.args.Scalar[i] = T(factors[k%len(factors)][i])
		}
	case "loss", "level1":
		for _, width := range []string{"delta", "lambda"} { // not negative
			if !c.has(width) {
				continue
			}
			v := &c.args.Scalar[c.find(width, func(k kerneltest.Kind) bool { return k == kerneltest.Scalar })]
			*v = T(math.Abs(float64(*v)))
			if *v != *v {
				*v = 1
			}
		}
	case "update":
		for i := range c.args.Scalar {
			c.args.Scalar[i] = T(0.05 + 0.9*r.Float64())
		}
		for i, p := range c.op.Vectors() {
			if slices.Contains(squares, p.Name) {
				for j, v := range c.args.Vec[i] {
					c.args.Vec[i][j] = T(math.Abs(float64(v)))
				}
			}
		}
	}
}

// squares are the vectors of the update kernels that hold no negative numbers.
var squares = []string{"v", "vmax", "sum", "u", "acc"}

// factors are alpha and beta of products: the special cases and others.
var factors = [][2]float64{{1, 0}, {2.3, 0}, {1, 1}, {-0.7, 1}, {0.3, -1.9}, {0, 0.6}, {-1.1, math.Inf(1)}, {-0.9, 0},
	{1, math.Copysign(0, -1)}, {-1, math.Copysign(0, -1)}}
