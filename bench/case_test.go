package bench

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

func TestEveryKernelHasAPlainLoop(t *testing.T) {
	for _, o := range operations[float32]() {
		if o.naive == nil {
			t.Errorf("naive has no loop for %s, whose reference is not what a programmer would write", o.Name)
		}
	}
}

// tinyCaches keep the cases of a test small.
var tinyCaches = Caches{L1: 4 << 10, L2: 16 << 10, L3: 128 << 10}

// TestContendersAgree runs every contender on the same data: each does the same
// work as the generic kernel.
func TestContendersAgree(t *testing.T) {
	t.Run("f32", func(t *testing.T) { contendersAgree[float32](t, 1e-7) })
	t.Run("f64", func(t *testing.T) { contendersAgree[float64](t, 1e-15) })
}

func contendersAgree[T kernels.Float](t *testing.T, tolerance float64) {
	defer setLevel(kernels.ActiveLevel())
	var m Arena
	pool := newPools[T]()
	for _, o := range operations[T]() {
		for _, n := range []int{16, 1024} {
			c := o.build(&m, n, pool)
			run := func(d *Contender) (result float64, data []T) {
				c.Reset()
				if d.Prepare != nil {
					d.Prepare()
				}
				result = d.Run(3)
				return result, append(data, unsafe.Slice((*T)(unsafe.Pointer(&m.bytes[0])), len(m.bytes)/sizeOf[T]())...)
			}
			var want []T
			var result float64
			for i := range c.Contenders {
				if d := &c.Contenders[i]; d.Role == Kernel && d.Level == kernels.Generic {
					result, want = run(d)
				}
			}
			for i := range c.Contenders {
				d := &c.Contenders[i]
				if d.Role == Limit || d.Role == Naive && o.Family == "random" { // other numbers
					continue
				}
				r, got := run(d)
				if !near(r, result, tolerance*float64(n)) {
					t.Errorf("%s n=%d %s returns %v (%x), the generic kernel %v (%x)", o.Name, n, d.Label(), r, r, result, result)
				}
				if o.Family == "format" { // the arena holds other numbers, and all have the same bits
					if !slices.EqualFunc(got, want, func(x, y T) bool { return bitsOf(x) == bitsOf(y) }) {
						t.Errorf("%s n=%d %s: the arena is not what the generic kernel leaves", o.Name, n, d.Label())
					}
					continue
				}
				for j := range got {
					if want[j] != want[j] {
						t.Fatalf("%s n=%d: the generic kernel makes element %d of the arena NaN", o.Name, n, j)
					}
					if !near(float64(got[j]), float64(want[j]), 10*tolerance*float64(o.shape(n).Rows)) {
						t.Fatalf("%s n=%d %s: element %d of the arena is %v (%x), with the generic kernel %v (%x)",
							o.Name, n, d.Label(), j, got[j], float64(got[j]), want[j], float64(want[j]))
					}
				}
			}
		}
	}
}

// bitsOf returns a number's bits.
func bitsOf[T kernels.Float](x T) uint64 {
	if sizeOf[T]() == 4 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(float64(x))
}

func near(x, y, tolerance float64) bool { return math.Abs(x-y) <= tolerance*max(1, math.Abs(y)) }

// TestDataStayOrdinary calls every contender many times: infinities, NaN and
// subnormal numbers would be measured instead of the kernel.
func TestDataStayOrdinary(t *testing.T) {
	t.Run("f32", dataStayOrdinary[float32])
	t.Run("f64", dataStayOrdinary[float64])
}

func dataStayOrdinary[T kernels.Float](t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	var m Arena
	pool := newPools[T]()
	for _, o := range operations[T]() {
		c := o.build(&m, 16, pool)
		for i := range c.Contenders {
			d := &c.Contenders[i]
			if d.Role == Limit {
				continue
			}
			if d.Prepare != nil {
				d.Prepare()
			}
			result := d.Run(20000)
			if math.IsNaN(result) || math.IsInf(result, 0) {
				t.Errorf("%s %s returns %v", o.Name, d.Label(), result)
			}
			if o.Family == "format" {
				continue // its numbers are bounded by their formats, and its steps are those of others
			}
			for _, x := range unsafe.Slice((*T)(unsafe.Pointer(&m.bytes[0])), m.used/sizeOf[T]()) {
				if a := math.Abs(float64(x)); x != 0 && !(a > 1e-7 && a < 1e7) {
					t.Fatalf("%s %s leads to %v; data.go has the values of its coefficients", o.Name, d.Label(), x)
				}
			}
		}
	}
}

// TestAlignment checks that large slices begin at pages, small ones at lines.
func TestAlignment(t *testing.T) {
	m := &Arena{}
	m.reset(room(400) + room(40000) + room(40000))
	for _, n := range []int{100, 10000, 10000} {
		x := slice[float32](m, n)
		align := uintptr(cacheLine)
		if n == 10000 {
			align = page
		}
		if rest := uintptr(unsafe.Pointer(&x[0])) % align; rest != 0 {
			t.Errorf("%d elements begin %d bytes behind a multiple of %d", n, rest, align)
		}
		x[n-1] = 1 // must lie within the arena
	}
	if m.used > len(m.bytes) {
		t.Errorf("%d bytes used of %d", m.used, len(m.bytes))
	}
}

func TestTraffic(t *testing.T) {
	want := map[string]int{ // bytes for 1024 float32 elements
		"Axpy":        3 * 4096,        // reads x and y, writes y
		"Add":         3 * 4096,        // reads x and y, writes dst
		"Scal":        2 * 4096,        // reads and writes x
		"Dot":         2 * 4096,        // reads x and y
		"Nrm2":        4096,            // reads x
		"Adam":        7 * 4096,        // reads p, g, m and v, writes all but g
		"AdamState16": 3*4096 + 4*2048, // reads p and g, writes p, and m and v have half the bytes
		"SumRows":     4096 + 16*4,     // reads 64 rows of 16, writes one
		"SumRowsAdd":  4096 + 2*16*4,   // reads that one too
		"SumSlices":   4096 + 16*4,     // likewise

		"Swap":        4 * 4096,             // reads and writes x and y
		"CopyInc":     2 * 4096,             // reads x, writes y, and nothing between
		"Gemv":        4096 + 16*4 + 2*64*4, // reads a and x, reads and writes y
		"GemvT":       4096 + 64*4 + 2*16*4, // likewise
		"RowSums":     4096 + 64*4,          // reads a, writes dst
		"RowSubtract": 2*4096 + 64*4,        // reads a and p, writes dst
		"Ger":         2*4096 + 64*4 + 16*4, // reads and writes a, reads x and y
	}
	for _, o := range operations[float32]() {
		if w, ok := want[o.Name]; ok {
			if got := o.traffic(o.shape(1024)); got != w {
				t.Errorf("%s: %d bytes, want %d", o.Name, got, w)
			}
			delete(want, o.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("not in the table: %v", want)
	}
}

// TestFlops checks the operations that the generator counts in a formula, and what the cases
// make of them.
func TestFlops(t *testing.T) {
	want := map[string]int{ // for an element
		"Axpy":             2, // a product and a sum
		"Rot":              6, // two products and a sum, twice
		"Clamp":            0, // comparisons
		"Dot":              2,
		"Nrm2":             2,
		"Amax":             0,
		"SumRows":          1,
		"Gemv":             2,
		"Ger":              2,
		"RowSubtractMax":   1,  // what it subtracts, and no maximum
		"RowShares":        2,  // a sum, and a product with what is divided once for a row
		"ColumnDeviations": 4,  // a difference, its square, and two sums
		"Exp":              0,  // not counted
		"Adam":             16, // its weight decay and the clipping among them
	}
	for _, o := range operations[float32]() {
		if w, ok := want[o.Name]; ok {
			if got := o.build(&Arena{}, 1024, newPools[float32]()).Flops; got != w*1024 {
				t.Errorf("%s: %d operations on 1024 elements, want %d on each", o.Name, got, w)
			}
			delete(want, o.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("not in the table: %v", want)
	}
	for _, s := range Specs(tinyCaches, 64<<10) {
		switch w := 2 * 64 * 10 * 256; s.Ops[0] {
		case "Gemm/TN/64x10x256":
			if c := s.Build(&Arena{}); c.Flops != w || c.ProbeWork != w {
				t.Errorf("%s: %d operations, %d of the probe, want %d", s.Ops[0], c.Flops, c.ProbeWork, w)
			}
		case "LinearGradient/64x64":
			if got := s.Build(&Arena{}).Flops; got != 4*64*64 {
				t.Errorf("%s: %d operations", s.Ops[0], got)
			}
		}
	}
}

// TestProbeTraffic checks what the limit probes move.
func TestProbeTraffic(t *testing.T) {
	for probe, want := range map[string]int{"": 0, "Read1": 400, "Read2": 800, "Move001": 800, "Move101": 1200, "Move210": 1200, "Move103": 2800} {
		if got := probeTraffic(probe, [][]float32{make([]float32, 100)}); got != want {
			t.Errorf("%q moves %d bytes, want %d", probe, got, want)
		}
	}
	for _, o := range operations[float32]() { // what works on vectors moves what its probe moves
		c := o.build(&Arena{}, 1024, newPools[float32]())
		if o.Probe != "" && !o.IsRows() && c.ProbeWork != c.Bytes {
			t.Errorf("%s moves %d bytes, its probe %d", o.Name, c.Bytes, c.ProbeWork)
		}
	}
}

// TestLies: also of a size that is always measured it is known where the data lie.
func TestLies(t *testing.T) {
	c := Caches{L1: 32 << 10, L2: 1 << 20}
	for _, s := range Specs(c, 64<<20) {
		want := s.Place
		if s.Ops[0] == "Axpy" && want == Listed {
			size := map[string]int{"f32": 8, "f64": 16}[s.Type] * s.N
			if want = L1; size > c.L1 {
				want = L2
			}
		}
		if got := s.Lies(); got == Listed || want != Listed && got != want {
			t.Errorf("%v of %d %s lie in %v, want %v", s.Ops, s.N, s.Type, got, want)
		}
	}
}

func TestSizes(t *testing.T) {
	c := Caches{L1: 32 << 10, L2: 2 << 20, L3: 32 << 20}
	for _, bytes := range []int{4, 8, 16, 32} {
		have := map[Place]int{}
		last := 0
		for _, s := range sizes(c, c.MemorySet(4), bytes, 64, listed) {
			if s.n <= last {
				t.Errorf("%d bytes: size %d follows %d", bytes, s.n, last)
			}
			last = s.n
			if s.place == Listed {
				have[Listed]++
				continue
			}
			have[s.place] = s.n * bytes
			if s.n%64 != 0 {
				t.Errorf("%d bytes: size %d is no multiple of 64", bytes, s.n)
			}
		}
		if have[Listed] != len(listed) {
			t.Errorf("%d bytes: %d listed sizes, want %d", bytes, have[Listed], len(listed))
		}
		if set := have[L1]; set > c.L1 {
			t.Errorf("%d bytes: L1 holds %d", bytes, set)
		}
		if set := have[L2]; set != 0 && (set <= c.L1 || set > c.L2) {
			t.Errorf("%d bytes: L2 holds %d", bytes, set)
		}
		if set := have[L3]; set <= c.L2 || set > c.L3 {
			t.Errorf("%d bytes: L3 holds %d", bytes, set)
		}
		if set := have[Memory]; set < 4*c.L3 {
			t.Errorf("%d bytes: memory holds %d", bytes, set)
		}
	}
	for _, s := range sizes(Caches{L1: 32 << 10, L2: 1 << 20}, 64<<20, 4, 64, listed) {
		if s.place == L3 {
			t.Errorf("size %d for a third-level cache that is not there", s.n)
		}
	}
}

func TestSpecs(t *testing.T) {
	type key struct {
		op, typ string
		n       int
	}
	have := map[key]bool{}
	for _, s := range Specs(tinyCaches, 256<<10) {
		for _, op := range s.Ops {
			k := key{op, s.Type, s.N}
			if have[k] {
				t.Errorf("%v twice", k)
			}
			have[k] = true
		}
	}
	for _, typ := range []string{"f32", "f64"} {
		for _, o := range operations[float32]() {
			if typ == "f64" && o.Family == "format" {
				continue // those are of float32
			}
			want := listed
			if o.IsStrided() {
				want = []int{16, 1024}
			}
			for _, n := range want {
				if !have[key{o.Name, typ, n}] {
					t.Errorf("no %s of %d %s", o.Name, n, typ)
				}
			}
			if o.IsRows() && !o.IsStrided() && !have[key{o.Name, typ, 64 * 16384}] {
				t.Errorf("no %s of 64 × 16384 %s", o.Name, typ)
			}
		}
	}
}

// TestDecayStates checks the states that Adam's decay goes through: from ordinary
// numbers over the flush threshold to subnormal ones, which plain rounding keeps.
func TestDecayStates(t *testing.T) {
	t.Run("f32", decayStates[float32])
	t.Run("f64", decayStates[float64])
}

func decayStates[T kernels.Float](t *testing.T) {
	subnormal := func(x T) bool { return x != 0 && math.Abs(float64(x)) < minNormal[T]() }
	for _, beta := range []float64{adam.Beta1, adam.Beta2} {
		if x := decayed[T](1.5, 0, beta, 0); x != 1.5 {
			t.Errorf("beta %v: after no steps %v, want 1.5", beta, x)
		}
		x := decayed[T](-1.5, 0, beta, 1e7)
		if !subnormal(x) || T(beta)*x != x || x > 0 {
			t.Errorf("beta %v: in the end %v, which decays to %v; want a negative subnormal that stays", beta, x, T(beta)*x)
		}
		if x := decayed[T](1.5, 0.25, beta, 1e7); math.Abs(float64(x)-0.25) > 1e-6 {
			t.Errorf("beta %v: in the end %v, want the input, 0.25", beta, x)
		}
	}
	var m Arena
	for _, o := range operations[T]() {
		if o.Name != "Adam" {
			continue
		}
		c := decaySpec(&o, "", tinyCaches, newPools[T]()).Build(&m)
		ops := map[string]int{}
		for i := range c.Contenders {
			d := &c.Contenders[i]
			ops[d.Op]++
			if d.Prepare != nil {
				d.Prepare()
			}
			if r := d.Run(2); math.IsNaN(r) {
				t.Errorf("%s %s: NaN", d.Op, d.Label())
			}
		}
		if len(ops) != 4 || ops["Adam/dead"] != ops["Adam/normal"] {
			t.Errorf("contenders %v, want four kinds with as many each", ops)
		}
	}
}

// TestLabels checks what the benchmarks' names end in.
func TestLabels(t *testing.T) {
	var labels []string
	for _, d := range []Contender{
		{Role: Kernel, Level: kernels.AVX512}, {Role: Limit, Level: kernels.AVX512},
		{Role: Naive}, {Role: Gonum}, {Role: RepeatedAxpy, Level: kernels.NEON},
		{Role: OneWorker, Level: kernels.AVX2}, {Role: OneTensor, Level: kernels.Generic}, {Role: WholeGemm, Level: kernels.AVX2},
		{Role: TwoPasses, Level: kernels.AVX512},
	} {
		labels = append(labels, d.Label())
	}
	if got, want := strings.Join(labels, " "), "avx512 avx512-limit naive gonum neon-axpy avx2-one-worker generic-one-tensor avx2-gemm avx512-two-passes"; got != want {
		t.Errorf("labels %q, want %q", got, want)
	}
}
