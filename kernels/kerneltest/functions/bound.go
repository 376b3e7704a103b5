package functions

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// Bound fails t unless f, y[i] = f(x[i]), errs by at most so many units in the last place
// from the function of that name among those that [Big] knows, has its infinities and
// NaNs, and the signs of its zeros. It takes 2^14 inputs, 2^11 with -short, or 2^20 if Env
// is "all": of every exponent, where the function is neither constant nor the identity,
// and beside every edge of a region where it overflows, becomes subnormal, zero, one, its
// argument or NaN. It logs the largest error, and calls f on several goroutines.
func Bound[T kernels.Float](t *testing.T, name string, ulps float64, f func(y, x []T)) {
	t.Helper()
	n := 1 << 14
	switch {
	case os.Getenv(Env) == "all":
		n = 1 << 20
	case testing.Short():
		n = 1 << 11
	}
	worst, at, err := errs(name, f, draw[T](name, n))
	t.Logf("%s: at most %.4f ulp, at %x, of %d inputs", name, worst, at, n)
	if err != nil {
		t.Error(err)
	} else if worst > ulps {
		y, want := []T{0}, Big(name, float64(at))
		f(y, []T{at})
		t.Errorf("%s(%x) = %x errs by %.4f ulp, more than %v: the value is %.25g", name, at, y[0], worst, ulps, want)
	}
}

// errs returns f's largest error, and where. Its own is an error in kind: a number for
// NaN or infinity, or the other way round, or the wrong zero.
func errs[T kernels.Float](name string, f func(y, x []T), x []T) (worst float64, at T, err error) {
	const piece = 256
	var lock sync.Mutex
	worst = -1
	err = each((len(x)+piece-1)/piece, func(i int) error {
		x := x[i*piece : min((i+1)*piece, len(x))]
		y := make([]T, len(x))
		f(y, x)
		for j, v := range x {
			want := Big(name, float64(v))
			ulp := ULP(y[j], want)
			wrongZero := y[j] == 0 && math.Signbit(float64(y[j])) != want.Signbit()
			if math.IsInf(ulp, 0) || wrongZero {
				return fmt.Errorf("%s(%x) = %v, the value is %.25g", name, v, y[j], want)
			}
			lock.Lock()
			if ulp > worst {
				worst, at = ulp, v
			}
			lock.Unlock()
		}
		return nil
	})
	return worst, at, err
}

// A layout is how T's numbers are made of bits.
type layout[T kernels.Float] struct {
	mantissa, top int // bits of the mantissa, and of sign and exponent
	number        func(b uint64) T
}

func layoutOf[T kernels.Float]() layout[T] {
	if _, ok := any(T(0)).(float32); ok {
		return layout[T]{23, 9, func(b uint64) T { return T(math.Float32frombits(uint32(b))) }}
	}
	return layout[T]{52, 12, func(b uint64) T { return T(math.Float64frombits(b)) }}
}

// draw returns n inputs, always the same.
func draw[T kernels.Float](name string, n int) []T {
	r := rand.New(rand.NewPCG(1, 2))
	l := layoutOf[T]()
	at := edges[T](name)
	bias := uint64(1)<<(l.top-2) - 1
	x := make([]T, n)
	specials := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN()}
	for i := range x {
		if i%4 == 1 && i/4 < len(specials) {
			x[i] = T(specials[i/4])
			continue
		}
		low := r.Uint64() >> (64 - l.mantissa)
		switch i % 4 {
		case 0: // every exponent, and either sign
			if corner := r.IntN(8); corner < 3 {
				low = []uint64{0, 1, 1<<l.mantissa - 1}[corner]
			}
			x[i] = l.number(uint64(i/4)%(1<<l.top)<<l.mantissa | low)
		case 1: // beside an edge
			off := r.Uint64() >> (64 - 1 - r.IntN(l.mantissa))
			if r.IntN(2) == 0 {
				off = -off
			}
			x[i] = l.number(at[r.IntN(len(at))] + off)
		default: // from 2^-(half of the mantissa's bits) to 2^10, and either sign
			e := bias + 10 - uint64(r.IntN(l.mantissa/2+11))
			x[i] = l.number(r.Uint64()>>63<<(l.mantissa+l.top-1) | e<<l.mantissa | low)
		}
	}
	return x
}

// edges returns the bits of inputs at which regions of the function begin, found by
// halving between every two powers of two that lie in different ones.
func edges[T kernels.Float](name string) []uint64 {
	l := layoutOf[T]()
	in := func(b uint64) string { return region(name, l.number(b)) }
	var all []uint64
	for top := range uint64(1)<<l.top - 1 {
		at, end := top<<l.mantissa, (top+1)<<l.mantissa
		for last := in(end); in(at) != last; {
			from, low, high := in(at), at, end
			for high-low > 1 {
				if middle := low + (high-low)/2; in(middle) == from {
					low = middle
				} else {
					high = middle
				}
			}
			all = append(all, high)
			at = high
		}
	}
	return all
}

// region tells apart what the function's rounded values may be.
func region[T kernels.Float](name string, x T) string {
	v := Big(name, float64(x))
	if v == nil {
		return "NaN"
	}
	y, least := roundTo[T](v)
	switch {
	case y == x:
		return "x"
	case math.IsInf(float64(y), 0):
		return "infinite"
	case y == 0:
		return "zero"
	case math.Abs(float64(y)) < least:
		return "subnormal"
	case math.Abs(float64(y)) == 1:
		return "one"
	}
	return "other"
}

// roundTo returns T's number nearest to v, and T's least normal number.
func roundTo[T kernels.Float](v *big.Float) (T, float64) {
	if _, ok := any(T(0)).(float32); ok {
		y, _ := v.Float32()
		return T(y), 0x1p-126
	}
	y, _ := v.Float64()
	return T(y), 0x1p-1022
}
