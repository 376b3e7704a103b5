package bench

import (
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/gonumblas"
)

// overridden lists the routines that gonumblas has of its own: the compiler makes
// those that it takes from gonum, in no file.
func overridden() map[string]bool {
	own := map[string]bool{}
	t := reflect.TypeFor[gonumblas.Implementation]()
	for i := range t.NumMethod() {
		f := runtime.FuncForPC(t.Method(i).Func.Pointer())
		if file, _ := f.FileLine(f.Entry()); strings.HasSuffix(file, ".go") {
			own[t.Method(i).Name] = true
		}
	}
	return own
}

// TestEveryBLASRoutineHasCases wants all of Level 1, and whatever else gonumblas
// does not leave to gonum.
func TestEveryBLASRoutineHasCases(t *testing.T) {
	want := overridden()
	for _, level1 := range []reflect.Type{reflect.TypeFor[blas.Float32Level1](), reflect.TypeFor[blas.Float64Level1]()} {
		for i := range level1.NumMethod() {
			name := level1.Method(i).Name
			if !want[name] {
				t.Errorf("gonumblas has no %s of its own", name)
			}
			want[name] = true
		}
	}
	want["SgemvT"], want["DgemvT"] = true, true
	// Products of matrices have their own cases, gemmSpecs and triangleSpecs, and what is
	// made of Gemv and GemvT for symmetric and triangular matrices has none.
	for _, name := range []string{"gemm", "symm", "syrk", "syr2k", "trmm", "trsm", "symv", "syr", "syr2", "trmv", "trsv"} {
		for _, typ := range []string{"S", "D"} {
			if !want[typ+name] {
				t.Errorf("gonumblas has no %s of its own", typ+name)
			}
			delete(want, typ+name)
		}
	}
	sizes := map[string][]int{} // by operation
	for _, s := range blasSpecs(tinyCaches) {
		sizes[s.Ops[0]] = append(sizes[s.Ops[0]], s.N)
		name, _, _ := strings.Cut(strings.TrimPrefix(s.Ops[0], "BLAS/"), "/")
		typ := "f64"
		if strings.HasPrefix(strings.TrimPrefix(name, "I"), "S") || strings.HasPrefix(name, "Is") || name == "Dsdot" {
			typ = "f32"
		}
		switch {
		case !want[name]:
			t.Errorf("%s is no routine of gonumblas", s.Ops[0])
		case s.Type != typ || !s.BLAS || s.Step:
			t.Errorf("%s of %d: %+v", s.Ops[0], s.N, s)
		}
	}
	for name := range want {
		all := [][]int{{1, 2, 3, 4, 8, 16, 32, 1024, 65536}, {1, 2, 4, 8, 16, 32, 1024}}
		switch {
		case strings.HasSuffix(name, "rotg") || strings.HasSuffix(name, "rotmg"):
			all = [][]int{{1}, nil}
		case strings.Contains(name, "ge"):
			all = [][]int{{1, 4, 8, 16, 32, 256, 1000}, {1, 4, 16, 32}}
		}
		for inc, want := range [][]int{1: all[0], 2: all[1], 3: all[1]} {
			if got := sizes[blasOp(name, inc)]; inc > 0 && !slices.Equal(got, want) {
				t.Errorf("%s: sizes %v, want %v", blasOp(name, inc), got, want)
			}
		}
	}
}

// arenaValues returns what lies in the arena as numbers of a type.
func arenaValues(m *Arena, typ string) (all []float64) {
	p := unsafe.Pointer(unsafe.SliceData(m.bytes))
	if typ == "f64" {
		return append(all, unsafe.Slice((*float64)(p), m.used/8)...)
	}
	for _, x := range unsafe.Slice((*float32)(p), m.used/4) {
		all = append(all, float64(x))
	}
	return all
}

// TestBLASContendersAgree runs both contenders on the same data.
func TestBLASContendersAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range blasSpecs(tinyCaches) {
		if s.N > 32 && s.N != 1024 && s.N != 256 { // the large ones are slow
			continue
		}
		tolerance := 1e-15
		if s.Type == "f32" {
			tolerance = 1e-7
		}
		tolerance *= float64(max(10, s.N))
		m := &Arena{}
		c := s.Build(m)
		for reps := 1; reps <= 3; reps++ {
			var result [2]float64
			var data [2][]float64
			for i := range c.Contenders {
				d := &c.Contenders[i]
				if want := []Role{Gonum, Kernel}[i]; d.Role != want || d.Op != s.Ops[0] || d.Wall {
					t.Errorf("%s n=%d: contender %s %s", s.Ops[0], s.N, d.Op, d.Label())
				}
				c.Reset()
				if d.Prepare != nil {
					setLevel(kernels.Generic)
					d.Prepare()
					if got := kernels.ActiveLevel(); got != d.Level {
						t.Errorf("%s %s: measured on level %v", d.Op, d.Label(), got)
					}
				}
				result[i] = d.Run(reps)
				data[i] = arenaValues(m, s.Type)
			}
			if !near(result[1], result[0], tolerance) {
				t.Errorf("%s n=%d returns %v, gonum %v", s.Ops[0], s.N, result[1], result[0])
			}
			for j, want := range data[0] {
				if !near(data[1][j], want, tolerance) {
					t.Fatalf("%s n=%d: element %d of the arena is %v, gonum's %v", s.Ops[0], s.N, j, data[1][j], want)
				}
			}
		}
	}
}

// TestBLASWorks checks that calls do all of the work: what a routine writes, it
// changes to the last element, and one that only reads returns a number.
func TestBLASWorks(t *testing.T) {
	written := map[string]func(n int) int{} // elements, by routine
	for _, r := range blasRoutines {
		count := func(n int) int {
			return n*int(r.x&writes+r.y&writes)/int(writes) + n*n*int(r.a&writes)/int(writes)
		}
		written[r.f32], written[r.f64] = count, count
	}
	for _, s := range blasSpecs(tinyCaches) {
		if s.N > 32 {
			continue
		}
		m := &Arena{}
		c := s.Build(m)
		before := arenaValues(m, s.Type)
		name, _, _ := strings.Cut(strings.TrimPrefix(s.Ops[0], "BLAS/"), "/")
		want := written[name](s.N)
		for i := range c.Contenders {
			c.Reset()
			result := c.Contenders[i].Run(1)
			changed := 0
			for j, x := range arenaValues(m, s.Type) {
				if x != before[j] {
					changed++
				}
			}
			if first := strings.HasSuffix(name, "amax") && s.N == 1; changed != want || (result != 0) != (want == 0 && !first) {
				t.Errorf("%s n=%d %s returns %v and changes %d elements, want %d",
					s.Ops[0], s.N, c.Contenders[i].Label(), result, changed, want)
			}
		}
		c.Reset()
		if !slices.Equal(arenaValues(m, s.Type), before) {
			t.Errorf("%s: Reset does not restore the data", s.Ops[0])
		}
	}
}

// TestBLASDataStayOrdinary is TestDataStayOrdinary for the BLAS cases. Nor may
// data shrink all the way to zero.
func TestBLASDataStayOrdinary(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range blasSpecs(tinyCaches) {
		if s.N != 1 && s.N != 4 && s.N != 16 {
			continue
		}
		m := &Arena{}
		c := s.Build(m)
		before := arenaValues(m, s.Type) // 0 where nothing lies
		for i := range c.Contenders {
			d := &c.Contenders[i]
			if d.Prepare != nil {
				d.Prepare()
			}
			result := d.Run(20000)
			if math.IsNaN(result) || math.IsInf(result, 0) {
				t.Errorf("%s n=%d %s returns %v", s.Ops[0], s.N, d.Label(), result)
			}
			for j, x := range arenaValues(m, s.Type) {
				if a := math.Abs(x); before[j] != 0 && !(a > 1e-7 && a < 1e7) {
					t.Fatalf("%s n=%d %s leads to %v", s.Ops[0], s.N, d.Label(), x)
				}
			}
		}
	}
}

func TestBLASTraffic(t *testing.T) {
	want := map[string]int{ // bytes for 32 elements, or a matrix of 32 × 32
		"BLAS/Saxpy":       3 * 32 * 4,
		"BLAS/Saxpy/inc=3": 3 * 32 * 4, // nothing between the elements
		"BLAS/Dcopy":       2 * 32 * 8,
		"BLAS/Sswap":       4 * 32 * 4,
		"BLAS/Dsdot":       2 * 32 * 4,
		"BLAS/Idamax":      32 * 8,
		"BLAS/SgemvT":      (32*32 + 3*32) * 4,
		"BLAS/Dger":        (2*32*32 + 2*32) * 8,
	}
	for _, s := range blasSpecs(tinyCaches) {
		if w, ok := want[s.Ops[0]]; ok && s.N == 32 {
			if got := s.Build(&Arena{}).Bytes; got != w {
				t.Errorf("%s: %d bytes, want %d", s.Ops[0], got, w)
			}
			delete(want, s.Ops[0])
		}
	}
	if len(want) > 0 {
		t.Errorf("no cases: %v", want)
	}
}
