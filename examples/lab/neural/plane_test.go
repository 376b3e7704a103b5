package neural

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/seed63264101/steepest/optim"
)

// small returns the run of a small network.
func small(t testing.TB) *Run {
	c := Default()
	c.Hidden, c.Samples = []int{5, 4}, 60
	return trained(t, c, 120, 0, by(optim.NewMomentum(0.2, 0.9))).Runs[0]
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// hessian returns the whole Hessian of a run's last point, in float64.
func hessian(r *Run) *mat.SymDense {
	p := wide(r.Network.Flat(nil))
	o := newDouble(r.Network)
	h := mat.NewSymDense(len(p), nil)
	for i := range p {
		unit := make([]float64, len(p))
		unit[i] = 1
		for j, v := range o.multiply(p, unit)[:i+1] {
			h.SetSym(i, j, v)
		}
	}
	return h
}

// TestCurvature compares products with the Hessian, and its largest eigenvalues with their
// vectors, with float64.
func TestCurvature(t *testing.T) {
	r := small(t)
	x := r.Network.Flat(nil)
	c, o := NewCurvature(r.Network, x), newDouble(r.Network)
	got, worst := make([]float64, len(x)), 0.0
	for i := range 20 {
		v := randomDirection(len(x), uint64(i))
		c.Multiply(got, v)
		want := o.multiply(wide(x), v)
		size := length(want)
		addTo(got, -1, want)
		worst = max(worst, length(got)/size)
	}
	t.Logf("largest error of a product, as a share of it: %.2g", worst)
	if worst > 2e-3 {
		t.Errorf("a product is off by %.2g of it", worst)
	}

	var eigen mat.EigenSym
	if !eigen.Factorize(hessian(r), true) {
		t.Fatal("no eigenvalues")
	}
	exact := eigen.Values(nil)
	slices.Reverse(exact)
	var q mat.Dense
	eigen.VectorsTo(&q)
	values, vectors := c.Largest(2)
	t.Logf("eigenvalues %.6g, want %.6g", values, exact[:3])
	for i, v := range values {
		if math.Abs(v-exact[i]) > 5e-4*exact[0] {
			t.Errorf("eigenvalue %d is %v, want %v", i, v, exact[i])
		}
		column := mat.Col(nil, len(x)-1-i, &q)
		if cos := math.Abs(dot(column, vectors[i])); cos < 0.999 {
			t.Errorf("the cosine of eigenvector %d with float64's is %v", i, cos)
		}
	}
	if s := r.Sharpness(len(r.Path) - 1); math.Abs(s-exact[0]) > 5e-4*exact[0] {
		t.Errorf("sharpness %v, want %v", s, exact[0])
	}
}

// TestLanczos: matrices with few, equal and negative eigenvalues.
func TestLanczos(t *testing.T) {
	for _, diagonal := range [][]float64{{3}, {5, -7}, {1, 2, 3, 4, 5}, {2, 2, 2}, {0, 0}, {-1, -2, -3}} {
		values, vectors := lanczos(len(diagonal), 2, 1e-12, func(dst, x []float64) {
			for i, d := range diagonal {
				dst[i] = d * x[i]
			}
		})
		want := slices.Sorted(slices.Values(diagonal))
		slices.Reverse(want)
		want = slices.Compact(want) // the others of equal ones are never reached
		for i, v := range values {
			if math.Abs(v-want[i]) > 1e-9 || math.Abs(length(vectors[i])-1) > 1e-9 {
				t.Errorf("diagonal %v: eigenvalue %d is %v, its vector %v", diagonal, i, v, vectors[i])
			}
		}
		if len(values) != min(2, len(want)) {
			t.Errorf("diagonal %v: eigenvalues %v", diagonal, values)
		}
	}
}

// TestComponents compares the shares of the principal components with a singular value
// decomposition, and the projected path with the points that the plane moves to.
func TestComponents(t *testing.T) {
	r := small(t)
	p, err := r.Slice("pca", 0)
	if err != nil {
		t.Fatal(err)
	}
	deviations := centred(r.Path)
	m := mat.NewDense(len(deviations), len(deviations[0]), nil)
	for i, d := range deviations {
		m.SetRow(i, d)
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDNone) {
		t.Fatal("no singular values")
	}
	squares, total := svd.Values(nil), 0.0
	for i, s := range squares {
		squares[i] = s * s
		total += float64(s * s)
	}
	t.Logf("shares %.6f", p.Shares)
	for i, share := range p.Shares {
		if want := squares[i] / total; math.Abs(share-want) > 1e-9 {
			t.Errorf("component %d explains %v, want %v", i, share, want)
		}
	}
	for i, x := range p.Path {
		if !(x[0] >= p.Box[0] && x[0] <= p.Box[1] && x[1] >= p.Box[2] && x[1] <= p.Box[3]) {
			t.Errorf("point %d at %v is not in the box %v", i, x, p.Box)
		}
	}
}

// TestPlanes: in the middle lies the last point with its loss, directions are at right angles
// and as long as they should be, and a grid has its rows where Loss says.
func TestPlanes(t *testing.T) {
	r := small(t)
	for _, slicing := range Slicings {
		p, err := r.Slice(slicing, 3)
		if err != nil {
			t.Fatal(err)
		}
		if loss := p.Loss(0, 0); loss != last(r).Loss {
			t.Errorf("%s: loss %v in the middle, want %v", slicing, loss, last(r).Loss)
		}
		if end := p.Path[len(p.Path)-1]; end != [2]float64{} {
			t.Errorf("%s: the path ends at %v", slicing, end)
		}
		u, v := p.Axes[0], p.Axes[1]
		if cos := dot(u, v) / length(u) / length(v); math.Abs(cos) > 1e-9 {
			t.Errorf("%s: cosine %v between the directions", slicing, cos)
		}
		if s := p.Shares; !(s[0] >= 0 && s[1] >= 0 && s[0]+s[1] <= 1+1e-9) {
			t.Errorf("%s: shares %v", slicing, s)
		}
		row := make([]float32, 5)
		p.Row(row, 2, 9)
		x, y := p.Box[0]+(p.Box[1]-p.Box[0])*3/4, p.Box[2]+(p.Box[3]-p.Box[2])*2/8
		if want := p.Loss(x, y); math.Abs(float64(row[3])-want) > 1e-6*want {
			t.Errorf("%s: row 2 has %v, want %v", slicing, row[3], want)
		}
		if slicing == "random" {
			checkUnits(t, r.Network, p)
		}
	}
	p, err := r.Slice("hessian", 0)
	if err != nil {
		t.Fatal(err)
	}
	p.Box = [4]float64{-1e38, 1e38, -1e38, 1e38}
	row := make([]float32, 4)
	p.Row(row, 0, 4)
	if !slices.Contains(row, math.MaxFloat32) {
		t.Errorf("losses %v where the network overflows", row)
	}
	if _, err := r.Slice("pac", 0); err == nil {
		t.Error("no error for unknown directions")
	}
}

// checkUnits checks the first of random directions, which the second does not touch.
func checkUnits(t *testing.T, n *Network, p *Plane) {
	d := p.Axes[0]
	for i, l := range n.layers {
		for j := range l.out {
			weights, direction := 0.0, 0.0
			for k := range l.in {
				weights = math.Hypot(weights, float64(l.weights[k*l.out+j]))
				direction = math.Hypot(direction, d[k*l.out+j])
			}
			if math.Abs(direction-weights) > 1e-6*weights || d[len(l.weights)+j] != 0 {
				t.Errorf("layer %d, unit %d: length %v, weights %v, bias %v", i, j, direction, weights, d[len(l.weights)+j])
			}
		}
		d = d[len(l.weights)+l.out:]
	}
}

// TestEdgeOfStability: descent with all samples drives the sharpness up to 2/rate, and goes on
// near that while the loss falls (J. Cohen et al. 2021).
func TestEdgeOfStability(t *testing.T) {
	if testing.Short() {
		t.Skip("1000 steps, and hundreds of products with the Hessian")
	}
	c := Default()
	c.Samples, c.Noise, c.Validation = 100, 0.1, 0
	const rate = 0.2
	r := trained(t, c, 1000, 0, by(optim.NewSGD(rate))).Runs[0]
	var shares []float64 // of 2/rate
	for i := 0; i < len(r.Path); i += 20 {
		shares = append(shares, r.Sharpness(i)*rate/2)
	}
	t.Logf("sharpness over 2/rate %.3f, loss %.3f to %.3f", shares, r.Points[0].Loss, last(r).Loss)
	late := shares[len(shares)/2:]
	if shares[0] > 0.3 || slices.Min(late) < 0.9 || slices.Max(late) > 1.4 || last(r).Loss > r.Points[100].Loss {
		t.Errorf("sharpness over 2/rate %.3f, loss %v in the middle and %v in the end", shares, r.Points[100].Loss, last(r).Loss)
	}
}

// BenchmarkSlice is a row of 41 points, and the directions of each kind.
func BenchmarkSlice(b *testing.B) {
	c := Default()
	c.Samples = 256
	r := trained(b, c, 400, 0, by(optim.NewAdam(0.01))).Runs[0]
	for _, slicing := range Slicings {
		b.Run("directions="+slicing, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Slice(slicing, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("row", func(b *testing.B) {
		p, err := r.Slice("random", 1)
		if err != nil {
			b.Fatal(err)
		}
		row := make([]float32, 41)
		for b.Loop() {
			p.Row(row, 3, 41)
		}
	})
	b.Run("sharpness", func(b *testing.B) {
		for b.Loop() {
			r.Sharpness(100)
		}
	})
}
