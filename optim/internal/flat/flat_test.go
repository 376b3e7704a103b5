package flat

import (
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// scene returns a dense parameter on either side of a table, and gradients with two terms for
// one of its rows.
func scene(t *testing.T) ([]optim.Param[float32], *optim.Gradients[float32]) {
	params := []optim.Param[float32]{
		{Name: "a", Value: make([]float32, 1)},
		{Name: "table", Value: make([]float32, 6), Shape: []int{3, 2}, Sparse: true},
		{Name: "b", Value: make([]float32, 2)},
	}
	opt, err := optim.New(optim.SGD{LR: 1}, params)
	if err != nil {
		t.Fatal(err)
	}
	g := opt.NewGradients()
	g.Dense[0][0] = 5
	copy(g.Dense[2], []float32{6, 7})
	copy(g.Rows[1].Add(2, 0, 2), []float32{1, 2, 3, 4, 10, 20})
	return params, g
}

func TestGradients(t *testing.T) {
	params, g := scene(t)
	dst := []float32{9, 9, 9, 9, 9, 9, 9, 9, 9}
	if err := Gradients(dst, params, g); err != nil || !slices.Equal(dst, []float32{5, 3, 4, 0, 0, 11, 22, 6, 7}) {
		t.Errorf("%v, error %v", dst, err)
	}
	g.Reset()
	if err := Gradients(dst, params, g); err != nil || !slices.Equal(dst, make([]float32, 9)) {
		t.Errorf("%v, error %v", dst, err)
	}
}

func TestBadGradients(t *testing.T) {
	for _, c := range []struct {
		spoil func(g *optim.Gradients[float32])
		want  []string
	}{
		{func(g *optim.Gradients[float32]) { g.Dense = g.Dense[1:] }, []string{"2 gradients for 3"}},
		{func(g *optim.Gradients[float32]) { g.Dense[2] = nil }, []string{`"b"`, "0 elements", "2"}},
		{func(g *optim.Gradients[float32]) { g.Dense[0] = make([]float32, 4) }, []string{`"a"`, "4 elements", "1"}},
		{func(g *optim.Gradients[float32]) { g.Dense[1] = make([]float32, 6) }, []string{`"table"`, "dense gradient of 6", "Sparse"}},
		{func(g *optim.Gradients[float32]) { g.Rows = nil }, []string{`"table"`, "no list of rows"}},
		{func(g *optim.Gradients[float32]) { g.Rows[1].Rows = g.Rows[1].Rows[:2] }, []string{`"table"`, "6 gradient elements for 2 rows of 2"}},
		{func(g *optim.Gradients[float32]) { g.Rows[1].Rows[1] = 3 }, []string{`"table"`, "index 3 at position 1", "0 to 2"}},
		{func(g *optim.Gradients[float32]) { g.Rows[1].Rows[2] = -1 }, []string{`"table"`, "index -1 at position 2"}},
	} {
		params, g := scene(t)
		c.spoil(g)
		opttest.WantError(t, Gradients(make([]float32, 9), params, g), c.want...)
	}
}
