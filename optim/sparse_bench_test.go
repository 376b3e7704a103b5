package optim

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkStepSparse takes steps of some of the rows of a table of 100000.
func BenchmarkStepSparse(b *testing.B) {
	const n = 100000
	for _, rule := range []Rule{NewRowAdagrad(1e-3), NewAdam(1e-3)} {
		for _, dim := range []int{32, 128} {
			for _, rows := range []int{1, 64, 512, 4096} {
				b.Run(fmt.Sprintf("%s/dim=%d/rows=%d", rule.Name(), dim, rows), func(b *testing.B) {
					rng := rand.New(rand.NewPCG(1, 2))
					o := newTableOnly(b, rule, make([]float32, n*dim), dim, ClipNorm(1))
					g := o.NewGradients()
					room := g.Rows[0].Add(rng.Perm(n)[:rows]...)
					copy(room, random[float32](rng, len(room))[0])
					mustStepGradients(b, o, g)
					for b.Loop() {
						o.StepGradients(g)
					}
				})
			}
		}
	}
}
