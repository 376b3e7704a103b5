package optim

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestFreeze: parameters that are frozen, thawed and added later take the steps
// that an optimizer of their own takes.
func TestFreeze(t *testing.T) {
	for _, rule := range kinds {
		t.Run(rule.Name(), func(t *testing.T) { testFreeze(t, rule) })
	}
}

func testFreeze(t *testing.T, rule Rule) {
	rng := rand.New(rand.NewPCG(18, 19))
	lengths := []int{30, 20000, 5, 40}
	values := random[float32](rng, lengths...)
	copies := clones(values)
	params := named(values)
	opt := mustNew(t, rule, params[:3])
	var singles []*Optimizer[float32]
	for i := range copies {
		singles = append(singles, mustNew(t, rule, []Param[float32]{{Name: "own", Value: copies[i]}}))
	}
	frozen := map[int]bool{3: true} // is not there yet
	apply := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for step := range 12 {
		switch step {
		case 2:
			apply(opt.Freeze("p1"))
			frozen[1] = true
		case 4:
			apply(opt.AddParams(params[3]))
			frozen[3] = false
		case 5:
			apply(opt.Freeze("p1", "p0")) // again
			frozen[0] = true
		case 8:
			apply(opt.Thaw("p1", "p2"))
			frozen[1] = false
		case 10:
			apply(opt.Thaw("p0"))
			frozen[0] = false
		}
		grads := random[float32](rng, lengths...)
		for i := range grads {
			if frozen[i] {
				if step%2 == 0 {
					grads[i][0] = float32(math.NaN()) // nobody looks at it
				} else {
					grads[i] = nil
				}
			}
		}
		r := mustStep(t, opt, grads[:len(opt.params)])
		if r.Step != step+1 {
			t.Errorf("step %d, want %d", r.Step, step+1)
		}
		for i, single := range singles {
			if !frozen[i] {
				mustStep(t, single, [][]float32{grads[i]})
			}
			if !slices.Equal(values[i], copies[i]) {
				t.Fatalf("step %d: parameter %d (frozen: %v) differs from one in an optimizer of its own", step, i, frozen[i])
			}
			if i < len(opt.params) && opt.Params()[i].Steps != single.Steps() {
				t.Errorf("parameter %d has taken %d steps, want %d", i, opt.Params()[i].Steps, single.Steps())
			}
		}
	}
}

// TestFreezeErrors: and nothing changes.
func TestFreezeErrors(t *testing.T) {
	w, b := []float32{1, 2}, []float32{3}
	opt := mustNew(t, NewAdam(0.1), []Param[float32]{{Name: "w", Value: w}, {Name: "b", Value: b}})
	good := [][]float32{{1, 1}, {1}}
	mustStep(t, opt, good)
	before := opt.Params()
	unchanged := func() {
		t.Helper()
		if !reflect.DeepEqual(opt.Params(), before) || len(opt.own) != 2 {
			t.Errorf("parameters are now %+v", opt.Params())
		}
	}
	wantError(t, opt.Freeze("w", "x"), "Freeze", `"x"`)
	wantError(t, opt.Thaw("y"), "Thaw", `"y"`)
	wantError(t, opt.AddParams(Param[float32]{Name: "c", Value: []float32{1}}, Param[float32]{Name: "w", Value: []float32{1}}), `"w"`, "same name")
	wantError(t, opt.AddParams(Param[float32]{Name: "c", Value: w[1:]}), `"w"`, `"c"`, "overlap")
	wantError(t, opt.AddParams(Param[float32]{Name: "", Value: w[1:]}), "no name")
	wantError(t, opt.AddParams(Param[float32]{Name: "c", Value: nil}), `"c"`, "no values")
	unchanged()
	if err := opt.Accumulate(good); err != nil {
		t.Fatal(err)
	}
	wantError(t, opt.Freeze("w"), "Freeze", "1 batches", "Discard")
	wantError(t, opt.AddParams(Param[float32]{Name: "c", Value: []float32{1}}), "AddParams", "1 batches")
	unchanged()
	opt.Discard()
	if opt.Accumulated() != 0 {
		t.Error("Discard keeps gradients")
	}
	if err := opt.Freeze("w", "b"); err != nil {
		t.Fatal(err)
	}
	_, err := opt.Step(good)
	wantError(t, err, "frozen")
	wantError(t, opt.Accumulate(good), "frozen")

	// A gradient that lies in another parameter.
	if err := opt.Thaw("w"); err != nil {
		t.Fatal(err)
	}
	_, err = opt.Step([][]float32{{1, 1}, {1, 2, 3}})
	if err != nil {
		t.Errorf("gradient of a frozen parameter: %v", err)
	}
	joined := []float32{1, 2, 3, 4}
	opt = mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: joined[:2]}, {Name: "b", Value: joined[3:]}})
	_, err = opt.Step([][]float32{joined[2:], {1}})
	wantError(t, err, `gradient of batch 0`, `"w"`, `"b"`, "overlaps")
	mustStep(t, opt, [][]float32{{1, 1}, joined[2:3]})
}
