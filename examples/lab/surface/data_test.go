package surface

import (
	"math"
	"testing"
)

func TestTurn(t *testing.T) {
	for i := -4000; i <= 4000; i++ {
		x := float64(i) / 999
		cos, sin := turn(x)
		if math.Abs(cos-math.Cos(2*math.Pi*x)) > 4e-15 || math.Abs(sin-math.Sin(2*math.Pi*x)) > 4e-15 {
			t.Fatalf("turn(%v) = %v, %v", x, cos, sin)
		}
	}
	for i, want := range [][2]float64{{1, 0}, {math.Sqrt(0.5), math.Sqrt(0.5)}, {0, 1}} {
		cos, sin := turn(float64(i) / 8)
		if math.Abs(cos-want[0]) > 1.2e-16 || math.Abs(sin-want[1]) > 1.2e-16 {
			t.Errorf("turn(%d/8) = %v, %v", i, cos, sin)
		}
	}
	if cos, sin := turn(math.Inf(1)); cos == cos || sin == sin {
		t.Errorf("turn(Inf) = %v, %v", cos, sin)
	}
	if cos, sin := turn(float32(1e30)); cos != 1 || sin != 0 {
		t.Errorf("turn(1e30) = %v, %v", cos, sin)
	}
}

func TestExpLog(t *testing.T) {
	for i := range 8000 {
		x := float64(i) / 10.1
		want := math.Exp(-x)
		if x > 700 {
			want = 0
		}
		if got := expMinus(x); math.Abs(got-want) > 8e-16*want {
			t.Fatalf("expMinus(%v) = %v, want %v", x, got, want)
		}
		x = 1 + x*x/70
		if i%2 == 1 {
			x = math.Pow(2, float64(i)/8) // up to the product of 1000 samples
		}
		if got, want := logOf(x), math.Log(x); math.Abs(got-want) > 4e-16*max(1, want) {
			t.Fatalf("logOf(%v) = %v, want %v", x, got, want)
		}
	}
}

// TestBatches: the mean of the batches of an epoch is the whole, and an order changes no more
// than rounding.
func TestBatches(t *testing.T) {
	each(t, func(t *testing.T, p *Problem) {
		at := []float64{p.Kind.Start.X, p.Kind.Start.Y}[:p.Kind.Dim]
		if p.Samples == 0 {
			if Eval(p, []int{3, 1}, at, nil) != Eval(p, nil, at, nil) {
				t.Error("a closed form depends on samples")
			}
			return
		}
		g, sum := make([]float64, 2), make([]float64, 2)
		loss := 0.0
		for i := range p.Samples {
			loss += Eval(p, []int{p.Samples - 1 - i}, at, g)
			sum[0] += g[0]
			sum[1] += g[1]
		}
		n := float64(p.Samples)
		whole := Eval(p, nil, at, g)
		if !near(loss/n, whole) || !near(sum[0]/n, g[0]) || !near(sum[1]/n, g[1]) {
			t.Errorf("mean over samples %v %v %v, whole %v %v", loss/n, sum[0]/n, sum[1]/n, whole, g)
		}
	})
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-11*(1+math.Abs(b)) }

// TestFisher: the mean of the products of scores, over the targets that the model expects.
func TestFisher(t *testing.T) {
	p, err := Find("logistic").New(30, 2, 3, 0.001, 5)
	if err != nil {
		t.Fatal(err)
	}
	x, y, _ := logisticData[float64](30, 2, 3, 5)
	for _, at := range places(p.Kind.Box, 10) {
		var want Hessian
		for i := range x {
			up := 1 / (1 + math.Exp(-at.X*x[i]-at.Y*y[i]))
			// The score of class 1 is (1-up)*input, that of class -1 is -up*input.
			square := up*(1-up)*(1-up) + (1-up)*up*up
			want.XX += square * x[i] * x[i] / 30
			want.XY += square * x[i] * y[i] / 30
			want.YY += square * y[i] * y[i] / 30
		}
		got, ok := p.Fisher(at)
		if !ok || !near(got.XX, want.XX) || !near(got.XY, want.XY) || !near(got.YY, want.YY) {
			t.Errorf("%v: %v, want %v", at, got, want)
		}
	}
	for _, k := range Kinds() {
		p, err := k.New()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := p.Fisher(k.Start); ok != (p.Samples > 0) {
			t.Errorf("%s: Fisher %v", k.Name, ok)
		}
	}
}

// TestNormalize: an offset of the inputs makes a narrow valley, normalizing a round one.
func TestNormalize(t *testing.T) {
	condition := func(normalize float64) float64 {
		p, err := Find("regression").New(100, 0.5, 5, normalize, 1)
		if err != nil {
			t.Fatal(err)
		}
		h := p.Hessian(Point{})
		mean, half := (h.XX+h.YY)/2, math.Hypot((h.XX-h.YY)/2, h.XY)
		return (mean + half) / (mean - half)
	}
	if raw, round := condition(0), condition(1); raw < 300 || !near(round, 1) {
		t.Errorf("condition %v, normalized %v", raw, round)
	}
}
