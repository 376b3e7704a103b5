package optim

import (
	"fmt"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest/golden"
)

// fusedRules are those with fused kernels.
var fusedRules = []Rule{
	Momentum{LR: 0.05, Momentum: 0.9, WeightDecay: 0.01}, Momentum{LR: 0.05, Momentum: 0.9, Nesterov: true},
	NewAdam(0.01), NewAdamW(0.02), Lion{LR: 0.01, Beta1: 0.9, Beta2: 0.99, WeightDecay: 0.1},
}

// TestGoldenPacked is TestGoldenRules for formats of parameters and state: the rules with
// fused kernels one by one, and the others together.
func TestGoldenPacked(t *testing.T) {
	eachLevel(t, func(where string) {
		hashes := make(map[string]golden.Hash)
		for _, c := range packedCases() {
			for i, rule := range fusedRules {
				var h golden.Hash
				hashPacked(t, &h, rule, c, 12, 1, 300, 1100)
				hashPacked(t, &h, rule, c, 1, 16700)
				hashes[fmt.Sprintf("%s, %v", variantName(fusedRules, i), c)] = h
			}
			var h golden.Hash
			for _, rule := range variants {
				if c.suits(rule) {
					hashPacked(t, &h, rule, c, 4, 300)
				}
			}
			hashes[fmt.Sprintf("others, %v", c)] = h
		}
		golden.Check(t, "packed", where, hashes)
	})
}

// hashPacked takes steps with gradients of bfloat16 and of float32.
func hashPacked(t *testing.T, h *golden.Hash, rule Rule, c packedCase, steps int, lengths ...int) {
	numbers := golden.NewSource[float32](rule.Name() + c.String())
	draw := func() [][]float32 {
		xs := make([][]float32, len(lengths))
		for i, n := range lengths {
			xs[i] = make([]float32, n)
			for j := range xs[i] {
				if xs[i][j] = numbers.Usual(); j%7 == 6 {
					xs[i][j] *= 0x1p-40
				}
			}
		}
		return xs
	}
	o := mustNew(t, rule, c.params(draw()), c.options()...)
	for step := range steps {
		g := &Gradients[float32]{Dense: draw()}
		if step%3 < 2 {
			g.BF16 = make([][]kernels.BFloat16, len(lengths))
			for i, d := range g.Dense {
				g.BF16[i] = make([]kernels.BFloat16, len(d))
				kernels.RoundBF16(g.BF16[i], d)
				g.Dense[i] = nil
			}
		}
		mustStepGradients(t, o, g)
	}
	hashSnapshot(h, mustSnapshot(t, o))
}
