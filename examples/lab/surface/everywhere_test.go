package surface

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/kernels"
)

// bits has for each kind the hash of what TestSameEverywhere computes.
var bits = map[string]string{
	"parabola":   "5095f9d85ec1d3cd",
	"quadratic":  "52590b6d45f12c4d",
	"rosenbrock": "c0527b09f1fb354b",
	"beale":      "d1566bd1c7ba2dd0",
	"himmelblau": "7452be90938cb42a",
	"rastrigin":  "56fddbdd7872a424",
	"saddle":     "c647fd39c2e5ed98",
	"plateau":    "808bd4be8957442a",
	"cliff":      "279214d7fc03d8c3",
	"ravine":     "5eaff8a83237f205",
	"regression": "a3c89a8d986c8933",
	"logistic":   "b1e95fd2c3f107b8",
}

// TestSameEverywhere: losses and gradients at 50 places in both types, Hessians, stationary
// points and contours, with the options at their bounds, have the same bits on every machine and
// level.
func TestSameEverywhere(t *testing.T) {
	demotest.OnEveryLevel(t, func(level kernels.Level) {
		sums := map[string]*sum{}
		each(t, func(t *testing.T, p *Problem) {
			s := sums[p.Kind.Name]
			if s == nil {
				s = &sum{}
				sums[p.Kind.Name] = s
			}
			s.problem(p)
		})
		for _, k := range Kinds() {
			if got := sums[k.Name].String(); got != bits[k.Name] {
				t.Errorf("%v, %s: %s, want %s", level, k.Name, got, bits[k.Name])
			}
		}
	})
}

// A sum is a hash of numbers.
type sum struct{ numbers []byte }

func (s *sum) add(numbers ...float64) {
	for _, x := range numbers {
		s.numbers = binary.LittleEndian.AppendUint64(s.numbers, math.Float64bits(x))
	}
}

func (s *sum) String() string {
	h := fnv.New64a()
	h.Write(s.numbers)
	return fmt.Sprintf("%016x", h.Sum64())
}

func (s *sum) problem(p *Problem) {
	d := p.Kind.Dim
	g32, g64 := make([]float32, d), make([]float64, d)
	for _, at := range places(p.Kind.Box, 50) {
		s.add(float64(Eval(p, nil, []float32{float32(at.X), float32(at.Y)}[:d], g32)), float64(g32[0]), float64(g32[d-1]))
		s.add(Eval(p, nil, []float64{at.X, at.Y}[:d], g64), g64[0], g64[d-1])
		h := p.Hessian(at)
		f, _ := p.Fisher(at)
		s.add(h.XX, h.XY, h.YY, f.XX, f.XY, f.YY)
	}
	for _, points := range [][]Point{p.Minima, p.Maxima, p.Saddles} {
		for _, at := range points {
			s.add(at.X, at.Y)
		}
	}
	const w, h = 12, 9
	grid := Grid32(p, p.Kind.Box, w, h)
	levels := Levels(grid)
	s.add(levels...)
	for _, line := range Contours(grid, w, len(grid)/w, p.Kind.Box, levels) {
		for _, at := range line.Points {
			s.add(at.X, at.Y)
		}
	}
}
