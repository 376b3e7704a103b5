package optim

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// withPieces lets a test exchange pieces of so many blocks.
func withPieces(t *testing.T, blocks int) {
	was := pieceBlocks
	pieceBlocks = blocks
	t.Cleanup(func() { pieceBlocks = was })
}

// rankLengths are of parameters with cuts between ranks within them, between them and at the end of
// one, and less than a block, which ranks beyond the last block have nothing of.
func rankLengths[T kernels.Float]() []int {
	b := blockLen[T]()
	return []int{100, 2*b + 17, 5, 700, 1, b, 40}
}

// newMicroBatches draws gradients of so many micro-batches.
func newMicroBatches[T kernels.Float](n int, lengths ...int) *microBatches[T] {
	rng := rand.New(rand.NewPCG(81, uint64(n)))
	m := &microBatches[T]{}
	few := random[T](rng, 1999)[0]
	for range n {
		dense := make([][]T, len(lengths))
		for i, length := range lengths {
			dense[i] = make([]T, length)
			at := rng.IntN(len(few))
			for j := range dense[i] {
				dense[i][j] = few[(at+j)%len(few)] * T(1+j>>10)
			}
		}
		m.pool = append(m.pool, &Gradients[T]{Dense: dense})
	}
	return m
}

// TestRanksRules: every rule takes the same steps on any number of ranks as in one process. Each
// variant is taken by two numbers of ranks, and in each type.
func TestRanksRules(t *testing.T) {
	t.Run("float32", testRanksRules[float32])
	if !testing.Short() { // what travels does not depend on the type but in width
		t.Run("float64", testRanksRules[float64])
	}
}

func testRanksRules[T kernels.Float](t *testing.T) {
	withPieces(t, 1)
	lengths := rankLengths[T]()
	start := random[T](rand.New(rand.NewPCG(82, 83)), lengths...)
	batches := newMicroBatches[T](19, lengths...)
	sizes := []int{2, 3, 7, 4, 1, 16}
	for i, rule := range some(append([]Rule{walker{LR: 0.05, Mu: 0.5, WeightDecay: 0.125}}, variants...)) {
		tr := &training[T]{rule: rule, params: named(start), opts: []Option{ClipNorm(3)}, micro: []int{5, 3, 6}, batches: batches}
		tr.check(t, fmt.Sprintf("%s %+v", rule.Name(), rule), sizes[i%len(sizes)], sizes[(i/2+1)%len(sizes)])
	}
}

// TestRanksMatrices: a matrix whose rule needs all of it is one rank's.
func TestRanksMatrices(t *testing.T) {
	t.Run("float32", testRanksMatrices[float32])
	t.Run("float64", testRanksMatrices[float64])
}

func testRanksMatrices[T kernels.Float](t *testing.T) {
	withPieces(t, 1)
	b := blockLen[T]()
	shapes := [][]int{{21, 34}, {4, b/2 + 1}, {1, 5}, {2, 3, 7}, {19}, {2*b + 3}}
	var lengths []int
	for _, shape := range shapes {
		n := 1
		for _, d := range shape {
			n *= d
		}
		lengths = append(lengths, n)
	}
	params := named(random[T](rand.New(rand.NewPCG(84, 85)), lengths...))
	for i := range params {
		params[i].Shape = shapes[i]
	}
	batches := newMicroBatches[T](11, lengths...)
	for i, rule := range some(matrixRules) {
		tr := &training[T]{rule: rule, params: params, opts: []Option{ClipValue(2), Workers(2)}, micro: []int{4, 3}, batches: batches}
		tr.check(t, fmt.Sprintf("%s %+v", rule.Name(), rule), 2+i%3, 7)
	}
}

// TestRanksLarge: with parameters of many blocks several workers take part, and there are several
// pieces of full length, which go on their way beside the arithmetic or, with one core, before it.
func TestRanksLarge(t *testing.T) {
	b := blockLen[float64]()
	lengths := []int{9*b + 5, 3, 26 * b, b - 1}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for procs := 1; procs <= 2; procs++ {
		runtime.GOMAXPROCS(procs)
		tr := &training[float64]{rule: NewAdam(0.01), params: named(random[float64](rand.New(rand.NewPCG(80, 81)), lengths...)),
			opts: []Option{Workers(3), ClipNorm(1)}, micro: []int{3, 2}, batches: newMicroBatches[float64](5, lengths...)}
		tr.check(t, fmt.Sprint("large, GOMAXPROCS ", procs), 2)
	}
}

// TestRanksSmall: of hundreds of small parameters many share a piece.
func TestRanksSmall(t *testing.T) {
	lengths := someLengths()
	tr := &training[float32]{rule: NewLAMB(0.1), params: named(random[float32](rand.New(rand.NewPCG(78, 79)), lengths...)),
		opts: []Option{ClipParamNorm(5)}, micro: []int{4, 3}, batches: newMicroBatches[float32](7, lengths...)}
	tr.check(t, "small", 3)
}

// CheckOwnRule takes steps by a rule from outside of the package in one process and on ranks.
func CheckOwnRule[T kernels.Float](t *testing.T, rule Rule, sizes ...int) {
	withPieces(t, 1)
	b := blockLen[T]()
	shapes := [][]int{{b + 9}, {30, 40}, {2 * b}, {7}, {b / 32, 65}}
	lengths := []int{b + 9, 1200, 2 * b, 7, b / 32 * 65}
	params := named(random[T](rand.New(rand.NewPCG(86, 87)), lengths...))
	for i := range params {
		params[i].Shape = shapes[i]
	}
	tr := &training[T]{rule: rule, params: params, opts: []Option{ClipNorm(2), WithGroup(func(name string) bool { return name == "p1" }, LRFactor(0.5))},
		micro: []int{5, 4, 2}, batches: newMicroBatches[T](12, lengths...)}
	tr.check(t, fmt.Sprintf("%s %+v", rule.Name(), rule), sizes...)
}
