package optim

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

func isHead(name string) bool { return strings.HasPrefix(name, "head") }
func isBody(name string) bool { return strings.HasPrefix(name, "body") }

var groupLengths = []int{300, 10, 20000, 7}

// headAndBody returns two parameters of each.
func headAndBody(values [][]float64) []Param[float64] {
	var params []Param[float64]
	for i, name := range []string{"head.weight", "head.bias", "body.weight", "body.bias"} {
		params = append(params, Param[float64]{Name: name, Value: values[i]})
	}
	return params
}

// TestGroupOptimizers: parameters in a group with a rule, a schedule and a clip norm
// take the steps of an optimizer of their own that has these.
func TestGroupOptimizers(t *testing.T) {
	cosine, decay := schedule.Cosine{TMax: 5}, schedule.Exponential{Gamma: 0.5}
	for _, rule := range kinds {
		rng := rand.New(rand.NewPCG(61, 62))
		start := random[float64](rng, groupLengths...)
		values, copies := clones(start), clones(start)
		lion := NewLion(0.125)
		opt := mustNew(t, lion, headAndBody(values), WithSchedule(cosine),
			WithGroup(isHead, GroupRule(rule), GroupSchedule(decay), GroupClipNorm(0.5), LRFactor(2)))
		head := mustNew(t, rule, headAndBody(copies)[:2], WithSchedule(decay), WithGroup(isHead, LRFactor(2)), ClipNorm(0.5))
		body := mustNew(t, lion, headAndBody(copies)[2:], WithSchedule(cosine))
		for step := range 4 {
			grads := random[float64](rng, groupLengths...)
			r := mustStep(t, opt, grads)
			rh, rb := mustStep(t, head, grads[:2]), mustStep(t, body, grads[2:])
			for i := range values {
				follows(t, values[i], copies[i], 1e-13, "%s: step %d, parameter %d", rule.Name(), step, i)
			}
			if want := []float64{2 * rh.LR, rb.LR}; !slices.Equal(r.GroupLRs, want) || r.LR != rb.LR {
				t.Fatalf("%s: rates %v and %v, want %v", rule.Name(), r.LR, r.GroupLRs, want)
			}
			if math.Abs(r.ClipCoef-rh.ClipCoef) > 1e-15 || !(r.ClipCoef < 1) {
				t.Fatalf("%s: clipped by %v, want %v", rule.Name(), r.ClipCoef, rh.ClipCoef)
			}
		}
		infos := opt.Groups()
		want := []GroupInfo{
			{[]string{"head.weight", "head.bias"}, rule, decay, 2, 0.5, math.Inf(-1), math.Inf(1), 0, Native, false},
			{[]string{"body.weight", "body.bias"}, lion, cosine, 1, 0, math.Inf(-1), math.Inf(1), 0, Native, false},
		}
		if !reflect.DeepEqual(infos, want) {
			t.Fatalf("groups %+v, want %+v", infos, want)
		}
	}
}

// TestLastOfGroups: where several groups match, the last one's options hold, and one
// norm is clipped over all parameters whose last clip norm it is.
func TestLastOfGroups(t *testing.T) {
	values := [][]float64{{0}, {0}, {0}, {0}}
	opt := mustNew(t, SGD{LR: 1}, headAndBody(values),
		WithGroup(func(string) bool { return true }, GroupClipNorm(5), GroupSchedule(schedule.Constant{Factor: 0.5, Steps: 1})),
		WithGroup(isHead, GroupRule(SGD{LR: 2}), LRFactor(3)),
		WithGroup(isBody, GroupClipNorm(1), GroupRule(SGD{LR: 4}), Bounds(-1, 1)),
		WithGroup(func(name string) bool { return name == "body.bias" }, Bounds(-0.25, 2), L1(0.125)))
	r := mustStep(t, opt, [][]float64{{6}, {8}, {0.3}, {0.4}}) // head 10, clipped to 5; body 0.5, not clipped
	want := []float64{-9, -12, -0.6, -0.25}
	for i, v := range values {
		if !(math.Abs(v[0]-want[i]) < 1e-5) {
			t.Errorf("parameter %d is %v, want %v", i, v[0], want[i])
		}
	}
	if !slices.Equal(r.GroupLRs, []float64{3, 2, 2}) || math.Abs(r.ClipCoef-0.5) > 1e-6 || r.LR != 1 {
		t.Errorf("report %+v", r)
	}
	if g := opt.Groups()[2]; g.Lo != -0.25 || g.Hi != 2 || g.L1 != 0.125 || g.ClipNorm != 1 {
		t.Errorf("group %+v", g)
	}
}

// TestGroupThenAll: ClipNorm sees what ClipParamNorm and GroupClipNorm leave.
func TestGroupThenAll(t *testing.T) {
	values := [][]float64{{0}, {0}, {0}, {0}}
	opt := mustNew(t, SGD{LR: 1}, headAndBody(values), ClipParamNorm(4), ClipNorm(1.25), WithGroup(isHead, GroupClipNorm(2)))
	r := mustStep(t, opt, [][]float64{{100}, {3}, {1.5}, {0}}) // 4, 3, 1.5; head 5 to 2; all 2.5 to 1.25
	want := []float64{-0.8, -0.6, -0.75, 0}
	for i, v := range values {
		if !(math.Abs(v[0]-want[i]) < 1e-5) {
			t.Errorf("parameter %d is %v, want %v", i, v[0], want[i])
		}
	}
	if want := 0.04 * 0.4 * 0.5; !(math.Abs(r.ClipCoef-want) < 1e-6) {
		t.Errorf("clipped by %v, want %v", r.ClipCoef, want)
	}
}

// TestGroupSchedules: the states of groups' schedules are told, saved and restored.
func TestGroupSchedules(t *testing.T) {
	build := func() *Optimizer[float64] {
		values := [][]float64{{0}, {0}, {0}, {0}}
		return mustNew(t, SGD{LR: 1}, headAndBody(values), WithSchedule(schedule.NewPlateau()), WithGroup(isHead, GroupSchedule(schedule.NewPlateau())))
	}
	o := build()
	if n := len(o.Observers()); n != 2 {
		t.Fatalf("%d observers, want 2", n)
	}
	for range 20 {
		o.Observe(1)
	}
	grads := [][]float64{{1}, {1}, {1}, {1}}
	r := mustStep(t, o, grads)
	if r.LR != 0.1 || !slices.Equal(r.GroupLRs, []float64{0.1, 0.1}) {
		t.Fatalf("report %+v", r)
	}
	again := build()
	if err := again.Restore(mustSnapshot(t, o)); err != nil {
		t.Fatal(err)
	}
	if a, b := mustStep(t, again, grads), mustStep(t, o, grads); !reflect.DeepEqual(a, b) {
		t.Errorf("resumed %+v, want %+v", a, b)
	}
	// New parameters belong to groups, too.
	if err := o.AddParams(Param[float64]{Name: "head.more", Value: []float64{0}}); err != nil {
		t.Fatal(err)
	}
	if got := o.Params()[4].Group; got != 0 {
		t.Errorf("group %d, want 0", got)
	}
}

func TestBadGroupOptions(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		opt  GroupOption
		want []string
	}{
		{GroupRule(nil), []string{"nil Rule", "GroupRule"}},
		{GroupRule((*SGD)(nil)), []string{"nil Rule", "GroupRule"}},
		{GroupRule(SGD{LR: -1}), []string{"SGD", "LR", "-1", "GroupRule"}},
		{GroupRule(SGD{}), []string{"SGD", "LR = 0", "GroupRule"}},
		{GroupRule(NewRowAdagrad(1)), []string{"RowAdagrad", "Sparse", `"head.weight"`}},
		{GroupSchedule(nil), []string{"nil Schedule", "GroupSchedule"}},
		{GroupSchedule(schedule.Cosine{}), []string{"Cosine", "TMax = 0", "GroupSchedule"}},
		{GroupClipNorm(0), []string{"GroupClipNorm = 0"}},
		{GroupClipNorm(nan), []string{"GroupClipNorm = NaN"}},
		{L1(-1), []string{"L1 = -1"}},
		{L1(inf), []string{"L1 = +Inf"}},
		{Bounds(1, 0), []string{"Bounds", "1 to 0"}},
		{Bounds(nan, 0), []string{"Bounds", "NaN"}},
		{Bounds(0, nan), []string{"Bounds", "NaN"}},
		{Bounds(inf, inf), []string{"Bounds", "+Inf"}},
		{Bounds(-inf, -inf), []string{"Bounds", "-Inf"}},
	} {
		_, err := New(SGD{LR: 1}, headAndBody(clones([][]float64{{0}, {0}, {0}, {0}})), WithGroup(isHead, c.opt))
		wantError(t, err, c.want...)
	}
	_, err := New(SGD{LR: 1}, []Param[float32]{{Name: "head", Value: []float32{1}}}, WithGroup(isHead, Bounds(1e300, inf)))
	wantError(t, err, "Bounds", "1e+300", "float32")
	for _, o := range []GroupOption{L1(1), Bounds(0, 1)} {
		_, err := New(NewScheduleFreeAdamW(1), []Param[float32]{{Name: "head", Value: []float32{1}}}, WithGroup(isHead, o))
		wantError(t, err, "ScheduleFreeAdamW", `"head"`, "another point")
	}
	for _, r := range []Rule{NewFTRL(1), NewProdigy(1), with(NewMuon(1), func(m *Muon) { m.Rest = NewProdigy(1) })} {
		for _, o := range []GroupOption{L1(0), Bounds(0, 1)} {
			mustNew(t, r, []Param[float32]{{Name: "head", Value: []float32{1}}}, WithGroup(isHead, o))
		}
		_, err := New(r, []Param[float32]{{Name: "head", Value: []float32{1}}}, WithGroup(isHead, L1(1)))
		name := r.Name()
		if name == "Muon" {
			name = "Prodigy"
		}
		wantError(t, err, name, "L1", `"head"`)
	}
	opt := mustNew(t, SGD{LR: 1}, headAndBody([][]float64{{0}, {0}, {0}, {0}}),
		WithGroup(isHead, GroupSchedule(schedule.Func(func(_ float64, step int) float64 { return float64(1 - step) }))))
	grads := [][]float64{{1}, {1}, {1}, {1}}
	mustStep(t, opt, grads)
	mustStep(t, opt, grads)
	before := opt.bits()
	_, err = opt.Step(grads)
	wantError(t, err, "step 3", "-1")
	if !slices.Equal(opt.bits(), before) {
		t.Error("a refused step changed something")
	}
}

// TestRateOfPair: a rule's LR may be 0 where the schedule of the same parameters is the
// caller's own, wherever the two are set.
func TestRateOfPair(t *testing.T) {
	own := GroupSchedule(schedule.Func(func(float64, int) float64 { return 0.25 }))
	isAll := func(string) bool { return true }
	for i, opts := range [][]Option{
		{WithGroup(isHead, GroupRule(SGD{}), own)},
		{WithGroup(isHead, GroupRule(SGD{})), WithGroup(isHead, own)},
		{WithGroup(isHead, own), WithGroup(isHead, GroupRule(SGD{}))},
	} {
		values := [][]float64{{0}, {0}, {0}, {0}}
		mustStep(t, mustNew(t, SGD{LR: 1}, headAndBody(values), opts...), [][]float64{{1}, {1}, {1}, {1}})
		if values[0][0] != -0.25 || values[2][0] != -1 {
			t.Errorf("%d: parameters %v", i, values)
		}
	}
	values := [][]float64{{0}, {0}, {0}, {0}}
	mustStep(t, mustNew(t, SGD{}, headAndBody(values), WithGroup(isAll, own)), [][]float64{{1}, {1}, {1}, {1}})
	if values[0][0] != -0.25 {
		t.Errorf("parameters %v", values)
	}
	for _, opts := range [][]Option{
		{WithGroup(isHead, GroupRule(SGD{})), WithGroup(isBody, own)},
		{WithGroup(isHead, GroupRule(SGD{}), own), WithGroup(isHead, GroupSchedule(schedule.Constant{}))},
	} {
		_, err := New(SGD{LR: 1}, headAndBody(clones(values)), opts...)
		wantError(t, err, "SGD", "LR = 0", "GroupRule", `"head.weight"`)
	}
	_, err := New(SGD{}, headAndBody(clones(values)), WithGroup(isHead, own))
	wantError(t, err, "SGD", "LR = 0", `"body.weight"`)
}

// TestBoundsHold: the bounds of float32 parameters hold as they are given, not as they
// round.
func TestBoundsHold(t *testing.T) {
	all := func(string) bool { return true }
	for _, b := range []interval{{-0.1, 0.1}, {-0.3, 0.7}, {0.1, 0.3}, {-1e300, 1e300}, {-0.25, 0.25}, {-1e-60, 1e-60}} {
		p := []float32{-5, 5, -math.MaxFloat32, math.MaxFloat32}
		mustStep(t, mustNew(t, SGD{LR: 1}, named([][]float32{p}), WithGroup(all, Bounds(b.lo, b.hi))), [][]float32{{0, 0, 0, 0}})
		for i, v := range p {
			if !(float64(v) >= b.lo && float64(v) <= b.hi) {
				t.Errorf("element %d within %v is %v", i, b, float64(v))
			}
		}
		// No number nearer to the ends is within.
		lo, hi := math.Nextafter32(p[2], float32(math.Inf(-1))), math.Nextafter32(p[3], float32(math.Inf(1)))
		if float64(lo) >= b.lo || float64(hi) <= b.hi {
			t.Errorf("within %v: from %v to %v, want no room beyond", b, p[2], p[3])
		}
	}
	_, err := New(SGD{LR: 1}, named([][]float32{{1}}), WithGroup(all, Bounds(0.1, 0.1)))
	wantError(t, err, "Bounds", "0.1 to 0.1", "float32")
	mustNew(t, SGD{LR: 1}, named([][]float64{{1}}), WithGroup(all, Bounds(0.1, 0.1)))
}

// TestConstrained compares L1 and bounds after a step with plain loops.
func TestConstrained(t *testing.T) {
	t.Run("float32", testConstrained[float32])
	t.Run("float64", testConstrained[float64])
}

func testConstrained[T kernels.Float](t *testing.T) {
	const lr, lambda = 0.25, 0.5
	all := func(string) bool { return true }
	inf := math.Inf(1)
	for _, b := range []interval{{-inf, inf}, {-0.5, 0.75}, {0, inf}, {-inf, 0}, {0.125, 0.125}} {
		for _, rule := range []Rule{SGD{LR: lr}, NewLAMB(lr), NewAdam(lr)} {
			rng := rand.New(rand.NewPCG(63, 64))
			start := random[T](rng, 17000, 5)
			a, free := clones(start), clones(start)
			a[1][0] = T(math.NaN())
			free[1][0] = a[1][0]
			grads := random[T](rng, 17000, 5)
			copy(grads[0], start[0][:50]) // some lie near 0 afterwards
			opt := mustNew(t, rule, named(a), WithGroup(all, L1(lambda), Bounds(b.lo, b.hi)))
			mustStep(t, opt, grads)
			mustStep(t, mustNew(t, rule, named(free)), grads)
			zeros := 0
			for i, x := range free {
				for j, v := range x {
					want := v
					switch {
					case v > lr*lambda:
						want -= lr * lambda
					case v < -lr*lambda:
						want += lr * lambda
					case v == v:
						want = 0
					}
					want = min(max(want, T(b.lo)), T(b.hi))
					if got := a[i][j]; got != want && want == want || want != want && got == got {
						t.Fatalf("%s within %v: element %d of %d is %v, want %v", rule.Name(), b, j, i, got, want)
					}
					if a[i][j] == 0 {
						zeros++
					}
				}
			}
			if zeros == 0 && b.lo <= 0 && b.hi >= 0 {
				t.Errorf("%s within %v: nothing is 0", rule.Name(), b)
			}
		}
	}
}
