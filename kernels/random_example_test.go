package kernels_test

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// Two workers draw the halves of a vector, and get what one would.
func ExamplePhilox() {
	at := kernels.Philox{Seed: 1, Stream: 7}
	whole, halves := make([]float32, 1001), make([]float32, 1001)
	kernels.Normal(whole, 0, 1, at)

	const half = 500
	kernels.Normal(halves[:half], 0, 1, at)
	at.Index += half
	kernels.Normal(halves[half:], 0, 1, at)
	fmt.Println(slices.Equal(whole, halves))
	// Output: true
}

// The mask of step 3 in layer 2 is the same forward and backward, and stored nowhere.
func ExampleDropout() {
	at := kernels.Philox{Seed: 1, Stream: 3<<32 | 2}
	x, dy := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 1, 1, 1, 1, 1}
	kernels.Dropout(x, x, 0.5, at)
	kernels.Dropout(dy, dy, 0.5, at)
	fmt.Println(x)
	fmt.Println(dy)
	// Output:
	// [2 0 0 0 10 12]
	// [2 0 0 0 2 2]
}

// The order of the samples follows from the seed and the epoch.
func ExamplePermutation() {
	order := make([]int, 8)
	for epoch := range uint64(2) {
		kernels.Permutation(order, 1, epoch)
		fmt.Println(order)
	}
	// Output:
	// [6 0 4 3 2 5 7 1]
	// [3 2 5 1 7 0 4 6]
}
