package portable

import (
	"math"
	"testing"
)

func TestCosPi(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 97, 1000} {
		for k := range n + 1 {
			got, want := CosPi(k, n), math.Cos(math.Pi*float64(k)/float64(n))
			if !(math.Abs(got-want) <= 6e-16) {
				t.Fatalf("CosPi(%d, %d) = %v, want %v", k, n, got, want)
			}
			for _, same := range []int{-k, 2*n - k, 2*n + k, k - 4*n} {
				if CosPi(same, n) != got {
					t.Fatalf("CosPi(%d, %d) = %v, but CosPi(%d, %d) = %v", k, n, got, same, n, CosPi(same, n))
				}
			}
		}
	}
	// Arguments whose double overflows.
	if got := CosPi(math.MaxInt, math.MaxInt); got != -1 {
		t.Errorf("CosPi(MaxInt, MaxInt) = %v, want -1", got)
	}
	if got := CosPi(math.MinInt, math.MaxInt); math.Abs(got+1) > 1e-15 {
		t.Errorf("CosPi(MinInt, MaxInt) = %v, want -1", got)
	}
}

// TestPower compares with package math.
func TestPower(t *testing.T) {
	for _, x := range []float64{0, 1e-300, 1e-7, 0.01, 0.3, 0.999, 1, 2, 1e7} {
		for _, y := range []float64{0, 1e-300, 1e-9, 0.25, 0.5, 0.9, 1, 1.5, 2.75, math.Pi, 17.1} {
			got, want := Power(x, y), math.Pow(x, y)
			if !(math.Abs(got-want) <= 1e-14*want) && !(want < 1e-300) {
				t.Errorf("%v^%v = %v, want %v", x, y, got, want)
			}
		}
	}
	if got := Power(0.5, 1e300); got != 0 {
		t.Errorf("0.5^1e300 = %v, want 0", got)
	}
}

func TestCosPiFrac(t *testing.T) {
	for i := range 1001 {
		x := float64(i) / 1000
		if got, want := CosPiFrac(x), math.Cos(math.Pi*x); !(math.Abs(got-want) <= 6e-16) {
			t.Errorf("CosPiFrac(%v) = %v, want %v", x, got, want)
		}
	}
	if a, b, c := CosPiFrac(0), CosPiFrac(0.5), CosPiFrac(1); a != 1 || b != 0 || c != -1 {
		t.Errorf("CosPiFrac at 0, 1/2 and 1: %v, %v and %v", a, b, c)
	}
}
