package kernels_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// knownAnswers are the three for philox4x32 with 10 rounds among the test vectors of
// Random123, the authors' library.
var knownAnswers = []struct {
	counter [4]uint32
	key     [2]uint32
	want    [4]uint32
}{
	{want: [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
	{[4]uint32{1<<32 - 1, 1<<32 - 1, 1<<32 - 1, 1<<32 - 1}, [2]uint32{1<<32 - 1, 1<<32 - 1},
		[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
	{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
		[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
}

func TestPhiloxKnownAnswers(t *testing.T) {
	for _, k := range knownAnswers {
		if got := kernels.Philox4x32(k.key, k.counter); got != k.want {
			t.Errorf("key %x, counter %x: %x, want %x", k.key, k.counter, got, k.want)
		}
	}
}

// TestPhiloxKnownAnswersOfKernels: the known answers show in every level's uniform numbers,
// in each of the sixteen places that a count may have in a block, of the first and of the
// second block.
func TestPhiloxKnownAnswersOfKernels(t *testing.T) {
	for _, l := range kernels.Levels() {
		t32, err32 := kerneltest.TableOf[float32](l)
		t64, err64 := kerneltest.TableOf[float64](l)
		if err32 != nil || err64 != nil {
			t.Fatal(err32, err64)
		}
		for _, k := range knownAnswers {
			join := func(lower, upper uint32) uint64 { return uint64(upper)<<32 | uint64(lower) }
			seed, stream := join(k.key[0], k.key[1]), join(k.counter[2], k.counter[3])
			count := join(k.counter[0], k.counter[1])
			for place := range 32 {
				words := generic.PhiloxWordsOf(seed, stream, count-uint64(place))
				var x [128]float32
				var y [64]float64
				t32.Uniform(x[:], words[:], 0, 1, 1)
				t64.Uniform(y[:], words[:], 0, 1, 1)
				at32, at64 := place/16*64+place%16, place/16*32+place%16
				for i, w := range k.want {
					if got := uint32(x[at32+16*i] * (1 << 24)); got != w>>8 {
						t.Errorf("level %v, float32, place %d, word %d: %x, want %x", l, place, i, got, w>>8)
					}
				}
				for i := range 2 {
					want := join(k.want[2*i], k.want[2*i+1]) >> 11
					if got := uint64(y[at64+16*i] * (1 << 53)); got != want {
						t.Errorf("level %v, float64, place %d, words %d: %x, want %x", l, place, 2*i, got, want)
					}
				}
			}
		}
	}
}

// TestPhiloxSplits: an index's number is the same however a vector is cut into calls, also
// behind the last index.
func TestPhiloxSplits(t *testing.T) { onEveryLevel(t, philoxSplits[float32], philoxSplits[float64]) }

func philoxSplits[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	for range 100 {
		at := kernels.Philox{Seed: r.Uint64(), Stream: r.Uint64(), Index: r.Uint64() >> r.IntN(64)}
		if r.IntN(2) == 0 {
			at.Index = -r.Uint64N(700)
		}
		whole := make([]T, r.IntN(1000))
		kernels.Uniform(whole, -1, 2, at)
		parts := make([]T, len(whole))
		for rest, at := parts, at; len(rest) > 0; {
			n := min(len(rest), 1+r.IntN(1<<r.IntN(9)))
			kernels.Uniform(rest[:n], -1, 2, at)
			rest = rest[n:]
			at.Index += uint64(n)
		}
		if !slices.Equal(parts, whole) {
			t.Fatalf("%d numbers at %+v depend on how they are cut", len(whole), at)
		}
	}
}
