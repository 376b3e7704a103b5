package race

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
)

// TestMap: a cell is what a race of its run comes to, read back from its text.
func TestMap(t *testing.T) {
	for _, option := range []string{"", "Beta2", "WeightDecay", "ClipNorm"} {
		s := experiment(t, "rosenbrock", 80, by(optim.NewAdam(0.1)))
		s.Target = 1
		m, err := NewMap(s, s.Runs[0], option)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"": "Beta1"}[option]; m.Option != option && m.Option != want {
			t.Errorf("option %q, want %q", m.Option, option)
		}
		if len(m.Rates) != 24 || len(m.Values) != 16 || m.Rates[12] != "0.1" || !growing(t, m.Rates) || !growing(t, m.Values) {
			t.Errorf("rates %v, values %v", m.Rates, m.Values)
		}
		kinds := make(map[float32]int)
		for _, cell := range [][2]int{{12, 0}, {12, 7}, {23, 15}, {0, 3}, {18, 10}, {20, 1}} {
			got := m.Cell(cell[0], cell[1])
			r, err := m.Run(cell[0], cell[1])
			if err != nil {
				t.Fatal(err)
			}
			if r, err = spec.ParseRun(r.String(), false); err != nil {
				t.Fatal(err)
			}
			p := Follow(s, r)
			want := float32(p.Reached)
			switch {
			case p.Reached >= 0:
				kinds[0]++
			case p.Diverged >= 0:
				want = CellDiverged
			default:
				want = CellNever
			}
			if got != want {
				t.Errorf("%s %v: %v, want %v", option, cell, got, want)
			}
			kinds[min(want, 0)]++
		}
		if option == "" && len(kinds) < 2 {
			t.Errorf("all cells are of one kind: %v", kinds)
		}
	}
}

func growing(t *testing.T, texts []string) bool {
	return slices.IsSortedFunc(texts, func(a, b string) int {
		x, err := strconv.ParseFloat(a, 64)
		y, err2 := strconv.ParseFloat(b, 64)
		if err != nil || err2 != nil {
			t.Fatalf("%q, %q", a, b)
		}
		if x < y {
			return -1
		}
		return 1
	})
}

// TestMapCells: those that diverge, arrive late or never, and that cannot be.
func TestMapCells(t *testing.T) {
	s := experiment(t, "parabola", 50, by(optim.NewMomentum(0.1, 0.5)))
	m, err := NewMap(s, s.Runs[0], "")
	if err != nil || m.Option != "Momentum" {
		t.Fatalf("%+v: %v", m, err)
	}
	for cell, want := range map[[2]int]float32{{23, 0}: CellDiverged, {0, 0}: CellNever} {
		if got := m.Cell(cell[0], cell[1]); got != want {
			t.Errorf("%v: %v, want %v", cell, got, want)
		}
	}
	if got := m.Cell(12, 0); got < 1 || got > 50 {
		t.Errorf("at its own rate %v", got)
	}
	// Adam's betas are not to be 0 both.
	r := by(optim.Adam{LR: 0.1, Beta2: 0, Beta1: 0.9, Eps: 1e-8})
	if m, err = NewMap(s, r, "Beta1"); err != nil || m.Cell(0, 0) != CellInvalid {
		t.Errorf("no momenta: %v", err)
	}
	for want, r := range map[string]spec.Run{
		"LBFGS has no number for a map beside the rate":          {Method: "LBFGS"},
		"Preconditioned has no number for a map beside the rate": {Method: "Preconditioned", LR: 1},
		`SGD has no option "Beta1" that is a number`:             by(optim.NewSGD(1)),
	} {
		if _, err := NewMap(s, r, "Beta1"); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestEveryMap: each method has one, but for L-BFGS.
func TestEveryMap(t *testing.T) {
	s := experiment(t, "parabola", 1)
	for _, method := range spec.Methods() {
		r, err := spec.ParseRun(method.Name+"()", false)
		if err != nil {
			t.Fatal(err)
		}
		options := MapOptions(s, r)
		if (len(options) == 0) != (method.Name == "LBFGS" || method.Name == "Preconditioned") {
			t.Errorf("%s has the options %v", method.Name, options)
		}
		for _, o := range options {
			if m, err := NewMap(s, r, o); err != nil || len(m.Values) != 16 {
				t.Errorf("%s, %s: %v", method.Name, o, err)
			}
		}
	}
}

// TestBasin: the minimum that a race from there ends at.
func TestBasin(t *testing.T) {
	s := experiment(t, "himmelblau", 300, by(optim.NewSGD(0.005)))
	seen := make(map[int]bool)
	for row := range 4 {
		for column := range 4 {
			at := Center(s.Surface, s.Surface.Kind.Box, column, row, 4, 4)
			there := *s
			there.Start = at
			p := Follow(&there, s.Runs[0])
			last := len(p.X) - 1
			want := -1
			for i, m := range s.Surface.Minima {
				if p.Diverged < 0 && math.Hypot(p.X[last]-m.X, p.Y[last]-m.Y) < 0.01 {
					want = i
				}
			}
			got := Basin(s, s.Runs[0], at)
			if got != want {
				t.Errorf("from %v: %d, want %d", at, got, want)
			}
			seen[got] = true
		}
	}
	if !seen[0] || !seen[1] || !seen[2] || !seen[3] {
		t.Errorf("minima reached: %v", seen)
	}
	diverges := by(optim.NewSGD(10))
	if got := Basin(s, diverges, surface.Point{X: 1, Y: 1}); got != -1 {
		t.Errorf("a run that diverges ends at minimum %d", got)
	}
	stays := by(optim.NewSGD(1e-9))
	if got := Basin(s, stays, surface.Point{X: 0, Y: 0}); got != -1 {
		t.Errorf("a run that stays on the hill ends at minimum %d", got)
	}
}

func TestCenter(t *testing.T) {
	b := surface.Box{X0: -1, X1: 3, Y0: 10, Y1: 20}
	if at := Center(experiment(t, "rosenbrock", 1).Surface, b, 0, 1, 4, 2); at != (surface.Point{X: -0.5, Y: 17.5}) {
		t.Errorf("%v", at)
	}
	if at := Center(experiment(t, "parabola", 1).Surface, b, 3, 0, 4, 1); at != (surface.Point{X: 2.5}) {
		t.Errorf("%v", at)
	}
}
