package surface

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gradcheck"
	"github.com/seed63264101/steepest/optim/train"
)

// each calls f with every kind: with the defaults, and with each option at both of its bounds,
// all others at their defaults and all together.
func each(t *testing.T, f func(t *testing.T, p *Problem)) {
	for _, k := range Kinds() {
		defaults := make([]float64, len(k.Options))
		lows, highs := make([]float64, len(k.Options)), make([]float64, len(k.Options))
		for i, o := range k.Options {
			defaults[i], lows[i], highs[i] = o.Default, o.Min, o.Max
		}
		corners := [][]float64{defaults, lows, highs}
		for i := range k.Options {
			for _, v := range []float64{lows[i], highs[i]} {
				c := append([]float64(nil), defaults...)
				c[i] = v
				corners = append(corners, c)
			}
		}
		for _, v := range corners {
			p, err := k.New(v...)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprint(k.Name, v), func(t *testing.T) { f(t, p) })
		}
	}
}

// places are n points of the box, the same ones on every machine.
func places(b Box, n int) []Point {
	points := make([]Point, n)
	for i := range points {
		u, w := float64(i*618%1000)/1000, float64(i*755%1000)/1000
		points[i] = Point{b.X0 + float64((b.X1-b.X0)*u), b.Y0 + float64((b.Y1-b.Y0)*w)}
	}
	return points
}

func (p *Problem) gradient(at Point) Point {
	g := make([]float64, 2)
	p.eval64(nil, []float64{at.X, at.Y}[:p.Kind.Dim], g[:p.Kind.Dim])
	return Point{g[0], g[1]}
}

func TestGradients(t *testing.T) {
	each(t, func(t *testing.T, p *Problem) {
		batches := [][]int{nil}
		if p.Samples > 0 {
			batches = append(batches, []int{1, 0, p.Samples - 1})
		}
		for _, samples := range batches {
			for _, at := range append(places(p.Kind.Box, 10), p.Kind.Start) {
				x := []float64{at.X, at.Y}[:p.Kind.Dim]
				r, err := gradcheck.CheckGradient([]optim.Param[float64]{{Name: "at", Value: x}},
					func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
						return Eval(p, samples, x, g.Dense[0]), nil
					}, gradcheck.Options{})
				if err != nil {
					t.Fatal(at, err)
				}
				if !r.OK() {
					t.Error(at, samples, r)
				}
			}
		}
	})
}

// TestTypes: float32 is float64 but for its rounding, and the loss does not depend on whether
// its gradient is asked for.
func TestTypes(t *testing.T) {
	each(t, func(t *testing.T, p *Problem) {
		dim := p.Kind.Dim
		for _, at := range places(p.Kind.Box, 20) {
			x32 := []float32{float32(at.X), float32(at.Y)}[:dim]
			x64 := []float64{float64(float32(at.X)), float64(float32(at.Y))}[:dim]
			g32, g64 := make([]float32, dim), make([]float64, dim)
			l32, l64 := Eval(p, nil, x32, g32), Eval(p, nil, x64, g64)
			if Eval(p, nil, x32, nil) != l32 || Eval(p, nil, x64, nil) != l64 {
				t.Errorf("%v: another loss without the gradient", at)
			}
			near := func(name string, a float32, b, size float64) {
				if !(math.Abs(float64(a)-b) <= 2e-5*size) {
					t.Errorf("%v: %s %v as float32, %v as float64", at, name, a, b)
				}
			}
			size := 1 + math.Abs(l64)
			near("loss", l32, l64, size+math.Hypot(p.gradient(at).X, p.gradient(at).Y))
			for i := range g64 {
				h := p.Hessian(at)
				near("gradient", g32[i], g64[i], size+math.Abs(g64[i])+math.Abs(h.XX)+math.Abs(h.XY)+math.Abs(h.YY))
			}
		}
	})
}

func TestHessians(t *testing.T) {
	const h = 1e-5
	each(t, func(t *testing.T, p *Problem) {
		for _, at := range places(p.Kind.Box, 20) {
			got := p.Hessian(at)
			left, right := p.gradient(Point{at.X - h, at.Y}), p.gradient(Point{at.X + h, at.Y})
			want := Hessian{XX: (right.X - left.X) / (2 * h)}
			if p.Kind.Dim == 2 {
				below, above := p.gradient(Point{at.X, at.Y - h}), p.gradient(Point{at.X, at.Y + h})
				want.XY, want.YY = (above.X-below.X)/(2*h), (above.Y-below.Y)/(2*h)
			}
			size := 1e-5 * (1 + math.Abs(got.XX) + math.Abs(got.XY) + math.Abs(got.YY) + math.Abs(p.loss(at)))
			if !(math.Abs(got.XX-want.XX)+math.Abs(got.XY-want.XY)+math.Abs(got.YY-want.YY) < size) {
				t.Errorf("%v: Hessian %v, differences %v", at, got, want)
			}
		}
	})
}

// TestStationary: no gradient where there is said to be none, and curvatures of the right signs.
func TestStationary(t *testing.T) {
	each(t, func(t *testing.T, p *Problem) {
		check := func(kind string, points []Point, right func(low, high, rounding float64) bool) {
			for _, at := range points {
				h := p.Hessian(at)
				mean, half := (h.XX+h.YY)/2, math.Hypot((h.XX-h.YY)/2, h.XY)
				low, high := mean-half, mean+half
				if p.Kind.Dim == 1 {
					low, high = h.XX, h.XX
				}
				size := math.Abs(low) + math.Abs(high)
				if g := p.gradient(at); !(math.Hypot(g.X, g.Y) <= 1e-13*(1+size)*(1+math.Hypot(at.X, at.Y))) {
					t.Errorf("%s %v has the gradient %v", kind, at, g)
				}
				if !right(low, high, 1e-14*size) {
					t.Errorf("%s %v has the curvatures %v and %v", kind, at, low, high)
				}
			}
		}
		check("minimum", p.Minima, func(low, high, rounding float64) bool { return low >= -rounding && high > 0 })
		check("maximum", p.Maxima, func(low, high, _ float64) bool { return high < 0 })
		check("saddle", p.Saddles, func(low, high, _ float64) bool { return low < 0 && high > 0 })
		for i, at := range p.Minima[1:] {
			if a, b := p.loss(p.Minima[i]), p.loss(at); a > b+1e-25 {
				t.Errorf("minimum %v with the loss %v is listed before %v with %v", p.Minima[i], a, at, b)
			}
		}
	})
}

// TestLeast: no place of a fine grid lies lower, and places around the first minimum are higher.
func TestLeast(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 20
	}
	each(t, func(t *testing.T, p *Problem) {
		b := p.Kind.Box
		for i := range (n + 1) * (n + 1) {
			at := Point{node(b.X0, b.X1, i%(n+1), n+1), node(b.Y0, b.Y1, i/(n+1), n+1)}
			if p.loss(at) < p.Least {
				t.Fatalf("%v has the loss %v, below %v", at, p.loss(at), p.Least)
			}
			if p.Kind.Dim == 1 && i == n {
				break
			}
		}
		if at := p.Minima[0]; p.loss(at) != p.Least {
			t.Errorf("%v has the loss %v, want the least, %v", at, p.loss(at), p.Least)
		}
	})
}

// TestPoints: where the textbooks have them.
func TestPoints(t *testing.T) {
	for name, want := range map[string][3]int{
		"parabola": {1}, "quadratic": {1}, "rosenbrock": {1}, "beale": {1, 0, 2}, "himmelblau": {4, 1, 4},
		"rastrigin": {121, 100, 220}, "saddle": {2, 0, 1}, "plateau": {1}, "cliff": {1}, "ravine": {1},
		"regression": {1}, "logistic": {1},
	} {
		p, err := Find(name).New()
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]int{len(p.Minima), len(p.Maxima), len(p.Saddles)}; got != want {
			t.Errorf("%s has %v minima, maxima and saddles, want %v", name, got, want)
		}
	}
}

func TestOptions(t *testing.T) {
	k := Find("regression")
	for _, bad := range [][]float64{
		{1, 0, 0, 0, 0}, {2.5, 0, 0, 0, 0}, {2, 0, 0, 0.5, 0}, {2, math.NaN(), 0, 0, 0}, {2, math.Inf(1), 0, 0, 0}, {2, 0},
	} {
		if _, err := k.New(bad...); err == nil {
			t.Errorf("New(%v) has no error", bad)
		}
	}
	for _, k := range Kinds() {
		if Find(k.Name) != k {
			t.Errorf("Find(%q) is another", k.Name)
		}
		if k.Title == "" || k.About == "" || k.Formula == "" {
			t.Errorf("%s lacks a text", k.Name)
		}
		for _, o := range k.Options {
			if o.About == "" || o.Check(o.Default) != nil || o.Check(o.Min) != nil || o.Check(o.Max) != nil {
				t.Errorf("%s: option %+v", k.Name, o)
			}
		}
	}
}
