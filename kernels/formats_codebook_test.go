package kernels_test

import (
	"math"
	"slices"
	"sort"

	"github.com/seed63264101/steepest/kernels"
)

// codeBook returns the numbers of dynamic tree quantization, in their order (T. Dettmers et
// al., 8-bit optimizers via block-wise quantization, ICLR 2022): behind the sign, zeros count
// powers of ten down from 1, a 1 ends them, and the bits that are left are a fraction from 0.1
// to 1. Without a sign, for second moments, the fraction has one bit more.
func codeBook(signed bool) []float32 {
	all := []float32{0, 1}
	bits := 7
	if signed {
		bits = 6
	}
	for zeros := range 7 {
		count := 1 << max(0, bits-zeros)
		for i := range count {
			fraction := 0.1 + float64(0.9*(float64(i)+0.5)/float64(count))
			x := float32(fraction * math.Pow(10, -float64(zeros)))
			all = append(all, x)
			if signed {
				all = append(all, -x)
			}
		}
	}
	slices.Sort(all)
	return all
}

// newCodeBookTrainer stores what is nearest in the code books, blocks divided by their
// greatest magnitude.
func newCodeBookTrainer(n int) trainer {
	signed, unsigned := codeBook(true), codeBook(false)
	return &nearestTrainer{*newTrain32(n).(*train32), func(m, v []float32) {
		for lo := 0; lo < n; lo += kernels.BlockLen8 {
			hi := min(n, lo+kernels.BlockLen8)
			lookUp(signed, m[lo:hi])
			lookUp(unsigned, v[lo:hi])
		}
	}}
}

func lookUp(book, x []float32) {
	most := kernels.Amax(x)
	if most == 0 {
		return
	}
	for i, v := range x {
		v /= most
		at := sort.Search(len(book)-1, func(k int) bool { return book[k] >= v })
		if at > 0 && v-book[at-1] <= book[at]-v {
			at--
		}
		x[i] = book[at] * most
	}
}
