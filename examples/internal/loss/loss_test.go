package loss

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSoftmax(t *testing.T) {
	prob := []float64{1000, 999, -5000}
	loss := Softmax(prob, 1)
	p := math.Exp(-1) / (1 + math.Exp(-1))
	if math.Abs(prob[1]-p) > 1e-15 || math.Abs(loss+math.Log(p)) > 1e-14 || prob[2] != 0 {
		t.Errorf("probabilities %v, loss %v", prob, loss)
	}
	prob = []float64{5: 1000, 9: 0}
	if loss := Softmax(prob, 5); prob[5] != 1 || loss != 0 {
		t.Errorf("a certain class: probabilities %v, loss %v", prob, loss)
	}
	if loss := Softmax([]float64{0, -1e30}, 1); loss != 1e30 {
		t.Errorf("loss of an impossible class is %v", loss)
	}
	if loss := Softmax([]float64{math.NaN(), 0}, 1); !math.IsNaN(loss) {
		t.Errorf("loss of a NaN is %v", loss)
	}
}

func TestLogistic(t *testing.T) {
	for _, c := range []struct{ score, truth, loss, slope float64 }{
		{0, 1, math.Ln2, -0.5},
		{2, 1, math.Log1p(math.Exp(-2)), -1 / (1 + math.Exp(2))},
		{2, 0, math.Log1p(math.Exp(2)), 1 / (1 + math.Exp(-2))},
		{-3, 1, math.Log1p(math.Exp(3)), -1 / (1 + math.Exp(-3))},
		{-3, 0, math.Log1p(math.Exp(-3)), 1 / (1 + math.Exp(3))},
		{1e30, 0, 1e30, 1},
		{-1e30, 1, 1e30, -1},
		{1e30, 1, 0, 0},
		{-1e30, 0, 0, 0},
	} {
		loss, slope := Logistic(c.score, c.truth)
		if math.Abs(loss-c.loss) > 1e-15*(1+c.loss) || math.Abs(slope-c.slope) > 1e-15 {
			t.Errorf("Logistic(%v, %v) = %v, %v, want %v, %v", c.score, c.truth, loss, slope, c.loss, c.slope)
		}
	}
	if loss, slope := Logistic(math.NaN(), 1); !math.IsNaN(loss) || !math.IsNaN(slope) {
		t.Errorf("of a NaN: %v, %v", loss, slope)
	}
}

func TestExpLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 100000 {
		x := -math.Exp(10*rng.Float64() - 4) // -0.02 to -400
		if got, want := exp(x), math.Exp(x); !(math.Abs(got-want) <= 1e-15*want) {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
		x = math.Exp(3 * rng.Float64())
		if got, want := log(x), math.Log(x); !(math.Abs(got-want) <= 1e-15*want) {
			t.Fatalf("log(%v) = %v, want %v", x, got, want)
		}
	}
	if exp(0) != 1 || exp(-1000) != 0 || exp(math.Inf(-1)) != 0 || log(1) != 0 {
		t.Error(exp(0), exp(-1000), exp(math.Inf(-1)), log(1))
	}
}
