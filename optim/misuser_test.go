package optim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	ranks "github.com/seed63264101/steepest/optim/internal/memory"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

var errOwn = errors.New("own")

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// A badWriter writes nothing.
type badWriter struct{}

func (badWriter) Write([]byte) (int, error) { return 0, errOwn }

// A memory is a train.Store of one checkpoint.
type memory struct {
	step  int
	saved *optim.Snapshot[f32]
}

func (*memory) Validate() error { return nil }
func (*memory) String() string  { return "memory" }

func (s *memory) Steps() ([]int, error) {
	if s.saved == nil {
		return nil, nil
	}
	return []int{s.step}, nil
}

func (s *memory) SaveFloat32(step int, r optim.Stateful[f32]) (err error) {
	s.step = step
	s.saved, err = r.Snapshot()
	return err
}

func (s *memory) LoadFloat32(r optim.Stateful[f32]) (step int, fallback, err error) {
	if s.saved == nil {
		return 0, nil, nil
	}
	return s.step, errOwn, r.Restore(s.saved)
}

func (*memory) SaveFloat64(int, optim.Stateful[float64]) error { return errOwn }
func (*memory) LoadFloat64(optim.Stateful[float64]) (step int, fallback, err error) {
	return 0, nil, errOwn
}

func goodParams() []optim.Param[f32] {
	return []optim.Param[f32]{{Name: "w", Value: []f32{1, 2}}, {Name: "b", Value: []f32{3}}}
}

func goodObjective(b train.Batch, grads *optim.Gradients[f32]) (float64, error) {
	if b.Step > 200 { // every run ends
		return 0, errOwn
	}
	for _, g := range grads.Dense {
		for i := range g {
			g[i] = 1
		}
	}
	return 1 / float64(b.Step+1), nil
}

func goodOptimizer() *optim.Optimizer[f32] {
	return must(optim.New(optim.NewAdam(0.1), goodParams(), optim.WithSchedule(schedule.Warmup{Then: schedule.Cosine{TMax: 9}})))
}

func goodTables() *optim.Optimizer[f32] {
	return must(optim.New(optim.NewAdam(0.1), []optim.Param[f32]{
		{Name: "w", Value: make([]f32, 8), Shape: []int{8, 1}, Sparse: true}, {Name: "b", Value: make([]f32, 3)},
	}))
}

func goodPacked() *optim.Optimizer[f32] {
	return must(optim.New(optim.NewAdam(0.1), []optim.Param[f32]{
		{Name: "w", BF16: make([]kernels.BFloat16, 8), Shape: []int{8, 1}, Sparse: true}, {Name: "b", BF16: make([]kernels.BFloat16, 3)},
	}, optim.WithStateFormat(optim.BFloat16), optim.WithGroup(func(name string) bool { return name == "b" }, optim.GroupStateFormat(optim.Int8), optim.GroupSplitParams())))
}

// goodRank is the only one.
func goodRank() *optim.Optimizer[f32] {
	return must(optim.New(optim.NewAdam(0.1), goodParams(), optim.Distributed(ranks.New(1)[0], 1)))
}

func goodGradients() *optim.Gradients[f32] {
	g := goodTables().NewGradients()
	g.Rows[0].Add(1, 7, 1)[2] = 1
	return g
}

func goodRun() *train.Run[f32] {
	return must(train.NewRun(goodOptimizer(), goodObjective, train.FitOptions[f32]{
		Stop: []train.StopRule{train.StepLimit(5), &train.LossChange{For: 3}}, Divergence: train.NewDivergence(),
	}))
}

// A misuser makes values of any type, good and bad ones.
type misuser struct {
	*rand.Rand
	calls int // of callbacks
}

func pick[V any](m *misuser, values ...V) V { return values[m.IntN(len(values))] }

// value returns a value of the type.
func (m *misuser) value(t reflect.Type, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	if depth > 4 {
		return v
	}
	if made, ok := m.known(t, depth); ok {
		if made != nil {
			v.Set(reflect.ValueOf(made))
		}
		return v
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(m.IntN(2) == 0)
	case reflect.Int, reflect.Int32:
		v.SetInt(pick[int64](m, 0, 1, 1, 2, 3, 10, -1, math.MaxInt32, math.MinInt32))
	case reflect.Int16:
		v.SetInt(pick[int64](m, 0, 1, -1, math.MinInt16))
	case reflect.Uint8, reflect.Uint16, reflect.Uint64:
		v.SetUint(pick[uint64](m, 0, 1, 32, 127, 255, 0x7f80, math.MaxUint64) & (1<<t.Bits() - 1))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(pick(m, 0, 1, 0.5, 0.9, 1e-8, 2, -1, 1e300, 1e-300, math.NaN(), math.Inf(1), math.Inf(-1)))
	case reflect.String:
		v.SetString(pick(m, "", "w", "w", "w", "b", "{", "{}", "\xff", "bfloat16", must(new(train.History).SaveState())))
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && m.IntN(4) > 0 {
				v.Field(i).Set(m.value(t.Field(i).Type, depth+1))
			}
		}
	case reflect.Pointer:
		if m.IntN(4) > 0 {
			v.Set(reflect.New(t.Elem()))
			v.Elem().Set(m.value(t.Elem(), depth+1))
		}
	case reflect.Slice:
		for range m.IntN(4) {
			v.Set(reflect.Append(v, m.value(t.Elem(), depth+1)))
		}
	case reflect.Map:
		if m.IntN(2) == 0 {
			v.Set(reflect.MakeMap(t))
			v.SetMapIndex(m.value(t.Key(), depth+1), m.value(t.Elem(), depth+1))
		}
	case reflect.Func:
		if m.IntN(4) > 0 {
			v.Set(reflect.MakeFunc(t, func([]reflect.Value) (out []reflect.Value) {
				for i := range t.NumOut() {
					out = append(out, m.value(t.Out(i), depth+1))
				}
				return out
			}))
		}
	default:
		panic(fmt.Sprintf("no value of type %v", t))
	}
	return v
}

// known makes values of types that reflection alone cannot make, or not often a
// good one of.
func (m *misuser) known(t reflect.Type, depth int) (made any, ok bool) {
	switch t {
	case reflect.TypeFor[error]():
		if m.calls++; m.calls > 20 || m.IntN(5) == 0 { // every run ends
			return errOwn, true
		}
		return nil, true
	case reflect.TypeFor[io.Writer]():
		return pick[io.Writer](m, io.Discard, badWriter{}), true
	case reflect.TypeFor[context.Context]():
		cancelled, cancel := context.WithCancel(context.Background())
		cancel()
		return pick[any](m, nil, context.Background(), cancelled), true
	case reflect.TypeFor[optim.Rule]():
		return pick[any](m, nil, (*optim.Adam)(nil), &optim.SGD{LR: 1}, struct{ optim.Rule }{}, optim.SGD{LR: 1}, optim.Adam{},
			optim.NewAdam(0.1), optim.NewScheduleFreeAdamW(0.1), optim.NewLAMB(0.1), optim.NewRowAdagrad(0.1), optim.NewFTRL(0.1), optim.NewProdigy(1), optim.NewMuon(0.1), optim.NewAdafactor(0.1),
			m.value(reflect.TypeFor[optim.Momentum](), depth+1).Interface()), true
	case reflect.TypeFor[schedule.Schedule](), reflect.TypeFor[schedule.Observer]():
		return pick[any](m, nil, (*schedule.Plateau)(nil), schedule.NewPlateau(), &schedule.Plateau{},
			m.value(reflect.TypeFor[*schedule.Plateau](), depth+1).Interface()), true
	case reflect.TypeFor[train.StopRule]():
		return pick[any](m, nil, (*train.EarlyStopping[f32])(nil), &train.EarlyStopping[f32]{}, train.StepLimit(5), train.GradNormLimit(0.1),
			m.value(reflect.TypeFor[*train.LossChange](), depth+1).Interface(),
			m.value(reflect.TypeFor[train.StopFunc](), depth+1).Interface(),
			m.value(reflect.TypeFor[*train.EarlyStopping[f32]](), depth+1).Interface()), true
	case reflect.TypeFor[optim.Transport]():
		return pick[any](m, nil, (*ranks.Transport)(nil), ranks.New(1)[0]), true
	case reflect.TypeFor[train.Store]():
		return pick[any](m, nil, (*checkpoint.Dir)(nil), checkpoint.Dir{Keep: 1}, &memory{}, &memory{}), true
	case reflect.TypeFor[optim.Option]():
		name := pick(m, "ClipNorm", "ClipParamNorm", "ClipValue", "WithGroup", "WithLossScale", "WithLossScaler",
			"WithReduction", "WithSchedule", "WithoutDecay", "Workers", "ZeroGrads", "Unchecked",
			"WithStateFormat", "WithSplitParams", "WithRoundingSeed", "WithReductionOrder", "Distributed", "")
		if name == "" {
			return nil, true
		}
		return m.call(reflect.ValueOf(functions[name]), depth)[0].Interface(), true
	case reflect.TypeFor[optim.GroupOption]():
		name := pick(m, "LRFactor", "WeightDecay", "GroupRule", "GroupSchedule", "GroupClipNorm", "Bounds", "L1", "GroupStateFormat", "GroupSplitParams", "")
		if name == "" {
			return nil, true
		}
		return m.call(reflect.ValueOf(functions[name]), depth)[0].Interface(), true
	case reflect.TypeFor[optim.Prodigy](): // many options, all of which must be good
		if m.IntN(2) == 0 {
			return optim.NewProdigy(1), true
		}
	case reflect.TypeFor[train.Batches](): // an order takes memory
		return train.Batches{Samples: pick(m, -1, 0, 1, 10, 10, 10), Size: pick(m, -1, 0, 1, 3, 3, 20), Seed: m.Uint64(), DropLast: m.IntN(3) == 0, InOrder: m.IntN(3) == 0}, true
	case reflect.TypeFor[train.SweepOptions]():
		if m.IntN(2) == 0 {
			return train.SweepOptions{Rates: []float64{0.1, 1}, Workers: m.IntN(3)}, true
		}
	case reflect.TypeFor[func(train.Cell) (*train.Run[f32], error)]():
		if m.IntN(2) == 0 {
			return func(train.Cell) (*train.Run[f32], error) { return goodRun(), nil }, true
		}
	case reflect.TypeFor[train.RateSweep]():
		if m.IntN(2) == 0 {
			return train.NewRateSweep(), true
		}
	case reflect.TypeFor[[]optim.Option](), reflect.TypeFor[[]optim.GroupOption]():
		if m.IntN(2) == 0 {
			return reflect.Zero(t).Interface(), true
		}
	case reflect.TypeFor[[]optim.Param[f32]]():
		if m.IntN(3) > 0 {
			return goodParams(), true
		}
	case reflect.TypeFor[optim.Param[f32]]():
		if m.IntN(3) > 0 {
			return goodParams()[0], true
		}
	case reflect.TypeFor[[]byte]():
		return []byte(pick(m, "", "int8", "bfloat16", "int4", "tree", "in order")), true
	case reflect.TypeFor[[]f32]():
		if m.IntN(4) > 0 { // a longer table
			return make([]f32, 9), true
		}
	case reflect.TypeFor[[]kernels.BFloat16]():
		if m.IntN(4) > 0 {
			return make([]kernels.BFloat16, 9), true
		}
	case reflect.TypeFor[[]int16]():
		if m.IntN(4) > 0 {
			return []int16(nil), true
		}
	case reflect.TypeFor[[][]f32]():
		if m.IntN(3) > 0 {
			return [][]f32{{1, 2}, {3}}, true
		}
	case reflect.TypeFor[train.Objective[f32]]():
		if m.IntN(2) == 0 {
			return goodObjective, true
		}
	case reflect.TypeFor[train.FitOptions[f32]]():
		if m.IntN(2) == 0 {
			return train.FitOptions[f32]{Stop: []train.StopRule{train.StepLimit(5)}}, true
		}
	case reflect.TypeFor[*optim.Optimizer[f32]]():
		if m.IntN(2) == 0 {
			return pick(m, goodOptimizer, goodTables, goodPacked, goodTables, goodPacked, goodTables, goodPacked, goodRank)(), true
		}
	case reflect.TypeFor[*optim.Gradients[f32]]():
		if m.IntN(2) == 0 {
			return goodGradients(), true
		}
	case reflect.TypeFor[*train.Run[f32]]():
		if m.IntN(2) == 0 {
			return goodRun(), true
		}
	case reflect.TypeFor[*optim.Snapshot[f32]]():
		if m.IntN(3) == 0 {
			break
		}
		s := must(pick[interface {
			Snapshot() (*optim.Snapshot[f32], error)
		}](m, goodOptimizer(), goodTables(), goodPacked(), goodRun()).Snapshot())
		if m.IntN(3) == 0 {
			s = must(pick[optim.ShardStateful[f32]](m, goodOptimizer(), goodRank(), goodRun(), goodRun()).SnapshotShard())
		}
		v := reflect.ValueOf(s).Elem()
		if i := m.IntN(2 * v.NumField()); i < v.NumField() { // one bad field
			v.Field(i).Set(m.value(v.Field(i).Type(), depth+1))
		}
		return s, true
	}
	// What a constructor makes, or a zero value.
	if t.Kind() == reflect.Pointer && m.IntN(5) > 0 {
		name, _, _ := strings.Cut(t.Elem().Name(), "[")
		for _, name := range []string{"New" + name, "New", "schedule.New" + name, "train.New" + name, pick(m, "train.NewEMA", "train.NewSWA")} {
			if f, ok := functions[name]; ok && reflect.TypeOf(f).Out(0) == t {
				return m.made(f, depth), true
			}
		}
	}
	return nil, false
}

// made returns what a constructor has made after a few tries, which may be nil.
func (m *misuser) made(f any, depth int) (v any) {
	for range 10 {
		if v := m.call(reflect.ValueOf(f), depth)[0]; v.Kind() != reflect.Pointer || !v.IsNil() {
			return v.Interface()
		}
	}
	return nil
}

// call calls a function with values of its parameters' types.
func (m *misuser) call(f reflect.Value, depth int) []reflect.Value {
	var in []reflect.Value
	for i := range f.Type().NumIn() {
		in = append(in, m.value(f.Type().In(i), depth+1))
	}
	if f.Type().IsVariadic() {
		return f.CallSlice(in)
	}
	return f.Call(in)
}

// receiver returns a value or a pointer whose methods are to be called. Methods of
// nil pointers and of nil functions are their callers' own fault.
func (m *misuser) receiver(t reflect.Type) reflect.Value {
	for {
		v := m.value(reflect.PointerTo(t), 0)
		if !v.IsNil() && (t.Kind() != reflect.Func || !v.Elem().IsNil()) {
			return v
		}
	}
}
