package formula_test

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/formula"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

// TestKinds: the formula of every objective can be drawn, and that of a closed form is what is
// computed, also with options that are not the usual ones.
func TestKinds(t *testing.T) {
	for _, k := range surface.Kinds() {
		f, err := formula.Parse(k.Formula)
		if err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		for _, share := range []float64{0, 0.3} {
			var options []float64
			v := formula.Values{}
			for _, o := range k.Options {
				x := o.Default + share*(o.Max-o.Default)
				if o.Integer || o.Words != nil {
					x = math.Floor(x)
				}
				options = append(options, x)
				v[o.Name] = []float64{x}
			}
			p, err := k.New(options...)
			if err != nil {
				t.Fatal(err)
			}
			if p.Samples == 0 {
				compare(t, p, f, v)
			}
		}
	}
}

// compare holds a formula against a problem at points of its picture.
func compare(t *testing.T, p *surface.Problem, f *formula.Formula, v formula.Values) {
	b := p.Kind.Box
	for i := range 36 {
		at := []float64{b.X0 + (b.X1-b.X0)*float64(i%6)/5, b.Y0 + (b.Y1-b.Y0)*float64(i/6)/5}
		v["x"], v["y"] = at[:1], at[1:]
		want := surface.Eval[float64](p, nil, at[:p.Kind.Dim], nil)
		got, err := f.Eval(v)
		if err != nil || len(got) != 1 || !(math.Abs(got[0]-want) <= 1e-6*math.Max(1, math.Abs(want))) {
			t.Fatalf("%s with %v at %v is %v (%v), by its formula %v", p.Kind.Name, p.Values, at, want, err, got)
		}
	}
}
