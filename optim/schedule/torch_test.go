package schedule

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// A recursion is a schedule as torch's chainable form has it: the rate of a step
// from that of the step before.
type recursion func(lr float64, step int) float64

// follow returns a recursion's first n rates.
func follow(lr float64, next recursion, n int) []float64 {
	rates := []float64{lr}
	for step := 1; step < n; step++ {
		lr = next(lr, step)
		rates = append(rates, lr)
	}
	return rates
}

// from returns n times the schedule's rate.
func from(s Schedule, base float64, n int) []float64 {
	var rates []float64
	for step := range n {
		rates = append(rates, s.Rate(base, step))
	}
	return rates
}

func nearAll(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rates, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol) {
			t.Fatalf("%s: step %d has rate %v, want %v", what, i, got[i], w)
		}
	}
}

func repeat(n int, v float64) []float64 { return slices.Repeat([]float64{v}, n) }

// TestTorchRecursions compares with the recursions of torch's lr_scheduler.
func TestTorchRecursions(t *testing.T) {
	const base = 0.05
	for _, c := range []struct {
		schedule Schedule
		first    float64 // torch's __init__ may scale the rate
		next     recursion
	}{
		{Constant{Factor: 0.25, Steps: 7}, base * 0.25, func(lr float64, step int) float64 {
			if step == 7 {
				return lr / 0.25
			}
			return lr
		}},
		{StepDecay{StepSize: 30, Gamma: 0.1}, base, func(lr float64, step int) float64 {
			if step%30 == 0 {
				return lr * 0.1
			}
			return lr
		}},
		{MultiStep{Milestones: []int{5, 40, 8, 40}, Gamma: 0.5}, base, func(lr float64, step int) float64 {
			switch step {
			case 5, 8:
				return lr * 0.5
			case 40:
				return lr * 0.25
			}
			return lr
		}},
		{Exponential{Gamma: 0.97}, base, func(lr float64, step int) float64 { return lr * 0.97 }},
		{Exponential{Gamma: 1.03}, base, func(lr float64, step int) float64 { return lr * 1.03 }},
		{InverseTime{Decay: 0.3}, base, func(lr float64, step int) float64 { // MultiplicativeLR
			return lr * (1 + 0.3*float64(step-1)) / (1 + 0.3*float64(step))
		}},
		{Polynomial{TotalIters: 90, Power: 1}, base, polynomial(90, 1)},
		{Polynomial{TotalIters: 50, Power: 2}, base, polynomial(50, 2)},
		{Polynomial{TotalIters: 200, Power: 0.9}, base, polynomial(200, 0.9)},
		{Polynomial{TotalIters: 17, Power: 3.7}, base, polynomial(17, 3.7)},
		{Polynomial{TotalIters: 40, Power: 1, EtaMin: base / 4}, base, linear(1, 0.25, 40)},
		{Warmup{Steps: 12, StartFactor: 1. / 3}, base / 3, linear(1./3, 1, 12)},
		{Warmup{Steps: 4, StartFactor: 0.5}, base / 2, linear(0.5, 1, 4)},
	} {
		nearAll(t, fmt.Sprintf("%+v", c.schedule), from(c.schedule, base, 120), follow(c.first, c.next, 120), 1e-13*base)
	}
}

// polynomial is PolynomialLR.get_lr.
func polynomial(total int, power float64) recursion {
	n := float64(total)
	return func(lr float64, step int) float64 {
		if step > total {
			return lr
		}
		return lr * math.Pow((1-float64(step)/n)/(1-float64(step-1)/n), power)
	}
}

// linear is LinearLR.get_lr.
func linear(start, end float64, total int) recursion {
	n := float64(total)
	return func(lr float64, step int) float64 {
		if step > total {
			return lr
		}
		return lr * (1 + (end-start)/(n*start+float64(step-1)*(end-start)))
	}
}

// TestTorchWarmRestarts follows CosineAnnealingWarmRestarts.step.
func TestTorchWarmRestarts(t *testing.T) {
	const base, etaMin = 0.05, 1e-3
	for _, c := range []CosineWarmRestarts{{10, 1, etaMin}, {10, 2, etaMin}, {3, 4, etaMin}, {1, 1, etaMin}, {1, 3, 0}} {
		cur, length := -1, c.T0
		want := follow(0, func(float64, int) float64 {
			if cur++; cur >= length {
				cur -= length
				length *= c.TMult
			}
			return c.EtaMin + (base-c.EtaMin)*(1+math.Cos(math.Pi*float64(cur)/float64(length)))/2
		}, 201)[1:]
		nearAll(t, fmt.Sprintf("%+v", c), from(c, base, 200), want, 1e-15)
	}
	// Restarts are exact, whenever they come.
	for _, step := range []int{0, 10, 30, 70, 10 * (1<<20 - 1)} {
		if got := (CosineWarmRestarts{10, 2, etaMin}).Rate(base, step); got != base {
			t.Errorf("step %d has rate %v, want exactly %v", step, got, base)
		}
	}
	// The last of all steps, in a fall whose length overflows and after falls too
	// many to count.
	for _, c := range []CosineWarmRestarts{{4, math.MaxInt / 2, 0}, {10, 1, 0}} {
		if got := c.Rate(base, math.MaxInt); !(got >= 0 && got <= base) {
			t.Errorf("%+v: the last of all steps has rate %v", c, got)
		}
	}
}

// TestTorchOneCycle compares with OneCycleLR.get_lr.
func TestTorchOneCycle(t *testing.T) {
	for _, c := range []OneCycle{
		NewOneCycle(100), NewOneCycle(10), NewOneCycle(37), NewOneCycle(2), {1, 0.3, 25, 1e4, false, false},
		{50, 0.25, 10, 100, true, false}, {60, 0.3, 5, 50, true, true}, {61, 0.37, 5, 50, false, true},
		{20, 0, 25, 10, false, false}, {20, 1, 25, 10, false, false}, {20, 0.7, 4, 10, true, true},
	} {
		const base = 0.3
		type phase struct{ end, start, stop float64 }
		first := base / c.DivFactor
		last := first / c.FinalDivFactor
		total := float64(c.TotalSteps)
		phases := []phase{{c.PctStart*total - 1, first, base}, {total - 1, base, last}}
		if c.ThreePhase {
			phases = []phase{{c.PctStart*total - 1, first, base}, {2*c.PctStart*total - 2, base, first}, {total - 1, first, last}}
		}
		var want []float64
		for step := range c.TotalSteps {
			begin := 0.0
			for i, p := range phases {
				if float64(step) > p.end && i < len(phases)-1 {
					begin = p.end
					continue
				}
				x := (float64(step) - begin) / (p.end - begin)
				if c.Linear {
					want = append(want, (p.stop-p.start)*x+p.start)
				} else {
					want = append(want, p.stop+(p.start-p.stop)/2*(math.Cos(math.Pi*x)+1))
				}
				break
			}
		}
		nearAll(t, fmt.Sprintf("%+v", c), from(c, base, c.TotalSteps), want, 1e-15)
		if got := c.Rate(base, 10*c.TotalSteps); got != c.Rate(base, c.TotalSteps-1) {
			t.Errorf("%+v ends at %v and goes on to %v", c, c.Rate(base, c.TotalSteps-1), got)
		}
	}
	// A rise that ends in the first step, where torch divides by zero.
	if got := (OneCycle{10, 0.1, 25, 10, false, false}).Rate(1, 0); got != 1 {
		t.Errorf("no rise: the cycle begins at %v, want 1", got)
	}
}

// TestTorchValues holds literal values from the documentation and the tests of
// torch.optim.lr_scheduler.
func TestTorchValues(t *testing.T) {
	fall := func(step int) float64 { return 0.5 + 24.5*(1+math.Cos(math.Pi*float64(step)/7))/2 }
	for _, c := range []struct {
		schedule Schedule
		base     float64
		want     []float64
	}{
		{StepDecay{StepSize: 30, Gamma: 0.1}, 0.05, slices.Concat(repeat(30, 0.05), repeat(30, 0.005), repeat(30, 0.0005))},
		{MultiStep{Milestones: []int{30, 80}, Gamma: 0.1}, 0.05, slices.Concat(repeat(30, 0.05), repeat(50, 0.005), repeat(20, 0.0005))},
		{Constant{Factor: 0.5, Steps: 4}, 0.05, []float64{0.025, 0.025, 0.025, 0.025, 0.05, 0.05}},
		{Warmup{Steps: 4, StartFactor: 0.5}, 0.05, []float64{0.025, 0.03125, 0.0375, 0.04375, 0.05, 0.05}},
		{Exponential{Gamma: 0.9}, 1, []float64{1, 0.9, 0.81, 0.729, 0.6561}},
		{Polynomial{TotalIters: 4, Power: 1}, 0.001, []float64{0.001, 0.00075, 0.00050, 0.00025, 0, 0}},
		{Cosine{TMax: 4}, 1, []float64{1, 0.8535533905932737, 0.5, 0.14644660940672624, 0}},
		{Sequence{[]Schedule{Exponential{0.8}, StepDecay{4, 0.1}}, []int{3}}, 0.05,
			slices.Concat([]float64{0.05, 0.04, 0.032}, repeat(4, 0.05), repeat(4, 0.005), repeat(4, 0.0005), repeat(4, 0.00005))},
		{Sequence{[]Schedule{Constant{0.1, 3}, Exponential{0.9}}, []int{3}}, 0.05,
			[]float64{0.005, 0.005, 0.005, 0.05, 0.045, 0.0405, 0.03645}},
		{Sequence{[]Schedule{Constant{0.1, 20}, Exponential{0.9}}, []int{20}}, 0.05,
			slices.Concat(repeat(20, 0.005), []float64{0.05, 0.045, 0.0405})},
		{OneCycle{10, 0.3, 25, 2, true, false}, 25, []float64{1, 13, 25, 21.5, 18, 14.5, 11, 7.5, 4, 0.5}},
		{OneCycle{10, 0.4, 25, 4, true, true}, 25, []float64{1, 9, 17, 25, 17, 9, 1, 0.75, 0.5, 0.25}},
		{OneCycle{10, 0.3, 25, 2, false, false}, 25,
			[]float64{1, 13, 25, fall(1), fall(2), fall(3), fall(4), fall(5), fall(6), 0.5}},
	} {
		nearAll(t, fmt.Sprintf("%+v", c.schedule), from(c.schedule, c.base, len(c.want)), c.want, 1e-15*max(1, c.base))
	}
}

// TestTorchPlateau: the cases of torch's tests of ReduceLROnPlateau. The rates
// are those after each metric.
func TestTorchPlateau(t *testing.T) {
	series := func(n int, f func(i float64) float64) []float64 {
		var s []float64
		for i := range n {
			s = append(s, f(float64(i)))
		}
		return s
	}
	for i, c := range []struct {
		plateau Plateau
		metrics []float64
		want    []float64
	}{
		{Plateau{Factor: 0.1, Absolute: true, Threshold: 0.01, Patience: 5, Cooldown: 5, Eps: 1e-8},
			series(20, func(i float64) float64 { return 10 - i*0.0167 }), repeat(20, 0.5)},
		{Plateau{Factor: 0.1, Absolute: true, Threshold: 0.1, Patience: 5, Eps: 1e-8},
			series(22, func(i float64) float64 { return 10 - i*0.0165 }),
			slices.Concat(repeat(6, 0.5), repeat(7, 0.05), repeat(7, 0.005), repeat(2, 0.0005))},
		{Plateau{Factor: 0.1, Maximize: true, Absolute: true, Threshold: 1e-4, Patience: 5, Cooldown: 5, Eps: 1e-8},
			slices.Concat(repeat(2, -0.8), repeat(20, -0.234)),
			slices.Concat(repeat(8, 0.5), repeat(11, 0.05), repeat(3, 0.005))},
		{Plateau{Factor: 0.1, Maximize: true, Threshold: 0.1, Patience: 3, Eps: 1e-8},
			series(20, func(i float64) float64 { return 1.5 * math.Pow(1.025, i) }), repeat(20, 0.5)},
		{Plateau{Factor: 0.1, Maximize: true, Threshold: 0.1, Patience: 5, Cooldown: 5, Eps: 1e-8},
			series(20, func(i float64) float64 { return 1.5 * math.Pow(1.005, i) }),
			slices.Concat(repeat(6, 0.5), repeat(11, 0.05), repeat(3, 0.005))},
		{Plateau{Factor: 0.1, Threshold: 0.1, Patience: 10, Eps: 1e-8},
			series(20, func(i float64) float64 { return 1.5 * math.Pow(0.85, i) }), repeat(20, 0.5)},
		{Plateau{Factor: 0.1, Threshold: 0.1, Patience: 5, Cooldown: 5, Eps: 1e-8},
			slices.Concat(repeat(7, 1), repeat(1, 0.6), repeat(12, 0.5)),
			slices.Concat(repeat(6, 0.5), repeat(11, 0.05), repeat(3, 0.005))},
		{Plateau{Factor: 0.1, Maximize: true, MinLR: 0.3, Threshold: 0.1, Patience: 5, Cooldown: 5, Eps: 1e-8},
			series(20, func(i float64) float64 { return 1.5 * math.Pow(1.005, i) }),
			slices.Concat(repeat(6, 0.5), repeat(14, 0.3))},
	} {
		p := c.plateau
		var got []float64
		for i, m := range c.metrics {
			p.Observe(m)
			got = append(got, p.Rate(0.5, i))
		}
		nearAll(t, fmt.Sprintf("case %d", i+1), got, c.want, 1e-16)
	}
}
