package bench

import (
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// Role says what a contender is.
type Role int

// The roles.
const (
	Kernel       Role = iota // a level's kernel
	Limit                    // a level's limit probe
	Naive                    // the plain Go loop
	Gonum                    // gonum's routine
	RepeatedAxpy             // a level's Axpy, row by row
	OneWorker                // the same step without a second worker
	OneTensor                // the same step with a single parameter
	WholeGemm                // a level's Gemm, of matrices that are neither symmetric nor triangular
	TwoPasses                // a level's kernels, one after the other over the whole batch
)

// Contender is one way to do a case's work.
type Contender struct {
	Op    string
	Role  Role
	Level kernels.Level // except for Naive and Gonum

	// Run does the work so many times. What it returns depends on the work's
	// results, so that none is optimised away.
	Run func(reps int) float64
	// Prepare, if set, must be called before Run. It is not part of the work.
	Prepare func()
	// MaxReps, if set, is how often Run may do the work after one Prepare.
	MaxReps int
	// Wall says that several threads may do the work, so that the time that the
	// calling one spends in it is not what it takes.
	Wall bool
}

// Label names the contender in the level=... part of a benchmark's name.
func (c *Contender) Label() string {
	switch c.Role {
	case Limit:
		return c.Level.String() + "-limit"
	case Naive:
		return "naive"
	case Gonum:
		return "gonum"
	case RepeatedAxpy:
		return c.Level.String() + "-axpy"
	case OneWorker:
		return c.Level.String() + "-one-worker"
	case OneTensor:
		return c.Level.String() + "-one-tensor"
	case WholeGemm:
		return c.Level.String() + "-gemm"
	case TwoPasses:
		return c.Level.String() + "-two-passes"
	}
	return c.Level.String()
}

// Case is some work on data that all its contenders share.
type Case struct {
	Bytes      int // read and written by doing the work once
	Flops      int // floating-point operations of doing it once, 0 where they are not counted
	Contenders []Contender
	// Probe names the limit probes, "" if there are none, and ProbeWork is what they do at
	// a time: bytes read and written, or the operations of MultiplyAdds.
	Probe     string
	ProbeWork int
	// Reset, if set, restores the data. The limit probes write bit patterns over
	// them; they come last.
	Reset func()
}

// Spec describes a case. Its data live in the arena until the next Build.
type Spec struct {
	Ops   []string // what the contenders compute, by Contender.Op
	Type  string   // f32 or f64
	N     int
	Place Place
	lies  Place // where the data of a listed size lie
	Step  bool  // a whole step of package optim
	BLAS  bool  // a routine of gonum's interfaces
	// Narrow says that cores with half-wide data paths take the narrower of the forms
	// that FormSpecs compares.
	Narrow bool
	Build  func(m *Arena) *Case
}

// Lies returns where the data lie.
func (s Spec) Lies() Place {
	if s.Place == Listed {
		return s.lies
	}
	return s.Place
}

// bothTypes returns a case for both types, of which elements is the size of the working set.
func bothTypes(c Caches, op string, n, elements int, f32, f64 func(m *Arena) *Case) []Spec {
	return []Spec{
		{Ops: []string{op}, Type: "f32", N: n, Place: c.place(4 * elements), Build: f32},
		{Ops: []string{op}, Type: "f64", N: n, Place: c.place(8 * elements), Build: f64},
	}
}

// repeat returns what calls f again and again, and returns what the last call does.
func repeat(f func() float64) func(reps int) float64 {
	return func(reps int) (result float64) {
		for range reps {
			result = f()
		}
		return result
	}
}

// repeatOn is repeat for calls without a result: x holds one, of which an element stands for
// the others.
func repeatOn[T kernels.Float](x []T, f func()) func(reps int) float64 {
	return func(reps int) float64 {
		for range reps {
			f()
		}
		return float64(x[len(x)-1])
	}
}

// Specs lists the cases, in the order of the kernels' table, and then those of
// whole steps and of gonum's interfaces, both on the level that is active. memory
// is the working set in bytes that counts as lying in memory, see
// Caches.MemorySet.
func Specs(c Caches, memory int) []Spec {
	f32, f64 := specs[float32]("f32", c, memory), specs[float64]("f64", c, memory)
	return slices.Concat(byKernel(f32, f64), gemmSpecs(c), triangleSpecs(c), linearSpecs(c), entropySpecs(c), normSpecs(c), stepSpecs(c), blasSpecs(c))
}

// byKernel puts the cases of float64 behind those of float32 of the same kernel. Formats have
// kernels for float32 alone.
func byKernel(f32, f64 [][]Spec) (all []Spec) {
	for _, list := range f32 {
		all = append(all, list...)
		if len(f64) > 0 && f64[0][0].Ops[0] == list[0].Ops[0] {
			all = append(all, f64[0]...)
			f64 = f64[1:]
		}
	}
	return all
}

// rowsSize is the size of 64 gradients of 16384 elements, whose reduction is
// always measured.
const rowsSize = 64 * 16384

// specs lists an element type's cases, by kernel.
func specs[T kernels.Float](typ string, c Caches, memory int) [][]Spec {
	pool := newPools[T]()
	var all [][]Spec
	for _, o := range operations[T]() {
		unit, always := 64, listed
		if o.IsRows() {
			unit, always = 64*16, append(always[:len(always):len(always)], rowsSize)
		}
		measured := sizes(c, memory, o.bytesPerElement(), unit, always)
		if o.IsStrided() { // far away, cache lines would be measured
			measured = stridedSizes
		}
		var list []Spec
		for _, s := range measured {
			list = append(list, Spec{
				Ops: []string{o.Name}, Type: typ, N: s.n, Place: s.place, lies: c.place(s.n * o.bytesPerElement()),
				Build: func(m *Arena) *Case { return o.build(m, s.n, pool) },
			})
		}
		if o.Name == "Adam" {
			list = append(list, decaySpec(&o, typ, c, pool))
		}
		all = append(all, list)
	}
	return all
}

// build makes a kernel's case of n elements.
func (o *operation[T]) build(m *Arena, n int, pool *pools[T]) *Case {
	s := o.shape(n)
	a, streams, restore := o.arguments(m, s, pool)
	c := &Case{Bytes: o.traffic(s), Flops: o.Flops * s.Rows * s.N, Reset: restore,
		Probe: o.Probe, ProbeWork: probeTraffic(o.Probe, streams)}
	if o.Family == "format" {
		c.ProbeWork = o.traffic(s)
	}
	add := func(role Role, l kernels.Level, prepare func(), run func(int) float64) {
		if run != nil {
			c.Contenders = append(c.Contenders, Contender{Op: o.Name, Role: role, Level: l, Prepare: prepare, Run: run})
		}
	}
	if o.naive != nil {
		add(Naive, 0, nil, o.naive(a))
	}
	add(Gonum, 0, nil, gonum(o.Name, a))
	for _, l := range kernels.Levels() {
		table := tableOf[T](l)
		if o.public != nil {
			add(Kernel, l, func() { setLevel(l) }, o.public(a))
		} else {
			add(Kernel, l, nil, o.Bind(table, a))
		}
		if o.Name == "SumRows" {
			add(RepeatedAxpy, l, nil, repeatedAxpy(table, a))
		}
	}
	for _, l := range kernels.Levels() {
		add(Limit, l, nil, kerneltest.Probe(o.Probe, l, &kerneltest.Args[T]{Vec: streams, U16: a.U16, I16: a.I16, U8: a.U8}))
	}
	return c
}

// repeatedAxpy sums the rows of SumRows' matrix with one Axpy for each.
func repeatedAxpy[T kernels.Float](t *kerneltest.Table[T], a *kerneltest.Args[T]) func(reps int) float64 {
	f, dst, matrix, rows, stride := t.Axpy, a.Vec[0], a.Vec[1], a.Int[0], a.Int[1]
	return func(reps int) float64 {
		for range reps {
			clear(dst)
			for r := range rows {
				f(1, matrix[r*stride:][:len(dst)], dst)
			}
		}
		return 0
	}
}

// tableOf returns the kernels of a level that is available.
func tableOf[T kernels.Float](l kernels.Level) *kerneltest.Table[T] {
	t, err := kerneltest.TableOf[T](l)
	if err != nil {
		panic(err)
	}
	return t
}

// setLevel makes an available level the active one.
func setLevel(l kernels.Level) {
	if err := kernels.SetLevel(l); err != nil {
		panic(err)
	}
}

// sizeOf returns the size of an element in bytes.
func sizeOf[T kernels.Float]() int { return int(unsafe.Sizeof(T(0))) }
