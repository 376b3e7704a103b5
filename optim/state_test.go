package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// An eventful is a run with everything that makes state: a plateau, an adaptive
// loss scale, skipped steps, accumulated gradients, frozen parameters and one that
// comes later.
type eventful[T kernels.Float] struct {
	*Optimizer[T]
	plateau *schedule.Plateau
	values  [][]T
}

var eventfulLengths = []int{40, 3, 17, 90}

// eventfulEvents is the number of events in a run. The last parameter is added
// before eventfulLate.
const eventfulEvents, eventfulLate = 24, 4

func newEventful[T kernels.Float](t *testing.T, rule Rule, lateParam bool) *eventful[T] {
	t.Helper()
	r := &eventful[T]{plateau: &schedule.Plateau{Factor: 0.5, Patience: 1, Cooldown: 1, Threshold: 1e-3}}
	r.values = random[T](rand.New(rand.NewPCG(1, 2)), eventfulLengths...)
	n := len(r.values)
	if !lateParam {
		n--
	}
	r.Optimizer = mustNew(t, rule, r.params()[:n],
		WithSchedule(schedule.Warmup{Steps: 3, StartFactor: 0.5, Then: r.plateau}),
		WithLossScaler(LossScaler{Init: 8, Growth: 2, Backoff: 0.5, Interval: 3}),
		WithGroup(func(name string) bool { return name == "p1" }, LRFactor(0.5)),
		WithReduction(ReduceSum), ClipNorm(1))
	return r
}

func (r *eventful[T]) params() []Param[T] {
	var list []Param[T]
	for i, v := range r.values {
		list = append(list, Param[T]{Name: fmt.Sprintf("p%d", i), Value: v})
	}
	return list
}

// do lets the i-th event happen.
func (r *eventful[T]) do(t *testing.T, i int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, uint64(i)))
	grads := random[T](rng, eventfulLengths[:len(r.Optimizer.params)]...)
	if rng.IntN(7) == 0 {
		grads[0][1] = T(math.NaN())
	}
	r.plateau.Observe(rng.Float64())
	var err error
	switch i {
	case eventfulLate:
		if len(r.Optimizer.params) < len(r.values) {
			err = r.AddParams(r.params()[len(r.values)-1])
		}
	case 7:
		err = r.Freeze("p0", "p2")
	case 11:
		err = r.Thaw("p2")
	case 14, 15, 18:
		err = r.Accumulate(grads)
	default:
		_, err = r.Step(grads)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func mustSnapshot[T kernels.Float](t *testing.T, o *Optimizer[T]) *Snapshot[T] {
	t.Helper()
	s, err := o.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestResume stops a run before every event, and goes on in a new optimizer at
// another level. It must end with the bits of a run that never stopped.
func TestResume(t *testing.T) {
	t.Run("float32", testResume[float32])
	t.Run("float64", testResume[float64])
}

func testResume[T kernels.Float](t *testing.T) {
	defer kernels.SetLevel(kernels.ActiveLevel())
	levels := kernels.Levels()
	for _, rule := range variants {
		kernels.SetLevel(levels[len(levels)-1])
		whole := newEventful[T](t, rule, false)
		for i := range eventfulEvents {
			whole.do(t, i)
		}
		if whole.Skipped() == 0 || whole.plateau.State.Reductions == 0 || whole.LossScale() == 8 {
			t.Fatalf("%s: the run is not eventful", rule.Name())
		}

		part := newEventful[T](t, rule, false)
		for i := range eventfulEvents {
			s := mustSnapshot(t, part.Optimizer)
			part = newEventful[T](t, rule, i > eventfulLate)
			if i%2 == 1 {
				part.do(t, 8) // what was before must not matter
				part.do(t, 14)
			}
			if err := part.Restore(s); err != nil {
				t.Fatalf("%s, event %d: %v", rule.Name(), i, err)
			}
			if err := kernels.SetLevel(levels[i%len(levels)]); err != nil {
				t.Fatal(err)
			}
			part.do(t, i)
		}
		got, want := mustSnapshot(t, part.Optimizer), mustSnapshot(t, whole.Optimizer)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", rule.Name(), got, want)
		}
		if !reflect.DeepEqual(part.values, whole.values) {
			t.Errorf("%s: the parameters differ", rule.Name())
		}
	}
}

// TestRollBack goes back to a snapshot in the same optimizer, which must not have
// changed with the optimizer.
func TestRollBack(t *testing.T) {
	for _, rule := range variants {
		r := newEventful[float64](t, rule, true)
		const middle = 15 // between two that accumulate
		for i := range middle {
			r.do(t, i)
		}
		s := mustSnapshot(t, r.Optimizer)
		var ends []*Snapshot[float64]
		for range 3 {
			for i := middle; i < eventfulEvents; i++ {
				r.do(t, i)
			}
			ends = append(ends, mustSnapshot(t, r.Optimizer))
			if err := r.Restore(s); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(ends[0], ends[1]) || !reflect.DeepEqual(ends[0], ends[2]) {
			t.Errorf("%s: got %+v, then %+v, then %+v", rule.Name(), ends[0], ends[1], ends[2])
		}
	}
}
