package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// corners are values that options may or may not have: in the middle of their
// domains, at the edges, beyond the range of float32, and no numbers at all.
var corners = []float64{
	0, math.Copysign(0, -1), 0.5, 1, 2, 3, 7, 1e-3, -0.5, -1, -3, 0x1p-24, 1 - 0x1p-24, 1 - 0x1p-30, 1 - 0x1p-53,
	1e-20, 1e20, 0x1p-126, 0x1p-127, 0x1p-149, math.MaxFloat32, 0x1p128, 1e-40, 1e40, 1e-60, 1e60, 1e-160, 1e160,
	0x1p-1022, math.SmallestNonzeroFloat64, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(),
}

// edited calls f with copies of a struct of options, or of a pointer to one, in
// which one number or flag is another one, and with its name. Structs inside count.
func edited(v any, f func(name string, v any)) {
	base := reflect.ValueOf(v)
	pointer := base.Kind() == reflect.Pointer
	if pointer {
		base = base.Elem()
	}
	var walk func(prefix string, path []int, t reflect.Type)
	walk = func(prefix string, path []int, t reflect.Type) {
		for i := range t.NumField() {
			field := t.Field(i)
			at := append(slices.Clone(path), i)
			with := func(set func(reflect.Value)) {
				c := reflect.New(base.Type())
				c.Elem().Set(base)
				set(c.Elem().FieldByIndex(at))
				if !pointer {
					c = c.Elem()
				}
				f(fmt.Sprintf("%T: %s%s = %v", v, prefix, field.Name, reflect.Indirect(c).FieldByIndex(at)), c.Interface())
			}
			switch kind := field.Type.Kind(); {
			case !field.IsExported():
			case kind == reflect.Struct:
				walk(prefix+field.Name+".", at, field.Type)
			case kind == reflect.Float64:
				for _, x := range corners {
					with(func(v reflect.Value) { v.SetFloat(x) })
				}
			case kind == reflect.Int:
				for _, n := range []int64{0, 1, 2, 3, 1000, -1, -7, math.MaxInt64, math.MinInt64} {
					with(func(v reflect.Value) { v.SetInt(n) })
				}
			case kind == reflect.Bool:
				with(func(v reflect.Value) { v.SetBool(!v.Bool()) })
			}
		}
	}
	walk("", nil, base.Type())
}

// everySchedule are schedules of all types.
func everySchedule() []schedule.Schedule {
	return []schedule.Schedule{
		schedule.Constant{Factor: 0.5, Steps: 2}, schedule.StepDecay{StepSize: 2, Gamma: 0.5}, schedule.MultiStep{Milestones: []int{2, 3}, Gamma: 0.5},
		schedule.Exponential{Gamma: 0.9}, schedule.InverseTime{Decay: 0.1},
		schedule.Polynomial{TotalIters: 9, Power: 2, EtaMin: 1e-3}, schedule.Cosine{TMax: 9, EtaMin: 1e-3},
		schedule.CosineWarmRestarts{T0: 2, TMult: 2, EtaMin: 1e-3}, schedule.NewOneCycle(9), schedule.NewPlateau(),
		schedule.Warmup{Steps: 3, StartFactor: 0.1, Then: schedule.NewPlateau()},
		schedule.Sequence{Schedules: []schedule.Schedule{schedule.NewPlateau(), schedule.NewPlateau()}, Milestones: []int{3}},
	}
}

// copied returns a copy of a schedule that shares no state with it.
func copied(s schedule.Schedule) schedule.Schedule {
	switch s := s.(type) {
	case *schedule.Plateau:
		c := *s
		return &c
	case schedule.Warmup:
		s.Then = copied(s.Then)
		return s
	case schedule.Sequence:
		s.Schedules = slices.Clone(s.Schedules)
		for i, inner := range s.Schedules {
			s.Schedules[i] = copied(inner)
		}
		return s
	}
	return s
}

// TestNewAndRestore: what New accepts, a snapshot has and Restore accepts, whatever
// happens in between.
func TestNewAndRestore(t *testing.T) {
	t.Run("float32", testNewAndRestore[float32])
	if !testing.Short() {
		t.Run("float64", testNewAndRestore[float64])
	}
}

func testNewAndRestore[T kernels.Float](t *testing.T) {
	accepted, refused := 0, 0
	try := func(name string, rule Rule, opts func() []Option) {
		t.Helper()
		if _, ok := rule.(RowAdagrad); !ok {
			fresh := func() (roundTripper[T], error) {
				values := [][]T{{1, -2, 3}, {4}}
				o, err := New(rule, named(values), opts()...)
				if err != nil {
					return nil, err
				}
				return optimizerTrip[T]{o}, nil
			}
			if roundTrip(t, name, fresh) {
				accepted++
			} else {
				refused++
			}
		}
		switch rule.(type) {
		case SGD, Adagrad, RowAdagrad, Adam, AdamW:
			roundTrip(t, name+" (rows)", func() (roundTripper[T], error) {
				o, err := New(rule, []Param[T]{sparse("table", []T{1, -2, 3, 4}, 2)}, opts()...)
				if err != nil {
					return nil, err
				}
				return tableTrip[T]{o}, nil
			})
		}
	}
	none := func() []Option { return nil }
	edits := 0 // of rules, which have options by the hundred: under emulation every seventh
	for _, rule := range slices.Concat([]Rule{NewRowAdagrad(0.1)}, variants) {
		try(rule.Name(), rule, none)
		edited(rule, func(name string, v any) {
			if edits++; !testing.Short() || edits%7 == 0 {
				try(name, v.(Rule), none)
			}
		})
	}
	rules := []Rule{SGD{LR: 0.1}, NewScheduleFreeAdamW(0.1)}
	for i := range everySchedule() {
		edited(everySchedule()[i], func(name string, v any) {
			fresh := func() []Option { return []Option{WithSchedule(copied(v.(schedule.Schedule)))} }
			for _, rule := range rules {
				try(name, rule, fresh)
			}
		})
	}
	edited(NewLossScaler(), func(name string, v any) {
		try(name, rules[0], func() []Option { return []Option{WithLossScaler(v.(LossScaler))} })
	})
	for option, f := range optionsOfNew {
		if f == nil {
			continue
		}
		for _, x := range corners {
			try(fmt.Sprintf("%s(%v)", option, x), rules[0], func() []Option { return []Option{f(x)} })
		}
	}
	t.Logf("New accepted %d and refused %d", accepted, refused)
	if accepted < 1000 || refused < 1000 {
		t.Error("too few of one kind")
	}
}

// A roundTripper is an Optimizer with something to do.
type roundTripper[T kernels.Float] interface {
	step(bad bool)
	Snapshot() (*Snapshot[T], error)
	Restore(*Snapshot[T]) error
}

type optimizerTrip[T kernels.Float] struct{ *Optimizer[T] }

func (o optimizerTrip[T]) step(bad bool) {
	g := [][]T{{1, 0, -3}, {T(1e-5)}}
	if bad {
		g[0][1] = T(math.NaN())
	}
	o.Step(g) // an error changes nothing
	for i, p := range o.Observers() {
		p.Observe(float64(i))
	}
}

type tableTrip[T kernels.Float] struct{ *Optimizer[T] }

func (o tableTrip[T]) step(bad bool) {
	g := []T{1, -3}
	if bad {
		g[1] = T(math.Inf(1))
	}
	o.StepGradients(rowsOnly([]int{1}, g))
	o.Observe(1)
}

// roundTrip makes an optimizer, takes steps, and brings its state to another one
// through the text of a checkpoint after each. It reports whether it could be made.
func roundTrip[T kernels.Float](t *testing.T, name string, fresh func() (roundTripper[T], error)) bool {
	t.Helper()
	run, err := fresh()
	if err != nil {
		if !strings.HasPrefix(err.Error(), "optim: ") {
			t.Errorf("%s: error %q", name, err)
		}
		return false
	}
	for i := range 6 {
		run.step(i == 0 || i >= 4)
		s, err := run.Snapshot()
		if err != nil {
			t.Errorf("%s: New accepts it, Snapshot says %v", name, err)
			return true
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Errorf("%s: New accepts it, the snapshot has no text: %v", name, err)
			return true
		}
		back := *s
		back.LossScale, back.Schedule = nil, nil
		if err := json.Unmarshal(text, &back); err != nil {
			t.Errorf("%s: %v", name, err)
			return true
		}
		if run, err = fresh(); err != nil {
			t.Fatal(err)
		}
		if err := run.Restore(&back); err != nil {
			t.Errorf("%s: New accepts it, Restore says %v", name, err)
			return true
		}
		again, err := run.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(again); err != nil || string(got) != string(text) {
			t.Errorf("%s: %s came back as %s (%v)", name, text, got, err)
			return true
		}
	}
	return true
}

// TestRestoreIsNew: what Restore accepts, New does, where both can be asked.
func TestRestoreIsNew(t *testing.T) {
	t.Run("float32", testRestoreIsNew[float32])
	t.Run("float64", testRestoreIsNew[float64])
}

func testRestoreIsNew[T kernels.Float](t *testing.T) {
	params := func() []Param[T] { return []Param[T]{{Name: "w", Value: []T{1}}} }
	o := mustNew(t, SGD{LR: 1}, params(), WithLossScaler(NewLossScaler()), WithSchedule(schedule.NewPlateau()))
	for _, x := range corners {
		s := mustSnapshot(t, o)
		s.LossScale.Scale = x
		_, atNew := New(SGD{LR: 1}, params(), WithLossScaler(LossScaler{x, 2, 0.5, 10}))
		atRestore := o.Restore(s)
		if (atNew == nil) != (atRestore == nil) {
			t.Errorf("loss scale %v: New says %v, Restore %v", x, atNew, atRestore)
		}
	}
	edited(schedule.NewPlateau(), func(name string, v any) {
		p := v.(*schedule.Plateau)
		if p.State == (schedule.PlateauState{}) {
			return // another option
		}
		_, atNew := New(SGD{LR: 1}, params(), WithSchedule(p))
		s := mustSnapshot(t, o)
		text, err := json.Marshal(p.State)
		s.Schedule[0].State = string(text)
		if err == nil {
			err = o.Restore(s)
		}
		if (atNew == nil) != (err == nil) {
			t.Errorf("%s: New says %v, Restore %v", name, atNew, err)
		}
	})
}
