package loss

import (
	"math"
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
		score := []float64{c.score}
		loss := Logistic(score, []float64{c.truth})
		slope := score[0]
		if math.Abs(loss-c.loss) > 1e-15*(1+c.loss) || math.Abs(slope-c.slope) > 1e-15 {
			t.Errorf("Logistic(%v, %v) = %v, %v, want %v, %v", c.score, c.truth, loss, slope, c.loss, c.slope)
		}
	}
	score := []float64{math.NaN()}
	if loss := Logistic(score, []float64{1}); !math.IsNaN(loss) || !math.IsNaN(score[0]) {
		t.Errorf("of a NaN: %v, %v", loss, score[0])
	}
	// Many at a time are as many times one.
	many, truths := make([]float64, 150), make([]float64, 150)
	var want float64
	for i := range many {
		many[i], truths[i] = float64(i)/10-7, float64(i%2)
		want += Logistic([]float64{many[i]}, truths[i:i+1])
	}
	if loss := Logistic(many, truths); loss != want || many[149] != 1/(1+math.Exp(-7.9))-1 {
		t.Errorf("of many: %v, want %v; the last slope is %v", loss, want, many[149])
	}
}
