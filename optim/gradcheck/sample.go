package gradcheck

import (
	"cmp"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// sample returns the indices of the elements to look at, ascending: all if there are no more
// than n, otherwise those with the largest gradients, up to a half, and others that are drawn.
// In a table these are rows of the batch, and of the others.
func sample[T kernels.Float](gradient []T, n int, at kernels.Philox) []int {
	if len(gradient) <= n {
		all := make([]int, len(gradient))
		for i := range all {
			all[i] = i
		}
		return all
	}
	chosen := largest(gradient, n/2)
	// Some are drawn again, but few where there are many to draw from.
	numbers := make([]float64, 4*n)
	kernels.Uniform(numbers, 0, 1, at)
	seen := make(map[int]bool)
	for _, i := range chosen {
		seen[i] = true
	}
	for _, u := range numbers {
		i := min(int(u*float64(len(gradient))), len(gradient)-1)
		if !seen[i] && len(chosen) < n {
			seen[i] = true
			chosen = append(chosen, i)
		}
	}
	slices.Sort(chosen)
	return chosen
}

// largest returns the indices of the n largest magnitudes that are not 0.
func largest[T kernels.Float](x []T, n int) []int {
	var best []int // descending
	magnitude := func(i int) float64 { return math.Abs(float64(x[i])) }
	for i, v := range x {
		if v == 0 || n == 0 || len(best) == n && magnitude(i) <= magnitude(best[n-1]) {
			continue
		}
		if len(best) == n {
			best = best[:n-1]
		}
		at, _ := slices.BinarySearchFunc(best, i, func(a, b int) int { return cmp.Compare(magnitude(b), magnitude(a)) })
		best = slices.Insert(best, at, i)
	}
	return best
}
