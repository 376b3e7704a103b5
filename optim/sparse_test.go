package optim

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSparseIsEmbedding compares a sparse parameter with an Embedding.
func TestSparseIsEmbedding(t *testing.T) {
	const n, dim = 3000, 19
	for _, rule := range rowRules {
		rng := rand.New(rand.NewPCG(1, 2))
		value := random[float32](rng, n*dim)[0]
		twin := slices.Clone(value)
		e := mustNewEmbedding(t, rule, value, dim, ClipNorm(2), ClipValue(0.5))
		o := mustNew(t, rule, []Param[float32]{{Name: "table", Value: twin, Shape: []int{n, dim}, Sparse: true}}, ClipNorm(2), ClipValue(0.5), Workers(3))
		for step := range 8 {
			rows := make([]int, 1+step*400)
			for i := range rows {
				rows[i] = rng.IntN(n)
			}
			if step%2 == 1 {
				rows = rng.Perm(n)[:len(rows)]
			}
			g := o.NewGradients()
			room := g.Rows[0].Add(rows...)
			copy(room, random[float32](rng, len(room))[0])
			re, err := e.Step(rows, room)
			if err != nil {
				t.Fatal(err)
			}
			ro, err := o.StepSparse(g)
			if err != nil {
				t.Fatal(err)
			}
			if re.GradNorm != ro.GradNorm || re.ClipCoef != ro.ClipCoef || !slices.Equal(value, twin) {
				t.Fatal(rule, re, ro)
			}
		}
	}
}
