package bench

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// operation is a kernel with what stands beside it.
type operation[T kernels.Float] struct {
	kerneltest.Op[T]
	public binding[T] // nil: the table's entry is measured
	naive  binding[T] // nil: there is no plain loop
}

// plainFamilies are those whose reference is the loop that a programmer would write: the
// contract asks for nothing there that one would leave out.
var plainFamilies = []string{"level1", "activation", "loss", "indexed", "format"}

// operations returns the kernels of the table, and the functions of package
// kernels that are made of others. The reference of plainFamilies is a plain loop too, where naive has none.
func operations[T kernels.Float]() []operation[T] {
	var all []operation[T]
	functions, loops := public[T](), naive[T]()
	for _, op := range kerneltest.Ops[T]() {
		if op.IsProduct() {
			continue // it has sizes of its own
		}
		o := operation[T]{Op: op, public: functions[op.Name]}
		from := loops
		if reflect.ValueOf(loops).Elem().FieldByName(op.Name).IsNil() {
			from = tableOf[T](kernels.Generic)
		}
		if from == loops || slices.Contains(plainFamilies, op.Family) {
			o.naive = func(a *kerneltest.Args[T]) func(int) float64 { return op.Bind(from, a) }
		}
		all = append(all, o)
	}
	return append(all, operation[T]{
		Op: kerneltest.Op[T]{
			Name: "Nrm2", Family: "reduce", Probe: "Read1", Flops: flopsOf("SumSquares"),
			Params: []kerneltest.Param{{Name: "x", Kind: kerneltest.In}},
		},
		public: functions["Nrm2"],
		naive: func(a *kerneltest.Args[T]) func(int) float64 {
			f, x := nrm2[T], a.Vec[0]
			return func(reps int) (r float64) {
				for range reps {
					r = float64(f(x))
				}
				return r
			}
		},
	})
}

// flopsOf returns the floating-point operations of kernels for an element.
func flopsOf(kernels ...string) int {
	n := 0
	for _, op := range kerneltest.Ops[float32]() {
		if slices.Contains(kernels, op.Name) {
			n += op.Flops
		}
	}
	return n
}

// shape returns the sizes of a kernel's arguments for n elements. Kernels that
// work on rows get a matrix of n elements: 64 rows, fewer where n is tiny, and as many as
// there are where indices name them. Of
// strided vectors the first has every second element, the other every third.
func (o *operation[T]) shape(n int) kerneltest.Shape {
	s := kerneltest.Shape{Rows: 1}
	if o.IsStrided() {
		s.Incs = []int{2, 3}
	}
	if o.IsRows() {
		s.Rows = 64
		if n < 1024 {
			s.Rows = 4
		}
	}
	if o.Family == "indexed" { // many rows of a few columns
		s.Rows = max(1, n/indexedColumns)
	}
	s.N = n / s.Rows
	s.Stride = s.N
	return s
}

// indexedColumns is the length of the rows that indices name.
const indexedColumns = 32

// indices returns so many indices of rows that no hardware foresees.
func indices(n, rows int) []int {
	r := rand.New(rand.NewPCG(3, 4))
	all := make([]int, n)
	for i := range all {
		all[i] = r.IntN(rows)
	}
	return all
}

// elements returns the number of elements of a vector parameter that a call
// reads or writes.
func elements(p kerneltest.Param, s kerneltest.Shape) int {
	if p.Kind == kerneltest.List {
		return s.Rows * s.N
	}
	return s.Elements(p.Kind, 1)
}

// inc returns the stride of the i-th parameter, a vector.
func (o *operation[T]) inc(i int, s kerneltest.Shape) int {
	if len(s.Incs) == 0 || i+1 == len(o.Params) || o.Params[i+1].Kind != kerneltest.Inc {
		return 1
	}
	before := 0
	for _, p := range o.Params[:i] {
		if p.Kind == kerneltest.Inc {
			before++
		}
	}
	return s.Incs[before%len(s.Incs)]
}

// extent returns the length of the slice for the i-th parameter, with what lies
// between the elements; 0 for a number.
func (o *operation[T]) extent(i int, s kerneltest.Shape) int {
	p := o.Params[i]
	if p.Kind == kerneltest.List {
		return s.Rows * s.Stride
	}
	return s.Elements(p.Kind, o.inc(i, s))
}

// traffic returns the bytes that a call reads and writes. A stream that is read
// and written counts twice; what lies between strided elements does not count.
func (o *operation[T]) traffic(s kerneltest.Shape) int {
	bytes := 0
	for _, p := range o.Params {
		size := elements(p, s) * p.Size(sizeOf[T]())
		if p.Kind.Reads() {
			bytes += size
		}
		if p.Kind.Writes() {
			bytes += size
		}
	}
	return bytes
}

// probeTraffic returns the bytes that a limit probe reads and writes: its name has the number
// of the streams that it reads, or of those that it reads, writes, and does both to.
func probeTraffic[T kernels.Float](probe string, streams [][]T) int {
	var in, out, both int
	if n, _ := fmt.Sscanf(probe, "Read%d", &in); n == 0 {
		if n, _ = fmt.Sscanf(probe, "Move%1d%1d%1d", &in, &out, &both); n == 0 {
			return 0
		}
	}
	return (in + out + 2*both) * len(streams[0]) * sizeOf[T]()
}

// bytesPerElement returns the bytes of memory behind one of the n elements of
// shape(n): of all streams, or of the matrix.
func (o *operation[T]) bytesPerElement() int {
	if o.IsRows() {
		return sizeOf[T]()
	}
	bytes := 0
	for _, p := range o.Params {
		if p.Kind.IsVector() {
			bytes += p.Size(sizeOf[T]())
		}
	}
	return bytes
}

// arguments lays a call's arguments out in the arena. restore fills the vectors
// that calls write, and at the first time all of them. streams are what the
// limit probe reads and writes.
func (o *operation[T]) arguments(m *Arena, s kerneltest.Shape, p *pools[T]) (a *kerneltest.Args[T], streams [][]T, restore func()) {
	size := 0
	for i := range o.Params {
		size += room(o.extent(i, s) * o.Params[i].Size(sizeOf[T]()))
	}
	m.reset(size)
	a = &kerneltest.Args[T]{}
	var written []func()
	for i, param := range o.Params {
		switch param.Kind {
		case kerneltest.Scalar:
			a.Scalar = append(a.Scalar, T(coefficient(o.Name, param.Name, s)))
			continue
		case kerneltest.Scalar64:
			a.Scalar64 = append(a.Scalar64, coefficient(o.Name, param.Name, s))
			continue
		case kerneltest.Count:
			a.Int = append(a.Int, s.N)
			continue
		case kerneltest.Inc:
			a.Int = append(a.Int, o.inc(i-1, s))
			continue
		case kerneltest.RowCount:
			a.Int = append(a.Int, s.Rows)
			continue
		case kerneltest.ColumnCount:
			a.Int = append(a.Int, s.N)
			continue
		case kerneltest.RowStride, kerneltest.Step:
			a.Int = append(a.Int, s.Stride)
			continue
		case kerneltest.Words:
			a.SetAt(kernels.Philox{Seed: 1, Stream: 2})
			continue
		case kerneltest.Index:
			a.Rows = append(a.Rows, indices(o.Entries(s), s.Rows))
			continue
		case kerneltest.Offsets:
			a.Rows = append(a.Rows, s.Offsets())
			continue
		case kerneltest.Bits32, kerneltest.Shift:
			a.Bits = append(a.Bits, 8) // any key, and the shift that parameters have
			continue
		}
		if refill := o.narrow(m, s, i, a, p); refill != nil {
			refill()
			if param.Kind.Writes() {
				written = append(written, refill)
			}
			continue
		}
		x := slice[T](m, o.extent(i, s))
		fill(x, p.of(o.Name, param))
		if param.Kind.Writes() {
			written = append(written, func() { fill(x, p.of(o.Name, param)) })
		}
		if param.Kind == kerneltest.List {
			for r := range s.Rows {
				a.List = append(a.List, x[r*s.Stride:][:s.N:s.N])
			}
		} else {
			a.Vec = append(a.Vec, x)
		}
		switch param.Kind {
		case kerneltest.Matrix, kerneltest.InOutMatrix, kerneltest.OutMatrix, kerneltest.List:
			streams = append(streams, x)
		default: // beside a matrix, a vector counts for little
			if !o.IsRows() {
				streams = append(streams, x)
			}
		}
	}
	return a, streams, func() {
		for _, refill := range written {
			refill()
		}
	}
}
